package io.rowlock.broker.group;

import static io.rowlock.broker.group.GroupPhase.COMPLETING_REBALANCE;
import static io.rowlock.broker.group.GroupPhase.DEAD;
import static io.rowlock.broker.group.GroupPhase.EMPTY;
import static io.rowlock.broker.group.GroupPhase.PREPARING_REBALANCE;
import static io.rowlock.broker.group.GroupPhase.STABLE;
import static io.rowlock.broker.group.TestMember.share;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What members do between joining and leaving: syncing, heartbeats, commits. */
class GenerationsTest {

    private final GroupBench bench = new GroupBench();
    private final TestMember leader = new TestMember(bench);
    private final TestMember follower = new TestMember(bench);
    private final TestMember stranger = new TestMember(bench).as("nobody");

    /** Both have joined; nothing is assigned. */
    private void joinBoth() {
        Reply<JoinAnswer> first = leader.join();
        Reply<JoinAnswer> second = follower.join();
        bench.elapseSeconds(6);
        leader.take(first);
        follower.take(second);
    }

    @Test
    void followersWaitForTheLeadersAssignment() {
        joinBoth();
        Reply<SyncAnswer> waits = follower.sync();
        assertThat(waits.waits()).isTrue();
        int writes = bench.writes();
        Reply<SyncAnswer> leads = leader.assign(leader, follower);
        assertThat(leads.get()).isEqualTo(new SyncAnswer(ErrorCode.NONE, "consumer", "range", share(leader.id())));
        assertThat(waits.get().assignment()).isEqualTo(share(follower.id()));
        assertThat(bench.group().phase()).isEqualTo(STABLE);
        assertThat(bench.writes()).isEqualTo(writes + 1);
        assertThat(bench.kept().members())
                .extracting(MemberSnapshot::assignment)
                .containsExactly(share(leader.id()), share(follower.id()));
    }

    @Test
    void whomTheLeaderForgetsGetsNothing() {
        joinBoth();
        leader.assign(leader);
        assertThat(follower.sync().get().assignment()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void noMoreIsAssignedThanCanBeKept() {
        joinBoth();
        Map<String, Bytes> tooMuch = Map.of(
                leader.id(),
                Bytes.of(new byte[(int) GroupState.ASSIGNED_BYTES_MAX]),
                follower.id(),
                Bytes.of(new byte[1]));
        assertThat(bench.sync(leader.claim(), tooMuch).get().error()).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        assertThat(bench.group().phase()).isEqualTo(COMPLETING_REBALANCE);
        Map<String, Bytes> all = Map.of(leader.id(), Bytes.of(new byte[(int) GroupState.ASSIGNED_BYTES_MAX]));
        assertThat(bench.sync(leader.claim(), all).get().error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void anAssignmentCanBeAskedForAgain() {
        TestMember.stabilize(bench, leader, follower);
        assertThat(follower.sync().get().assignment()).isEqualTo(share(follower.id()));
        assertThat(leader.assign(leader).get().assignment())
                .as("what it assigns now comes too late")
                .isEqualTo(share(leader.id()));
        assertThat(follower.sync().get().assignment()).isEqualTo(share(follower.id()));
    }

    @Test
    void ofTwoSyncsOfOneMemberTheLaterGetsTheAssignment() {
        joinBoth();
        Reply<SyncAnswer> older = follower.sync();
        Reply<SyncAnswer> newer = follower.sync();
        assertThat(older.get()).isEqualTo(SyncAnswer.refused(ErrorCode.REBALANCE_IN_PROGRESS));
        leader.assign(leader, follower);
        assertThat(newer.get().assignment()).isEqualTo(share(follower.id()));
    }

    @Test
    void onlyMembersOfThisGenerationGetAssignments() {
        joinBoth();
        assertThat(stranger.sync().get().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        MemberClaim old = new MemberClaim(follower.id(), null, 0);
        assertThat(bench.sync(old, Map.of()).get().error()).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(sync(leader, "connect", "range").get().error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(sync(leader, "consumer", "sticky").get().error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(bench.group().phase()).isEqualTo(COMPLETING_REBALANCE);
        assertThat(sync(leader, "consumer", "range").get().error()).isEqualTo(ErrorCode.NONE);
    }

    private Reply<SyncAnswer> sync(TestMember member, String type, String protocol) {
        return bench.sync(new SyncCommand(member.claim(), type, protocol, Map.of()));
    }

    @Test
    void whoDoesNotAskForItsAssignmentIsRemoved() {
        leader.rebalanceSeconds(20).sessionSeconds(60);
        follower.rebalanceSeconds(30).sessionSeconds(60);
        joinBoth();
        leader.assign(leader, follower);
        bench.elapse(Duration.ofMillis(29_999));
        assertThat(bench.group().phase()).isEqualTo(STABLE);
        assertThat(follower.heartbeat()).isEqualTo(ErrorCode.NONE);
        bench.elapse(Duration.ofMillis(1));
        assertThat(follower.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(leader.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(leader.take(leader.join()).members()).hasSize(1);
    }

    @Test
    void aLeaderThatDoesNotAssignIsRemoved() {
        leader.rebalanceSeconds(30).sessionSeconds(60);
        follower.rebalanceSeconds(30);
        joinBoth();
        Reply<SyncAnswer> waits = follower.sync();
        bench.elapseSeconds(30);
        assertThat(waits.get().error()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        JoinAnswer answer = follower.take(follower.join());
        assertThat(answer.generation()).isEqualTo(2);
        assertThat(answer.leader()).isEqualTo(follower.id());
        assertThat(leader.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void heartbeatsTellWhatToDo() {
        assertThat(stranger.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        joinBoth();
        assertThat(follower.heartbeat()).isEqualTo(ErrorCode.NONE);
        leader.assign(leader, follower);
        assertThat(follower.heartbeat()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.heartbeat(new MemberClaim(follower.id(), null, 0))).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(stranger.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        leader.join();
        assertThat(follower.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        bench.abandon(ErrorCode.NOT_COORDINATOR);
        assertThat(follower.heartbeat()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    }

    @Test
    void whoIsSilentIsRemoved() {
        TestMember.stabilize(bench, leader, follower.sessionSeconds(20));
        TestMember.live(bench, Duration.ofSeconds(19), leader);
        assertThat(bench.group().phase()).isEqualTo(STABLE);
        TestMember.live(bench, Duration.ofSeconds(1), leader);
        assertThat(bench.group().phase()).isEqualTo(PREPARING_REBALANCE);
        assertThat(leader.take(leader.join()).members()).hasSize(1);
    }

    @Test
    void whoWaitsNeedNotShowThatItLives() {
        TestMember.stabilize(bench, leader.rebalanceSeconds(100), follower.sessionSeconds(30));
        Reply<JoinAnswer> join = leader.join();
        TestMember.live(bench, Duration.ofSeconds(60), follower);
        assertThat(join.waits()).isTrue();
        follower.take(follower.join());
        assertThat(leader.take(join).members()).hasSize(2);
        Reply<SyncAnswer> sync = follower.sync();
        TestMember.live(bench, Duration.ofSeconds(50), leader);
        assertThat(sync.waits()).isTrue();
        leader.assign(leader, follower);
        assertThat(sync.get().assignment()).isEqualTo(share(follower.id()));
        bench.elapseSeconds(9);
        assertThat(leader.heartbeat()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whoDoesNotJoinAgainInTimeIsRemoved() {
        TestMember.stabilize(bench, leader.rebalanceSeconds(30), follower.rebalanceSeconds(20));
        Reply<JoinAnswer> join = leader.join();
        TestMember.live(bench, Duration.ofSeconds(29), follower);
        assertThat(join.waits()).isTrue();
        TestMember.live(bench, Duration.ofSeconds(1), follower);
        assertThat(leader.take(join).members()).hasSize(1);
        assertThat(follower.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void ifTheLeaderDoesNotJoinAgainAnotherLeads() {
        TestMember.stabilize(bench, leader.rebalanceSeconds(30), follower);
        Reply<JoinAnswer> join = follower.topics("payments").join();
        TestMember.live(bench, Duration.ofSeconds(60), leader);
        JoinAnswer answer = follower.take(join);
        assertThat(answer.leader()).isEqualTo(follower.id());
        assertThat(answer.members()).hasSize(1);
    }

    @Test
    void membersCommitInTheirGenerationOnly() {
        assertThat(commit(new MemberClaim("", null, -1))).isEqualTo(ErrorCode.NONE);
        assertThat(commit(new MemberClaim("nobody", null, 3))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        joinBoth();
        assertThat(commit(follower.claim())).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        leader.assign(leader, follower);
        assertThat(commit(follower.claim())).isEqualTo(ErrorCode.NONE);
        assertThat(commit(new MemberClaim("", null, -1))).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(commit(new MemberClaim(follower.id(), null, 0))).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(commit(stranger.claim())).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        leader.join();
        assertThat(commit(follower.claim()))
                .as("what was done before the rebalance")
                .isEqualTo(ErrorCode.NONE);
    }

    private ErrorCode commit(MemberClaim claim) {
        return bench.group().checkCommit(claim, bench.nowNanos());
    }

    @Test
    void whoCommitsLives() {
        TestMember.stabilize(bench, leader, follower.sessionSeconds(20));
        for (int i = 0; i < 4; i++) {
            bench.elapseSeconds(9);
            assertThat(commit(leader.claim())).isEqualTo(ErrorCode.NONE);
            follower.heartbeat();
        }
        assertThat(bench.group().phase()).isEqualTo(STABLE);
    }

    @Test
    void leavingMakesTheOthersShareAnew() {
        TestMember.stabilize(bench, leader, follower);
        assertThat(bench.leave(leader.id(), null).members())
                .containsExactly(new LeaveAnswer.Left(leader.id(), null, ErrorCode.NONE));
        assertThat(bench.group().phase()).isEqualTo(PREPARING_REBALANCE);
        assertThat(bench.leave(leader.id(), null).members().get(0).error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(follower.take(follower.join()).leader()).isEqualTo(follower.id());
    }

    @Test
    void severalLeaveAtOnce() {
        TestMember third = new TestMember(bench, "static");
        TestMember.stabilize(bench, leader, follower, third);
        LeaveAnswer answer = bench.leave(
                        new LeavingMember(leader.id(), null, null),
                        new LeavingMember("nobody", null, "gone"),
                        new LeavingMember("", "static", "scaled down"))
                .get();
        assertThat(answer.error()).isEqualTo(ErrorCode.NONE);
        assertThat(answer.members())
                .extracting(LeaveAnswer.Left::error)
                .containsExactly(ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.NONE);
        assertThat(follower.take(follower.join()).members()).hasSize(1);
    }

    @Test
    void leavingWhileJoiningAnswersTheJoin() {
        TestMember.stabilize(bench, leader, follower);
        Reply<JoinAnswer> join = leader.join();
        bench.leave(leader.id(), null);
        assertThat(join.get()).isEqualTo(JoinAnswer.refused(ErrorCode.UNKNOWN_MEMBER_ID, ""));
        assertThat(follower.take(follower.join()).members()).hasSize(1);
    }

    @Test
    void leavingWhileOthersWaitCompletesTheRebalance() {
        TestMember.stabilize(bench, leader, follower);
        Reply<JoinAnswer> join = leader.join();
        bench.leave(follower.id(), null);
        assertThat(leader.take(join).generation()).isEqualTo(2);
    }

    @Test
    void leavingWhileSyncingAnswersTheSync() {
        joinBoth();
        Reply<SyncAnswer> sync = follower.sync();
        bench.leave(follower.id(), null);
        assertThat(sync.get().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void whoWasInvitedLeavesWithoutARebalance() {
        TestMember.stabilize(bench, leader);
        String invited = follower.knownMemberIdRequired().join().get().memberId();
        assertThat(bench.leave(invited, null).members().get(0).error()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.group().phase()).isEqualTo(STABLE);
        assertThat(follower.as(invited).join().get().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void theLastToLeaveLeavesTheGroupEmpty() {
        TestMember.stabilize(bench, leader);
        bench.leave(leader.id(), null);
        GroupSnapshot kept = bench.kept();
        assertThat(kept.phase()).isEqualTo(EMPTY);
        assertThat(kept.generation()).isEqualTo(2);
        assertThat(kept.protocol()).isNull();
        assertThat(kept.protocolType()).isEqualTo("consumer");
        assertThat(kept.members()).isEmpty();
        assertThat(kept.subscribedTopics()).isEmpty();
        bench.elapseSeconds(3_600);
        assertThat(bench.group().nextDueNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void onlyAGroupWithoutMembersIsDeleted() {
        TestMember.stabilize(bench, leader);
        assertThat(bench.group().delete()).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
        bench.leave(leader.id(), null);
        assertThat(bench.group().delete()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.group().phase()).isEqualTo(DEAD);
        assertThat(bench.group().delete()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(follower.join().get().error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(leader.sync().get().error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(leader.heartbeat()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(bench.leave(leader.id(), null)).isEqualTo(LeaveAnswer.refused(ErrorCode.COORDINATOR_NOT_AVAILABLE));
        assertThat(commit(new MemberClaim("", null, -1))).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(bench.group().checkOffsetDelete()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    }

    @Test
    void whoWaitsIsToldThatTheGroupIsGone() {
        joinBoth();
        Reply<SyncAnswer> sync = follower.sync();
        bench.abandon(ErrorCode.NOT_COORDINATOR);
        assertThat(sync.get().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        GroupBench other = new GroupBench();
        Reply<JoinAnswer> join = new TestMember(other).join();
        other.abandon(ErrorCode.NOT_COORDINATOR);
        assertThat(join.get().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        assertThat(other.group().nextDueNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void topicsThatMembersConsumeKeepTheirOffsets() {
        assertThat(bench.group().isSubscribedTo("orders")).isFalse();
        Reply<JoinAnswer> first = leader.topics("orders", "no/topic").join();
        Reply<JoinAnswer> second = follower.topics("payments").join();
        bench.elapseSeconds(6);
        TestMember.settle(List.of(first, second), leader, follower);
        assertThat(bench.group().checkOffsetDelete()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.kept().subscribedTopics()).containsExactlyInAnyOrder("orders", "payments");
        assertThat(bench.group().isSubscribedTo("orders")).isTrue();
        assertThat(bench.group().isSubscribedTo("refunds")).isFalse();
    }

    @Test
    void subscriptionsOfAllVersionsAreUnderstood() {
        for (short version = 0; version <= 3; version++) {
            GroupBench each = new GroupBench();
            JoinProtocol protocol = new JoinProtocol("range", TestMember.subscription(version, "orders"));
            TestMember.stabilize(each, new TestMember(each).protocols(List.of(protocol)));
            assertThat(each.kept().subscribedTopics()).containsExactly("orders");
        }
    }

    @Test
    void consumersThatAreNotUnderstoodMayConsumeAnything() {
        for (Bytes metadata : List.of(Bytes.EMPTY, share("x"), share("\uffff nonsense"))) {
            GroupBench each = new GroupBench();
            TestMember.stabilize(each, new TestMember(each).protocols(List.of(new JoinProtocol("range", metadata))));
            assertThat(each.kept().subscribedTopics()).isNull();
            assertThat(each.group().isSubscribedTo("orders")).isTrue();
        }
    }

    @Test
    void otherMembersConsumeNothing() {
        TestMember.stabilize(bench, leader.protocolType("connect"));
        assertThat(bench.kept().subscribedTopics()).isNull();
        assertThat(bench.group().isSubscribedTo("orders")).isFalse();
        assertThat(bench.group().checkOffsetDelete()).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
    }
}
