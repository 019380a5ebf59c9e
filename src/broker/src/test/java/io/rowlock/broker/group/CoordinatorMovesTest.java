package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.group.FaultyGroupStore.Line;
import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.testkit.SimRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** How slots, and groups with them, move between three coordinators. */
class CoordinatorMovesTest {

    private static final Duration SOON = Duration.ofSeconds(1);

    private final List<CoordinatorBench> nodes = CoordinatorBench.cluster(3, new SimRandom(5));
    private final CoordinatorBench one = nodes.get(0);
    private final CoordinatorBench two = nodes.get(1);
    private final CoordinatorBench three = nodes.get(2);

    /** Nodes begin one after the other; each is heard of. */
    private void start(CoordinatorBench... starting) {
        for (CoordinatorBench node : starting) {
            node.begin();
            pass(SOON);
        }
    }

    /** Time passes, with leases renewed and news heard by everybody that runs. */
    private void pass(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= 500) {
            for (CoordinatorBench node : nodes) {
                if (!node.paused && node.hasBegun()) {
                    node.renewLease();
                    node.hear();
                }
            }
            one.elapse(Duration.ofMillis(500));
        }
    }

    private List<Long> shares() {
        List<Integer> holders = one.holders();
        return List.of(1, 2, 3).stream()
                .map(node -> holders.stream().filter(node::equals).count())
                .toList();
    }

    /** A group whose slot that node has. */
    private static String groupOf(CoordinatorBench node) {
        for (int i = 0; ; i++) {
            String group = "g" + i;
            if (node.holders().get(GroupSlots.of(group)) == node.nodeId) {
                return group;
            }
        }
    }

    private CoordinatorBench holder(String group) {
        int holder = one.holders().get(GroupSlots.of(group));
        return nodes.get(holder - 1);
    }

    @Test
    void slotsAreSpreadEvenlyAndNoMoreMoveThanThatTakes() {
        start(one);
        assertThat(shares()).containsExactly(64L, 0L, 0L);
        start(two);
        assertThat(shares()).containsExactly(32L, 32L, 0L);
        List<Integer> before = one.holders();
        start(three);
        assertThat(shares()).containsExactly(22L, 21L, 21L);
        List<Integer> after = one.holders();
        int moved = 0;
        for (int slot = 0; slot < GroupSlots.COUNT; slot++) {
            moved += before.get(slot).equals(after.get(slot)) ? 0 : 1;
        }
        assertThat(moved).isEqualTo(21);
        List<Long> epochs = one.epochs();
        pass(Duration.ofMinutes(1));
        assertThat(one.epochs()).as("nothing moves any more").isEqualTo(epochs);
    }

    @Test
    void nodesThatComeAtOnceDoNotWantTheSameSlots() {
        start(one);
        two.begin();
        three.begin();
        one.hear();
        two.hear();
        List<Long> before = one.epochs();
        pass(SOON);
        assertThat(shares()).containsExactly(22L, 21L, 21L);
        List<Long> after = one.epochs();
        for (int slot = 0; slot < GroupSlots.COUNT; slot++) {
            long taken = after.get(slot) == before.get(slot).longValue() ? 0 : 1;
            assertThat(taken).isEqualTo(one.holders().get(slot) == 1 ? 0 : 1);
        }
    }

    @Test
    void everyNodeSendsClientsToTheOneThatHasTheGroup() {
        start(one, two, three);
        for (CoordinatorBench holder : nodes) {
            String group = groupOf(holder);
            for (CoordinatorBench asked : nodes) {
                assertThat(asked.coordinator().coordinator(group)).isEqualTo(holder.nodeId);
            }
        }
    }

    @Test
    void theWrongNodeRefusesWhateverIsAsked() {
        start(one, two, three);
        String group = groupOf(two);
        MemberClaim member = two.member(group);
        Reply<ErrorCode> commit = one.commit(group, member, 5);
        Reply<FetchedOffsets> fetch = one.fetch(group);
        Reply<JoinAnswer> join = one.join(group, member);
        Reply<SyncAnswer> sync = one.sync(group, member);
        Reply<ErrorCode> beat = one.heartbeat(group, member);
        Reply<ErrorCode> deleted = one.deleteGroup(group);
        Reply<DeletedOffsets> offsets = one.deleteOffsets(group);
        Reply<DescribedGroup> described = one.describe(group);
        one.run();
        assertThat(List.of(
                        commit.get(),
                        fetch.get().error(),
                        join.get().error(),
                        sync.get().error(),
                        beat.get(),
                        deleted.get(),
                        offsets.get().error(),
                        described.get().error()))
                .containsOnly(ErrorCode.NOT_COORDINATOR);
        assertThat(one.list()).isEqualTo(new ListedGroups(ErrorCode.NONE, List.of()));
        assertThat(two.list().groups()).extracting(GroupListing::groupId).containsExactly(group);
    }

    @Test
    void membersGoOnWhereTheyWereWhenTheirCoordinatorIsDeposed() {
        start(one, two, three);
        String group = groupOf(two);
        MemberClaim member = two.member(group);
        Reply<ErrorCode> before = two.commit(group, member, 5);
        two.run();
        assertThat(before.get()).isEqualTo(ErrorCode.NONE);
        two.paused = true;
        two.depose();
        pass(SOON);
        CoordinatorBench next = holder(group);
        assertThat(next).isNotSameAs(two);
        assertThat(shares()).containsExactly(32L, 0L, 32L);
        Reply<ErrorCode> beat = next.heartbeat(group, member);
        Reply<ErrorCode> commit = next.commit(group, member, 6);
        next.run();
        assertThat(beat.get()).isEqualTo(ErrorCode.NONE);
        assertThat(commit.get()).isEqualTo(ErrorCode.NONE);
        assertThat(one.kept()).extracting(GroupSnapshot::generation).containsExactly(member.generation());
    }

    @Test
    void whatADeposedCoordinatorStillHadToDoIsVoidAndItComesBackWithItsShare() {
        start(one, two, three);
        String group = groupOf(two);
        MemberClaim member = two.member(group);
        two.store.line = Line.HELD;
        Reply<ErrorCode> underWay = two.commit(group, member, 7);
        two.run();
        two.paused = true;
        Reply<ErrorCode> queued = two.commit(group, member, 8);
        two.depose();
        pass(SOON);
        CoordinatorBench next = holder(group);
        Reply<ErrorCode> commit = next.commit(group, member, 9);
        next.run();
        assertThat(commit.get()).isEqualTo(ErrorCode.NONE);
        two.paused = false;
        two.store.line = Line.WHOLE;
        two.store.letGo();
        two.run();
        assertThat(underWay.get()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        assertThat(queued.get()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        Reply<ErrorCode> beat = two.heartbeat(group, member);
        two.run();
        assertThat(beat.get()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        assertThat(one.keptOffset(group, 0)).isEqualTo(9);
        two.registerAgain();
        pass(SOON);
        assertThat(shares()).containsExactly(22L, 21L, 21L);
        assertThat(one.keptOffset(group, 0)).isEqualTo(9);
    }

    @Test
    void whoIsDeposedDropsItsGroupsBeforeAnybodyTakesThem() {
        start(one, two, three);
        String group = groupOf(three);
        MemberClaim member = three.member(group);
        List<Long> epochs = one.epochs();
        three.depose();
        three.hear();
        three.run();
        assertThat(one.epochs()).isEqualTo(epochs);
        Reply<ErrorCode> beat = three.heartbeat(group, member);
        three.run();
        assertThat(beat.get()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        assertThat(three.coordinator().coordinator(group)).isEqualTo(SlotHolder.NOBODY);
        three.registerAgain();
        pass(SOON);
        Reply<ErrorCode> again = three.heartbeat(group, member);
        three.run();
        assertThat(again.get()).as("taken anew and loaded").isEqualTo(ErrorCode.NONE);
        assertThat(one.epochs().get(GroupSlots.of(group))).isGreaterThan(epochs.get(GroupSlots.of(group)));
    }

    @Test
    void aStopByPlanGivesSlotsOverAndTellsThoseThatWait() {
        start(one, two, three);
        String group = groupOf(two);
        MemberClaim member = two.member(group);
        Reply<JoinAnswer> waiting = two.join(group, CoordinatorBench.STRANGER);
        two.elapse(Duration.ofMillis(1));
        assertThat(waiting.waits()).isTrue();
        CompletionStage<Void> stopped = two.stop();
        two.run();
        assertThat(waiting.get().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        assertThat(stopped).isCompleted();
        assertThat(one.holders()).doesNotContain(2);
        Reply<ErrorCode> late = two.heartbeat(group, member);
        two.run();
        assertThat(late.get()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        pass(SOON);
        assertThat(shares()).containsExactly(32L, 0L, 32L);
        assertThat(two.coordinator().coordinator(group))
                .as("as long as it answers")
                .isEqualTo(holder(group).nodeId);
        Reply<ErrorCode> beat = holder(group).heartbeat(group, member);
        two.run();
        assertThat(beat.get()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        two.coordinator().close();
    }

    @Test
    void theLastNodeKeepsItsSlotsForItsNextStart() {
        start(one);
        List<Long> epochs = one.epochs();
        CompletionStage<Void> stopped = one.stop();
        one.run();
        assertThat(stopped).isCompleted();
        assertThat(one.epochs()).isEqualTo(epochs);
        assertThat(shares()).containsExactly(64L, 0L, 0L);
    }

    @Test
    void aRestartWithinTheLeaseIsNothingToOthers() {
        start(one, two, three);
        List<Integer> holders = one.holders();
        List<Long> epochs = one.epochs();
        start(two);
        assertThat(one.holders()).isEqualTo(holders);
        List<Long> after = one.epochs();
        for (int slot = 0; slot < GroupSlots.COUNT; slot++) {
            assertThat(after.get(slot) > epochs.get(slot)).isEqualTo(holders.get(slot) == 2);
        }
    }

    @Test
    void slotsThatAreLeftByANodeThatIsNotReadyYetAreTakenByTheOthers() {
        start(one, two);
        three.registerAgain();
        two.paused = true;
        two.depose();
        pass(Duration.ofMillis(500));
        assertThat(shares()).containsExactly(32L, 32L, 0L);
        pass(SlotChoice.NEGLECTED.plus(SOON));
        assertThat(shares()).containsExactly(64L, 0L, 0L);
        start(three);
        assertThat(shares()).containsExactly(32L, 0L, 32L);
    }

    @Test
    void aLapsedLeaseCountsOnlyForThoseThatMayJudge() {
        start(one, two, three);
        two.paused = true;
        one.mayDepose = false;
        three.mayDepose = false;
        pass(CoordinatorBench.TTL.plus(SOON));
        assertThat(shares()).containsExactly(22L, 21L, 21L);
        three.mayDepose = true;
        pass(SlotChoice.NEGLECTED.plus(SOON));
        assertThat(one.holders()).doesNotContain(2);
    }

    @Test
    void aSlotInWhichSomebodyWritesForLongIsWaitedForTheNextTime() {
        start(one);
        List<Boolean> patience = new ArrayList<>();
        two.store.onTake = patience::add;
        two.store.takesNothing = true;
        two.begin();
        pass(SOON);
        assertThat(patience).startsWith(false, true, false);
        two.store.takesNothing = false;
        pass(SOON);
        assertThat(shares()).containsExactly(32L, 32L, 0L);
    }
}
