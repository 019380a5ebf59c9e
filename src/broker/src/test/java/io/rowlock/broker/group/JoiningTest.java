package io.rowlock.broker.group;

import static io.rowlock.broker.group.GroupPhase.COMPLETING_REBALANCE;
import static io.rowlock.broker.group.GroupPhase.EMPTY;
import static io.rowlock.broker.group.GroupPhase.PREPARING_REBALANCE;
import static io.rowlock.broker.group.GroupPhase.STABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.testkit.SimRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JoiningTest {

    private final GroupBench bench = new GroupBench();
    private final TestMember first = new TestMember(bench);
    private final TestMember second = new TestMember(bench);
    private final TestMember third = new TestMember(bench);

    @Test
    void theFirstRebalanceWaitsForItsDelay() {
        Reply<JoinAnswer> join = first.join();
        bench.elapse(GroupBench.INITIAL_DELAY.minusNanos(1));
        assertThat(join.waits()).isTrue();
        bench.elapse(Duration.ofNanos(1));
        JoinAnswer answer = first.take(join);
        assertThat(answer.generation()).isEqualTo(1);
        assertThat(answer.memberId()).startsWith("client-").hasSize("client-".length() + 36);
        assertThat(answer.leader()).isEqualTo(answer.memberId());
        assertThat(answer.protocolType()).isEqualTo("consumer");
        assertThat(answer.protocol()).isEqualTo("range");
        assertThat(answer.skipAssignment()).isFalse();
        assertThat(answer.members())
                .containsExactly(new JoinAnswer.Joined(answer.memberId(), null, TestMember.subscription("orders")));
    }

    @Test
    void theDelayGrowsWhileMembersCome() {
        Reply<JoinAnswer> join = first.join();
        bench.elapseSeconds(1);
        second.join();
        bench.elapse(Duration.ofMillis(4_999));
        assertThat(join.waits()).isTrue();
        bench.elapse(Duration.ofMillis(1));
        assertThat(first.take(join).members()).hasSize(2);
    }

    @Test
    void theDelayDoesNotOutgrowTheRebalanceTimeout() {
        first.rebalanceSeconds(7);
        Reply<JoinAnswer> join = first.join();
        for (int second = 1; second < 7; second++) {
            bench.elapseSeconds(1);
            new TestMember(bench).join();
            assertThat(join.waits()).isTrue();
        }
        bench.elapseSeconds(1);
        assertThat(first.take(join).members()).hasSize(7);
    }

    @Test
    void onlyTheLeaderLearnsWhoTheMembersAre() {
        Reply<JoinAnswer> leads = first.join();
        Reply<JoinAnswer> follows = second.join();
        bench.elapseSeconds(6);
        assertThat(first.take(leads).members()).hasSize(2);
        assertThat(second.take(follows).members()).isEmpty();
        assertThat(follows.get().leader()).isEqualTo(first.id());
        assertThat(follows.get().generation()).isEqualTo(1);
    }

    @Test
    void aDynamicMemberHasToComeBackWithTheIdItWasGiven() {
        first.knownMemberIdRequired();
        JoinAnswer invitation = first.join().get();
        assertThat(invitation.error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        assertThat(invitation.generation()).isEqualTo(-1);
        assertThat(bench.group().phase()).isEqualTo(EMPTY);
        Reply<JoinAnswer> join = first.as(invitation.memberId()).join();
        assertThat(bench.group().phase()).isEqualTo(PREPARING_REBALANCE);
        bench.elapseSeconds(3);
        assertThat(first.take(join).memberId()).isEqualTo(invitation.memberId());
    }

    @Test
    void anInvitationEndsWithTheSessionTimeout() {
        String early = first.knownMemberIdRequired().join().get().memberId();
        String late = second.knownMemberIdRequired().join().get().memberId();
        bench.elapse(Duration.ofMillis(9_999));
        assertThat(first.as(early).join().waits()).isTrue();
        bench.elapse(Duration.ofMillis(1));
        assertThat(second.as(late).join().get().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aRebalanceWaitsForTheInvitedAndNotForThoseThatGaveUp() {
        TestMember.stabilize(bench, first);
        second.knownMemberIdRequired().sessionSeconds(20);
        String invited = second.join().get().memberId();
        assertThat(bench.group().phase()).isEqualTo(STABLE);
        Reply<JoinAnswer> again = first.join();
        assertThat(again.waits()).isTrue();
        bench.elapseSeconds(20);
        assertThat(first.take(again).members()).hasSize(1);
        assertThat(second.as(invited).join().get().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void sessionTimeoutsOutOfRangeAreRefused() {
        assertThat(first.sessionSeconds(5).join().get().error()).isEqualTo(ErrorCode.INVALID_SESSION_TIMEOUT);
        assertThat(first.sessionSeconds(1_801).join().get().error()).isEqualTo(ErrorCode.INVALID_SESSION_TIMEOUT);
        assertThat(first.sessionSeconds(6).join().waits()).isTrue();
        assertThat(second.sessionSeconds(1_800).join().waits()).isTrue();
    }

    @Test
    void unknownMembersAreTold() {
        assertThat(first.as("nobody").join().get())
                .isEqualTo(JoinAnswer.refused(ErrorCode.UNKNOWN_MEMBER_ID, "nobody"));
        TestMember.stabilize(bench, second);
        assertThat(first.join().get().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void protocolsMustFitTogether() {
        assertThat(first.protocols().join().get().error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(first.protocols("range").protocolType("").join().get().error())
                .isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        first.protocolType("consumer").protocols("range", "sticky").join();
        assertThat(second.protocolType("connect").join().get().error())
                .isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        second.protocolType("consumer");
        assertThat(second.protocols("roundrobin").join().get().error())
                .isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(second.protocols("sticky").join().waits()).isTrue();
        assertThat(third.protocols("range").join().get().error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }

    @Test
    void aGroupThatIsEmptyAgainTakesAnyKind() {
        TestMember.stabilize(bench, first);
        bench.leave(first.id(), null);
        assertThat(bench.group().phase()).isEqualTo(EMPTY);
        Reply<JoinAnswer> join =
                second.protocolType("connect").protocols("sessioned").join();
        bench.elapseSeconds(3);
        assertThat(second.take(join).protocolType()).isEqualTo("connect");
        assertThat(join.get().generation()).isEqualTo(3);
    }

    @Test
    void mostVotesChooseTheProtocol() {
        Reply<JoinAnswer> join = first.protocols("range", "sticky").join();
        second.protocols("sticky", "range").join();
        third.protocols("sticky", "roundrobin", "range").join();
        bench.elapseSeconds(6);
        assertThat(first.take(join).protocol()).isEqualTo("sticky");
    }

    @Test
    void aProtocolThatSomeDoNotKnowIsNotChosen() {
        Reply<JoinAnswer> join = first.protocols("range", "sticky").join();
        second.protocols("roundrobin", "range").join();
        third.protocols("roundrobin", "range").join();
        bench.elapseSeconds(6);
        assertThat(first.take(join).protocol()).isEqualTo("range");
    }

    @Test
    void aFollowerWithNothingNewGetsTheCurrentGeneration() {
        TestMember.stabilize(bench, first, second);
        int writes = bench.writes();
        JoinAnswer answer = second.join().get();
        assertThat(answer.error()).isEqualTo(ErrorCode.NONE);
        assertThat(answer.generation()).isEqualTo(1);
        assertThat(answer.leader()).isEqualTo(first.id());
        assertThat(answer.members()).isEmpty();
        assertThat(bench.group().phase()).isEqualTo(STABLE);
        assertThat(bench.writes()).isEqualTo(writes);
    }

    @Test
    void aFollowerWithSomethingNewBringsARebalance() {
        TestMember.stabilize(bench, first, second);
        assertThat(second.topics("payments").join().waits()).isTrue();
        assertThat(bench.group().phase()).isEqualTo(PREPARING_REBALANCE);
        assertThat(first.heartbeat()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(first.take(first.join()).generation()).isEqualTo(2);
    }

    @Test
    void theLeaderBringsARebalanceByJoiningAgain() {
        TestMember.stabilize(bench, first, second);
        Reply<JoinAnswer> again = first.join();
        assertThat(again.waits()).isTrue();
        assertThat(second.join().get().generation()).isEqualTo(2);
        assertThat(first.take(again).members()).hasSize(2);
    }

    @Test
    void aMemberThatMissedTheAnswerGetsItAgain() {
        Reply<JoinAnswer> lost = first.join();
        Reply<JoinAnswer> follows = second.join();
        bench.elapseSeconds(6);
        second.take(follows);
        first.as(lost.get().memberId());
        assertThat(bench.group().phase()).isEqualTo(COMPLETING_REBALANCE);
        assertThat(first.join().get()).isEqualTo(lost.get());
        assertThat(second.join().get()).isEqualTo(follows.get());
    }

    @Test
    void aChangeWhileTheLeaderAssignsBringsARebalance() {
        Reply<JoinAnswer> leads = first.join();
        Reply<JoinAnswer> follows = second.join();
        bench.elapseSeconds(6);
        first.take(leads);
        second.take(follows);
        Reply<SyncAnswer> waits = second.sync();
        assertThat(waits.waits()).isTrue();
        assertThat(third.join().waits()).isTrue();
        assertThat(waits.get()).isEqualTo(SyncAnswer.refused(ErrorCode.REBALANCE_IN_PROGRESS));
        assertThat(first.assign(first, second).get().error()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(bench.group().snapshot().members())
                .allMatch(member -> member.assignment().isEmpty());
    }

    @Test
    void ofTwoJoinsOfOneMemberTheLaterIsAnswered() {
        TestMember.stabilize(bench, first, second);
        Reply<JoinAnswer> older = first.join();
        Reply<JoinAnswer> newer = first.join();
        assertThat(older.get()).isEqualTo(JoinAnswer.refused(ErrorCode.REBALANCE_IN_PROGRESS, first.id()));
        second.join();
        assertThat(first.take(newer).members()).hasSize(2);
    }

    @Test
    void aFullGroupTakesNobodyElse() {
        GroupBench small = new GroupBench(
                new GroupSettings(GroupBench.INITIAL_DELAY, Duration.ofSeconds(6), Duration.ofMinutes(30), 2));
        TestMember one = new TestMember(small);
        TestMember two = new TestMember(small, "static");
        TestMember three = new TestMember(small);
        List<Reply<JoinAnswer>> joins = List.of(one.join(), two.join());
        assertThat(three.join().get()).isEqualTo(JoinAnswer.refused(ErrorCode.GROUP_MAX_SIZE_REACHED, ""));
        small.elapseSeconds(6);
        assertThat(three.join().get().error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
        TestMember.settle(joins, one, two);
        assertThat(three.join().get().error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
        assertThat(small.group().phase()).isEqualTo(STABLE);
        assertThat(new TestMember(small, "static").join().get().error())
                .as("one that takes the place of another")
                .isEqualTo(ErrorCode.NONE);
    }

    @Test
    void noMoreAreInvitedThanMayComeIn() {
        GroupBench small = new GroupBench(
                new GroupSettings(GroupBench.INITIAL_DELAY, Duration.ofSeconds(6), Duration.ofMinutes(30), 3));
        List<String> invited = new ArrayList<>();
        TestMember one = new TestMember(small);
        TestMember.stabilize(small, one);
        for (int i = 0; i < 2; i++) {
            invited.add(invite(small, ErrorCode.MEMBER_ID_REQUIRED));
        }
        assertThat(invite(small, OperationQueue.TRY_AGAIN)).isEmpty();
        TestMember two = new TestMember(small).knownMemberIdRequired().as(invited.get(0));
        two.join();
        assertThat(small.group().phase()).isEqualTo(PREPARING_REBALANCE);
        one.join();
        assertThat(invite(small, OperationQueue.TRY_AGAIN)).isEmpty();
        small.elapseSeconds(10);
        assertThat(invite(small, ErrorCode.MEMBER_ID_REQUIRED))
                .as("when one has not come")
                .isNotEmpty();
    }

    private static String invite(GroupBench bench, ErrorCode expected) {
        JoinAnswer answer = new TestMember(bench).knownMemberIdRequired().join().get();
        assertThat(answer.error()).isEqualTo(expected);
        return answer.memberId();
    }

    @Test
    void noMoreAreInvitedThanAGroupCanRemember() {
        List<String> invited = new ArrayList<>();
        for (int i = 0; i < PendingMembers.SIZE_MAX; i++) {
            invited.add(invite(bench, ErrorCode.MEMBER_ID_REQUIRED));
        }
        assertThat(invite(bench, OperationQueue.TRY_AGAIN)).isEmpty();
        bench.leave(invited.get(0), null);
        assertThat(invite(bench, ErrorCode.MEMBER_ID_REQUIRED)).isNotEmpty();
        assertThat(invite(bench, OperationQueue.TRY_AGAIN)).isEmpty();
        bench.elapseSeconds(10);
        assertThat(bench.group().nextDueNanos()).as("all are forgotten").isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aMemberSaysNoMoreThanItMay() {
        int room = Member.SAYS_BYTES_MAX - "range".length() - "sticky".length();
        JoinProtocol sticky = new JoinProtocol("sticky", Bytes.EMPTY);
        first.protocolType("connect");
        first.protocols(List.of(new JoinProtocol("range", Bytes.of(new byte[room + 1])), sticky));
        assertThat(first.join().get().error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        first.protocols(List.of(new JoinProtocol("range", Bytes.of(new byte[room])), sticky));
        TestMember.stabilize(bench, first);
    }

    @Test
    void aMemberNamesNoMoreProtocolsThanItMay() {
        first.protocols(protocols(Member.PROTOCOLS_MAX + 1));
        assertThat(first.join().get().error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        TestMember.stabilize(bench, first.protocols(protocols(Member.PROTOCOLS_MAX)));
        first.protocols(protocols(Member.PROTOCOLS_MAX + 1));
        assertThat(first.join().get().error())
                .as("one that joins again")
                .isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(bench.group().phase()).isEqualTo(STABLE);
    }

    private static List<JoinProtocol> protocols(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new JoinProtocol("p" + i, TestMember.subscription("orders")))
                .toList();
    }

    @Test
    void membersSayNoMoreThanCanBeKept() {
        long each = Member.bytes(List.of(said(1 << 20)));
        int large = (int) ((GroupState.BYTES_MAX - 1) / each);
        TestMember[] members = IntStream.range(0, large)
                .mapToObj(i -> new TestMember(bench).protocolType("connect").protocols(List.of(said(1 << 20))))
                .toArray(TestMember[]::new);
        TestMember.stabilize(bench, members);
        int left = (int) (GroupState.BYTES_MAX - large * each - Member.bytes(List.of(said(0))));
        first.protocolType("connect").protocols(List.of(said(left + 1)));
        assertThat(first.join().get().error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
        first.protocols(List.of(said(left)));
        List<Reply<JoinAnswer>> joins = new ArrayList<>();
        joins.add(first.join());
        second.protocolType("connect").protocols(List.of(said(0)));
        assertThat(second.join().get().error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
        for (TestMember member : members) {
            joins.add(member.join());
        }
        assertThat(joins)
                .as("what they said before does not count twice")
                .allMatch(reply -> reply.get().error() == ErrorCode.NONE);
    }

    /** A protocol with so many bytes, or as many as one member may say. */
    private static JoinProtocol said(int bytes) {
        return new JoinProtocol("range", Bytes.of(new byte[Math.max(0, Math.min(bytes, Member.SAYS_BYTES_MAX - 5))]));
    }

    @Test
    void aGroupThatHasBecomeTooLargeKeepsWhoComesFirst() {
        TestMember.stabilize(bench, first, second, third);
        GroupSettings smaller =
                new GroupSettings(GroupBench.INITIAL_DELAY, Duration.ofSeconds(6), Duration.ofMinutes(30), 2);
        ClassicGroup group = ClassicGroup.restore(bench.kept(), smaller, new SimRandom(1), bench.nowNanos());
        Reply<JoinAnswer> a = new Reply<>();
        Reply<JoinAnswer> b = new Reply<>();
        Reply<JoinAnswer> c = new Reply<>();
        group.join(first.command(), bench.nowNanos(), a);
        group.join(third.command(), bench.nowNanos(), b);
        Effects effects = group.join(second.command(), bench.nowNanos(), c);
        effects.answers().forEach(answer -> answer.send(bench.nowNanos()));
        assertThat(c.get().error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
        assertThat(a.get().members()).hasSize(2);
        assertThat(b.get().error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aNewMemberThatWaitsForTooLongIsForgotten() {
        TestMember.stabilize(bench, first.rebalanceSeconds(1_000));
        Reply<JoinAnswer> forgotten = second.rebalanceSeconds(1_000).join();
        TestMember.live(bench, Duration.ofSeconds(299), first);
        assertThat(forgotten.waits()).isTrue();
        bench.elapseSeconds(1);
        assertThat(forgotten.get()).isEqualTo(JoinAnswer.refused(ErrorCode.UNKNOWN_MEMBER_ID, ""));
        assertThat(first.take(first.join()).members()).hasSize(1);
    }
}
