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
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a restart and a store that is away do to members that do what they should: nothing. */
class KeptGroupTest {

    private final GroupBench bench = new GroupBench();
    private final TestMember leader = new TestMember(bench);
    private final TestMember follower = new TestMember(bench);

    private void joinBoth() {
        Reply<JoinAnswer> first = leader.join();
        Reply<JoinAnswer> second = follower.join();
        bench.elapseSeconds(6);
        leader.take(first);
        follower.take(second);
    }

    @Test
    void aRestartChangesNothingOfAStableGroup() {
        TestMember.stabilize(bench, leader, follower);
        GroupSnapshot before = bench.group().snapshot();
        bench.elapseSeconds(9);
        bench.restart();
        bench.elapse(Duration.ofMillis(9_999));
        assertThat(bench.group().snapshot()).isEqualTo(before);
        assertThat(leader.heartbeat()).isEqualTo(ErrorCode.NONE);
        assertThat(follower.sync().get().assignment()).isEqualTo(share(follower.id()));
        assertThat(bench.group().isSubscribedTo("orders")).isTrue();
        bench.elapse(Duration.ofMillis(1));
        assertThat(bench.group().phase()).isEqualTo(STABLE);
    }

    @Test
    void sessionsBeginAnewWithARestart() {
        TestMember.stabilize(bench, leader, follower.sessionSeconds(20));
        bench.restart();
        bench.elapseSeconds(10);
        assertThat(leader.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(follower.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void aRestartWhileMembersJoinLetsThemJoinAgain() {
        TestMember.stabilize(bench, leader, follower);
        leader.join();
        assertThat(bench.kept().phase()).isEqualTo(PREPARING_REBALANCE);
        bench.restart();
        Reply<JoinAnswer> again = leader.join();
        assertThat(again.waits()).isTrue();
        follower.join();
        assertThat(leader.take(again).generation()).isEqualTo(2);
    }

    @Test
    void aRestartWhileMembersJoinDoesNotWaitForEver() {
        TestMember.stabilize(bench, leader.sessionSeconds(600), follower.sessionSeconds(600));
        leader.join();
        bench.restart();
        Reply<JoinAnswer> again = leader.join();
        bench.elapse(Duration.ofMillis(59_999));
        assertThat(again.waits()).isTrue();
        bench.elapse(Duration.ofMillis(1));
        assertThat(leader.take(again).members()).hasSize(1);
    }

    @Test
    void aRestartOfTheFirstRebalanceWaitsForNobodyElse() {
        Reply<JoinAnswer> lost = leader.join();
        assertThat(lost.waits()).isTrue();
        bench.restart();
        assertThat(bench.group().phase()).isEqualTo(PREPARING_REBALANCE);
        Reply<JoinAnswer> again = new TestMember(bench).join();
        bench.elapseSeconds(10);
        assertThat(again.get().members()).hasSize(1);
    }

    @Test
    void aRestartWhileTheLeaderAssignsLetsItGoOn() {
        joinBoth();
        follower.sync();
        bench.restart();
        assertThat(bench.group().phase()).isEqualTo(COMPLETING_REBALANCE);
        Reply<SyncAnswer> again = follower.sync();
        assertThat(again.waits()).isTrue();
        leader.assign(leader, follower);
        assertThat(again.get().assignment()).isEqualTo(share(follower.id()));
    }

    @Test
    void aRestartWhileTheLeaderAssignsDoesNotWaitForEver() {
        leader.sessionSeconds(600);
        joinBoth();
        bench.restart();
        Reply<SyncAnswer> sync = follower.sync();
        bench.elapse(Duration.ofMillis(59_999));
        assertThat(sync.waits()).isTrue();
        bench.elapse(Duration.ofMillis(1));
        assertThat(sync.get().error()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(leader.heartbeat()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void anInvitationDoesNotSurviveARestart() {
        String invited = leader.knownMemberIdRequired().join().get().memberId();
        bench.restart();
        assertThat(leader.as(invited).join().get().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void anEmptyGroupIsRestoredWithItsGeneration() {
        TestMember.stabilize(bench, leader);
        bench.leave(leader.id(), null);
        bench.restart();
        assertThat(bench.group().phase()).isEqualTo(EMPTY);
        assertThat(bench.group().nextDueNanos()).isEqualTo(Long.MAX_VALUE);
        Reply<JoinAnswer> join = follower.join();
        bench.elapseSeconds(3);
        assertThat(follower.take(join).generation()).isEqualTo(3);
    }

    @Test
    void whoHasNotBeenToldOfTheGenerationIsNotSilent() {
        Reply<JoinAnswer> first = leader.rebalanceSeconds(20).join();
        Reply<JoinAnswer> second = follower.rebalanceSeconds(20).join();
        bench.storeGoes();
        bench.elapseSeconds(100);
        assertThat(first.waits()).isTrue();
        bench.storeReturns();
        leader.take(first);
        follower.take(second);
        bench.elapse(Duration.ofMillis(9_999));
        assertThat(leader.assign(leader, follower).get().error()).isEqualTo(ErrorCode.NONE);
        assertThat(follower.sync().get().assignment()).isEqualTo(share(follower.id()));
    }

    @Test
    void whoHasBeenToldIsSilentAfterItsSession() {
        leader.join();
        bench.storeGoes();
        bench.elapseSeconds(100);
        bench.storeReturns();
        bench.elapse(Duration.ofMillis(9_999));
        assertThat(bench.group().phase()).isEqualTo(COMPLETING_REBALANCE);
        bench.elapse(Duration.ofMillis(1));
        assertThat(bench.group().phase()).isEqualTo(EMPTY);
    }

    @Test
    void whoHasNotBeenToldItsAssignmentHasTimeToJoinAgain() {
        leader.rebalanceSeconds(20);
        follower.rebalanceSeconds(20);
        joinBoth();
        bench.storeGoes();
        Reply<SyncAnswer> sync = follower.sync();
        leader.assign(leader, follower);
        Reply<JoinAnswer> again = leader.join();
        bench.elapseSeconds(100);
        assertThat(bench.group().phase()).isEqualTo(PREPARING_REBALANCE);
        bench.storeReturns();
        assertThat(sync.get().assignment()).isEqualTo(share(follower.id()));
        TestMember.live(bench, Duration.ofSeconds(19), follower);
        assertThat(again.waits()).isTrue();
        assertThat(follower.take(follower.join()).generation()).isEqualTo(2);
        assertThat(leader.take(again).members()).hasSize(2);
    }

    @Test
    void aStoreThatIsAwayForTooLongMakesMembersSilent() {
        leader.join();
        bench.storeGoes();
        bench.elapseSeconds(3);
        assertThat(bench.group().phase()).isEqualTo(COMPLETING_REBALANCE);
        bench.elapse(Member.HOLD_TIMEOUT);
        bench.elapseSeconds(10);
        assertThat(bench.group().phase()).isEqualTo(EMPTY);
    }

    @Test
    void anInvitationThatWasHeldBackCountsFromWhenItIsTold() {
        bench.storeGoes();
        Reply<JoinAnswer> invitation = leader.knownMemberIdRequired().join();
        bench.elapse(Duration.ofMillis(9_999));
        bench.storeReturns();
        leader.as(invitation.get().memberId());
        bench.elapse(Duration.ofMillis(9_999));
        assertThat(leader.join().waits()).isTrue();
    }

    @Test
    void whatCannotBeKeptIsRefused() {
        Reply<JoinAnswer> join = new Reply<>();
        Effects effects = bench.group().join(leader.as("nobody").command(), bench.nowNanos(), join);
        effects.answers().get(0).refuse(ErrorCode.NOT_COORDINATOR);
        assertThat(join.get()).isEqualTo(JoinAnswer.refused(ErrorCode.NOT_COORDINATOR, "nobody"));
        TestMember.stabilize(bench, leader.as(""), follower);
        Reply<SyncAnswer> sync = new Reply<>();
        SyncCommand command = new SyncCommand(follower.claim(), null, null, Map.of());
        bench.group().sync(command, bench.nowNanos(), sync).answers().get(0).refuse(ErrorCode.NOT_COORDINATOR);
        assertThat(sync.get().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        Reply<LeaveAnswer> leave = new Reply<>();
        bench.group().leave(List.of(), bench.nowNanos(), leave).answers().get(0).refuse(ErrorCode.NOT_COORDINATOR);
        assertThat(leave.get()).isEqualTo(LeaveAnswer.refused(ErrorCode.NOT_COORDINATOR));
    }
}
