package io.rowlock.broker.group;

import static io.rowlock.broker.group.GroupPhase.COMPLETING_REBALANCE;
import static io.rowlock.broker.group.GroupPhase.EMPTY;
import static io.rowlock.broker.group.GroupPhase.PREPARING_REBALANCE;
import static io.rowlock.broker.group.GroupPhase.STABLE;
import static io.rowlock.broker.group.TestMember.share;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Static members (KIP-345): who leads, who follows, and their processes after a restart, which know no member id. */
class StaticMembersTest {

    private final GroupBench bench = new GroupBench();
    private final TestMember leader = new TestMember(bench, "a").protocols("range", "sticky");
    private final TestMember follower = new TestMember(bench, "b").protocols("sticky", "range");
    private final TestMember leaderAgain = new TestMember(bench, "a").protocols("range", "sticky");
    private final TestMember followerAgain = new TestMember(bench, "b").protocols("sticky", "range");

    @BeforeEach
    void stabilize() {
        TestMember.stabilize(bench, leader, follower);
    }

    @Test
    void theirIdsBeginWithThatOfTheInstance() {
        assertThat(leader.id()).startsWith("a-").hasSize("a-".length() + 36);
    }

    @Test
    void aFollowerComesBackUnnoticed() {
        int writes = bench.writes();
        JoinAnswer answer = followerAgain.knownMemberIdRequired().take(followerAgain.join());
        assertThat(bench.group().phase()).isEqualTo(STABLE);
        assertThat(answer.generation()).isEqualTo(1);
        assertThat(answer.memberId()).startsWith("b-").isNotEqualTo(follower.id());
        assertThat(answer.leader()).isEqualTo(leader.id());
        assertThat(answer.skipAssignment()).isFalse();
        assertThat(answer.members()).isEmpty();
        assertThat(followerAgain.sync().get().assignment()).isEqualTo(share(follower.id()));
        assertThat(leader.heartbeat()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.writes()).isEqualTo(writes + 1);
        assertThat(bench.kept().members())
                .extracting(MemberSnapshot::memberId)
                .containsExactly(leader.id(), followerAgain.id());
    }

    @Test
    void whoeverWasReplacedIsFenced() {
        followerAgain.take(followerAgain.join());
        assertThat(follower.heartbeat()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(follower.sync().get().error()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(follower.join().get().error()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(bench.leave(follower.id(), "b").members())
                .containsExactly(new LeaveAnswer.Left(follower.id(), "b", ErrorCode.FENCED_INSTANCE_ID));
        assertThat(bench.group().checkCommit(follower.claim(), bench.nowNanos()))
                .isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    }

    @Test
    void theLeaderComesBackAndIsToldNotToAssign() {
        JoinAnswer answer = leaderAgain.take(leaderAgain.join());
        assertThat(answer.leader()).isEqualTo(leaderAgain.id());
        assertThat(answer.skipAssignment()).isTrue();
        assertThat(answer.members())
                .extracting(JoinAnswer.Joined::memberId)
                .containsExactlyInAnyOrder(leaderAgain.id(), follower.id());
        assertThat(leaderAgain.sync().get().assignment()).isEqualTo(share(leader.id()));
    }

    @Test
    void aLeaderThatCannotBeToldSoBelievesToFollow() {
        JoinAnswer answer = leaderAgain.cannotSkipAssignment().take(leaderAgain.join());
        assertThat(answer.leader()).isEqualTo(leader.id());
        assertThat(answer.skipAssignment()).isFalse();
        assertThat(answer.members()).isEmpty();
        assertThat(bench.group().snapshot().leader()).isEqualTo(leaderAgain.id());
    }

    @Test
    void aChangeThatMakesAnotherProtocolWinBringsARebalance() {
        String chosen = bench.group().snapshot().protocol();
        assertThat(chosen).isEqualTo("range");
        Reply<JoinAnswer> join = followerAgain.protocols("sticky").join();
        assertThat(join.waits()).isTrue();
        assertThat(bench.group().phase()).isEqualTo(PREPARING_REBALANCE);
        assertThat(leader.take(leader.join()).protocol()).isEqualTo("sticky");
        assertThat(followerAgain.take(join).generation()).isEqualTo(2);
    }

    @Test
    void whatItSubscribesToNowIsKnown() {
        assertThat(bench.group().isSubscribedTo("payments")).isFalse();
        followerAgain.topics("payments").take(followerAgain.join());
        assertThat(bench.group().phase()).isEqualTo(STABLE);
        assertThat(bench.group().isSubscribedTo("payments")).isTrue();
        assertThat(bench.group().isSubscribedTo("orders")).isTrue();
    }

    @Test
    void comingBackWhileTheLeaderAssignsBringsARebalance() {
        Reply<JoinAnswer> join = leader.join();
        follower.take(follower.join());
        leader.take(join);
        Reply<SyncAnswer> sync = follower.sync();
        assertThat(bench.group().phase()).isEqualTo(COMPLETING_REBALANCE);
        Reply<JoinAnswer> again = followerAgain.join();
        assertThat(again.waits()).isTrue();
        assertThat(sync.get().error()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(leader.assign(leader, follower).get().error()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(leader.take(leader.join()).generation()).isEqualTo(3);
    }

    @Test
    void comingBackWhileJoiningFencesTheJoinThatWaits() {
        Reply<JoinAnswer> first = follower.topics("payments").join();
        Reply<JoinAnswer> second = followerAgain.join();
        assertThat(first.get()).isEqualTo(JoinAnswer.refused(ErrorCode.FENCED_INSTANCE_ID, follower.id()));
        assertThat(second.waits()).isTrue();
        leader.join();
        assertThat(followerAgain.take(second).generation()).isEqualTo(2);
    }

    @Test
    void whoIsAwayStaysAMemberForAsLongAsItsSession() {
        Reply<JoinAnswer> join = leader.rebalanceSeconds(8).join();
        bench.elapseSeconds(5);
        assertThat(join.waits()).isTrue();
        leader.as(leader.id());
        bench.elapseSeconds(5);
        assertThat(leader.take(join).members()).hasSize(1);
    }

    @Test
    void aRebalanceThatEndsWithoutWhoIsAwayKeepsItsPlace() {
        TestMember patient = new TestMember(bench, "c").sessionSeconds(600).rebalanceSeconds(60);
        Reply<JoinAnswer> third = patient.protocols("range").join();
        List<Reply<JoinAnswer>> joins = List.of(leader.join(), follower.join(), third);
        TestMember.settle(joins, leader, follower, patient);
        Reply<JoinAnswer> join = leader.join();
        follower.join();
        bench.elapseSeconds(60);
        JoinAnswer answer = leader.take(join);
        assertThat(answer.members()).extracting(JoinAnswer.Joined::instanceId).containsExactly("a", "b", "c");
        leader.assign(leader, follower, patient);
        TestMember back = new TestMember(bench, "c").sessionSeconds(600).protocols("range");
        back.take(back.join());
        assertThat(back.sync().get().assignment()).isEqualTo(share(patient.id()));
    }

    @Test
    void ifTheLeaderIsAwayAnotherLeads() {
        TestMember patient = new TestMember(bench, "c").sessionSeconds(600).protocols("range");
        Reply<JoinAnswer> third = patient.join();
        TestMember.settle(
                List.of(leader.sessionSeconds(600).join(), follower.join(), third), leader, follower, patient);
        Reply<JoinAnswer> join = patient.topics("payments").join();
        follower.join();
        bench.elapseSeconds(60);
        JoinAnswer answer = patient.take(join);
        assertThat(answer.leader()).isIn(follower.id(), patient.id());
        assertThat(bench.group().snapshot().members())
                .extracting(MemberSnapshot::memberId)
                .contains(leader.id());
    }

    @Test
    void ifNobodyComesBackTheSessionsEndTheGroup() {
        bench.elapse(Duration.ofMillis(9_999));
        assertThat(bench.group().snapshot().members()).hasSize(2);
        bench.elapse(Duration.ofMillis(1));
        assertThat(bench.group().phase()).isEqualTo(EMPTY);
        assertThat(bench.kept().generation()).isEqualTo(2);
        assertThat(bench.kept().leader()).isNull();
    }

    @Test
    void anOperatorRemovesOneByItsInstanceId() {
        assertThat(bench.leave("", "b").members()).containsExactly(new LeaveAnswer.Left("", "b", ErrorCode.NONE));
        assertThat(bench.leave("", "b").members())
                .containsExactly(new LeaveAnswer.Left("", "b", ErrorCode.UNKNOWN_MEMBER_ID));
        assertThat(follower.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(leader.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void anUnknownInstanceIsNoMember() {
        TestMember stranger = new TestMember(bench, "z").as(follower.id());
        assertThat(stranger.join().get().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(stranger.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }
}
