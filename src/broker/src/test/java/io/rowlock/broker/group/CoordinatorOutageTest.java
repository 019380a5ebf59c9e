package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.group.FaultyGroupStore.Line;
import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a coordinator tells, and when, while its store is away, comes back, or has given its slots to somebody else. */
class CoordinatorOutageTest {

    private static final ErrorCode TRY_AGAIN = ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;

    private final CoordinatorBench bench = new CoordinatorBench().start();

    @Test
    void whoeverWaitsTooLongIsToldToTryAgain() {
        bench.store.line = Line.HELD;
        Reply<ErrorCode> underWay = bench.commit("a", 1);
        bench.run();
        bench.elapse(Duration.ofSeconds(1));
        Reply<ErrorCode> queued = bench.commit("a", 2);
        Reply<FetchedOffsets> fetch = bench.fetch("a");
        Reply<DeletedOffsets> none = bench.deleteOffsets("a");
        bench.elapse(CoordinatorBench.COMMIT_TIMEOUT.minusSeconds(1).minusNanos(1));
        assertThat(none.get().error()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(underWay.waits()).isTrue();
        bench.elapse(Duration.ofNanos(1));
        assertThat(underWay.get()).isEqualTo(TRY_AGAIN);
        assertThat(queued.waits()).isTrue();
        bench.elapse(Duration.ofSeconds(1));
        assertThat(queued.get()).isEqualTo(TRY_AGAIN);
        assertThat(fetch.get().error()).isEqualTo(TRY_AGAIN);
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(bench.offset("a")).as("what was under way").isEqualTo(1);
        bench.elapse(Duration.ofMinutes(1));
        assertThat(bench.scheduler.pending())
                .as("no timer without anybody who waits")
                .isEqualTo(1);
    }

    @Test
    void groupsAreKeptWhenTheStoreComesBackAndMembersStayMeanwhile() {
        MemberClaim member = bench.member("steady");
        bench.store.cut();
        Reply<ErrorCode> commit = bench.commit("steady", member, 1);
        bench.run();
        assertThat(commit.get()).isEqualTo(TRY_AGAIN);
        Reply<JoinAnswer> joined = bench.join("new", CoordinatorBench.STRANGER);
        for (int second = 0; second < 60; second++) {
            bench.elapse(Duration.ofSeconds(1));
            Reply<ErrorCode> beat = bench.heartbeat("steady", member);
            bench.run();
            assertThat(beat.get()).isEqualTo(ErrorCode.NONE);
        }
        assertThat(joined.waits()).isTrue();
        bench.store.heal();
        bench.elapse(Duration.ofSeconds(1));
        MemberClaim other = CoordinatorBench.claim(joined.get());
        Reply<SyncAnswer> synced = bench.sync("new", other);
        Reply<ErrorCode> again = bench.commit("steady", member, 2);
        bench.run();
        assertThat(synced.get().error()).isEqualTo(ErrorCode.NONE);
        assertThat(again.get()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.kept()).extracting(GroupSnapshot::phase).containsOnly(GroupPhase.STABLE);
    }

    @Test
    void whileTheStoreIsAwayItIsAskedOnlyNowAndThen() {
        bench.store.cut();
        bench.commit("a", 1);
        bench.elapse(Duration.ofSeconds(2));
        bench.store.asked.clear();
        bench.elapse(Duration.ofSeconds(60));
        assertThat(bench.store.asked).hasSizeBetween(50, 70).containsOnly("acquire");
    }

    @Test
    void aStoreThatFailsRightAwayAgainIsNotStormed() {
        bench.store.line = Line.CUT;
        bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofSeconds(60));
        assertThat(bench.store.asked.stream().filter("write [g]"::equals).count())
                .isBetween(40L, 80L);
    }

    @Test
    void anAnswerThatWasLostIsAskedForAgain() {
        bench.store.line = Line.ANSWER_LOST;
        Reply<JoinAnswer> joined = bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofMillis(1));
        assertThat(joined.waits()).isTrue();
        bench.store.line = Line.WHOLE;
        bench.elapse(Duration.ofSeconds(1));
        assertThat(joined.get().error()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.kept()).hasSize(1);
    }

    @Test
    void aStatementThatWasGivenUpOverwritesNothing() {
        bench.store.line = Line.LATE;
        Reply<ErrorCode> old = bench.commit("a", 10);
        bench.run();
        assertThat(old.get()).isEqualTo(TRY_AGAIN);
        bench.store.line = Line.WHOLE;
        Reply<ErrorCode> next = bench.commit("a", 20);
        bench.elapse(Duration.ofSeconds(1));
        assertThat(next.get()).isEqualTo(ErrorCode.NONE);
        bench.store.land();
        assertThat(bench.offset("a")).isEqualTo(20);
    }

    @Test
    void aStatementOfAnotherShardIsWaitedForBeforeSlotsAreAcquiredAnew() {
        CoordinatorBench two = new CoordinatorBench().shards(2).start();
        String even = groupIn(0);
        String odd = groupIn(1);
        two.store.line = Line.HELD;
        Reply<ErrorCode> slow = two.commit(even, 1);
        two.run();
        two.store.line = Line.CUT;
        Reply<ErrorCode> failed = two.commit(odd, 1);
        two.store.asked.clear();
        two.elapse(Duration.ofSeconds(1));
        assertThat(failed.get()).isEqualTo(TRY_AGAIN);
        assertThat(two.store.asked).doesNotContain("acquire");
        two.store.line = Line.WHOLE;
        two.store.letGo();
        two.elapse(Duration.ofSeconds(1));
        assertThat(slow.get()).isEqualTo(ErrorCode.NONE);
        assertThat(two.store.asked).contains("acquire");
        Reply<ErrorCode> after = two.commit(odd, 2);
        two.run();
        assertThat(after.get()).isEqualTo(ErrorCode.NONE);
    }

    private static String groupIn(int parity) {
        for (int i = 0; ; i++) {
            if (GroupSlots.of("g" + i) % 2 == parity) {
                return "g" + i;
            }
        }
    }

    @Test
    void oneThatMeetsADefectHarmsNoOther() {
        bench.store.poison = commit -> commit.key().groupId().equals("bad");
        bench.store.line = Line.HELD;
        bench.commit("z", 0);
        bench.run();
        List<Reply<ErrorCode>> good = List.of(bench.commit("a", 1), bench.commit("b", 1));
        Reply<ErrorCode> bad = bench.commit("bad", 1);
        Reply<ErrorCode> last = bench.commit("c", 1);
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.elapse(Duration.ofSeconds(3));
        assertThat(good).allMatch(reply -> reply.get() == ErrorCode.NONE);
        assertThat(bad.get()).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        assertThat(last.get()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aGroupThatTakesTheStoreTooLongHarmsNoOther() {
        bench.store.slow = group -> group.groupId().equals("slow");
        bench.store.line = Line.HELD;
        bench.commit("z", 0);
        bench.run();
        List<Reply<JoinAnswer>> good =
                List.of(bench.join("a", CoordinatorBench.STRANGER), bench.join("b", CoordinatorBench.STRANGER));
        Reply<JoinAnswer> slow = bench.join("slow", CoordinatorBench.STRANGER);
        bench.run();
        Reply<ErrorCode> later = bench.commit("slow", 1);
        bench.store.asked.clear();
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.elapse(Duration.ofSeconds(4));
        assertThat(good).allMatch(reply -> reply.get().error() == ErrorCode.NONE);
        for (int i = 0; i < 20; i++) {
            Reply<ErrorCode> commit = bench.commit("good" + i, i);
            bench.elapse(Duration.ofSeconds(3));
            assertThat(commit.get()).isEqualTo(ErrorCode.NONE);
        }
        assertThat(slow.waits()).isTrue();
        assertThat(later.get()).isNotEqualTo(ErrorCode.NONE);
        assertThat(bench.store.asked.stream().filter(words -> words.startsWith("write [") && words.contains("slow")))
                .as("twice with others, then alone")
                .startsWith("write [a, b, slow]", "write [a, b, slow]", "write [slow]", "write [slow]");
        bench.store.slow = group -> false;
        bench.elapse(Duration.ofSeconds(2));
        assertThat(slow.get().error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whatConcernsTheSlowGroupKeepsItsOrder() {
        bench.store.slow = group -> true;
        bench.join("slow", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofSeconds(3));
        Reply<FetchedOffsets> fetch = bench.fetch("slow");
        Reply<FetchedOffsets> other = bench.fetch("other");
        bench.elapse(Duration.ofSeconds(2));
        assertThat(other.get().error()).isEqualTo(ErrorCode.NONE);
        assertThat(fetch.waits()).isTrue();
        bench.store.slow = group -> false;
        bench.elapse(Duration.ofSeconds(2));
        assertThat(fetch.get().error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aDeletionThatMayNotHaveHappenedLeavesTheGroup() {
        bench.commit("g", 5);
        bench.run();
        bench.store.line = Line.CUT;
        Reply<ErrorCode> deleted = bench.deleteGroup("g");
        bench.run();
        assertThat(deleted.get()).isEqualTo(TRY_AGAIN);
        bench.store.line = Line.WHOLE;
        bench.elapse(Duration.ofSeconds(1));
        assertThat(bench.offset("g")).isEqualTo(5);
        Reply<ErrorCode> again = bench.deleteGroup("g");
        bench.run();
        assertThat(again.get()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.kept()).isEmpty();
    }

    @Test
    void aDeletionThatComesThroughLateIsSeen() {
        bench.commit("g", 5);
        bench.run();
        bench.store.line = Line.HELD;
        Reply<ErrorCode> deleted = bench.deleteGroup("g");
        bench.elapse(CoordinatorBench.COMMIT_TIMEOUT);
        assertThat(deleted.get()).isEqualTo(TRY_AGAIN);
        assertThat(bench.list().error()).as("nobody knows").isEqualTo(TRY_AGAIN);
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(bench.list().groups()).isEmpty();
        assertThat(bench.kept()).isEmpty();
    }

    @Test
    void aRestartKeepsGroupsAndMovesNobody() {
        MemberClaim member = bench.member("g");
        bench.commit("g", member, 5);
        bench.run();
        bench.start();
        assertThat(bench.isLoaded()).isTrue();
        Reply<ErrorCode> beat = bench.heartbeat("g", member);
        Reply<ErrorCode> commit = bench.commit("g", member, 6);
        bench.run();
        assertThat(beat.get()).isEqualTo(ErrorCode.NONE);
        assertThat(commit.get()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.offset("g")).isEqualTo(6);
    }

    @Test
    void clientsAreToldToWaitWhileGroupsAreLoaded() {
        MemberClaim member = bench.member("g");
        bench.store.control = Line.CUT;
        bench.start();
        assertThat(bench.isLoaded()).isFalse();
        Reply<ErrorCode> beat = bench.heartbeat("g", member);
        Reply<ErrorCode> commit = bench.commit("g", member, 6);
        Reply<JoinAnswer> join = bench.join("g", member);
        bench.run();
        assertThat(beat.get()).isEqualTo(TRY_AGAIN);
        assertThat(commit.get()).isEqualTo(TRY_AGAIN);
        assertThat(join.get().error()).isEqualTo(TRY_AGAIN);
        assertThat(bench.list().error()).isEqualTo(TRY_AGAIN);
        assertThat(bench.coordinator().coordinator("g")).isEqualTo(1);
        bench.store.heal();
        bench.elapse(Duration.ofSeconds(1));
        assertThat(bench.isLoaded()).isTrue();
        Reply<ErrorCode> later = bench.heartbeat("g", member);
        bench.run();
        assertThat(later.get()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whatAnotherNodeHasTakenIsDropped() {
        MemberClaim member = bench.member("g");
        bench.commit("g", member, 5);
        bench.elapse(Duration.ofSeconds(7));
        assertThat(bench.takeOver(2)).hasSize(GroupSlots.COUNT);
        bench.store.line = Line.HELD;
        Reply<ErrorCode> commit = bench.commit("g", member, 6);
        Reply<JoinAnswer> waiting = bench.join("g", CoordinatorBench.STRANGER);
        bench.run();
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(commit.get()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        assertThat(waiting.get().error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        Reply<ErrorCode> beat = bench.heartbeat("g", member);
        bench.run();
        assertThat(beat.get()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        assertThat(bench.coordinator().coordinator("g")).isNotEqualTo(1);
        assertThat(bench.keptOffset("g", 0)).isEqualTo(5);
    }

    @Test
    void slotsThatAreFreeAgainAreTakenBackAndTheirGroupsLoaded() {
        MemberClaim member = bench.member("g");
        bench.elapse(Duration.ofSeconds(7));
        bench.takeOver(2);
        Reply<ErrorCode> refused = bench.commit("g", member, 6);
        bench.run();
        assertThat(refused.get()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        bench.elapse(Duration.ofSeconds(10));
        assertThat(bench.coordinator().coordinator("g")).isEqualTo(1);
        Reply<ErrorCode> beat = bench.heartbeat("g", member);
        bench.run();
        assertThat(beat.get()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void theStopKeepsWhatWasAcceptedAndTellsWhoeverWaits() {
        bench.member("g");
        bench.store.line = Line.HELD;
        Reply<ErrorCode> commit = bench.commit("a", 1);
        Reply<JoinAnswer> waiting = bench.join("g", CoordinatorBench.STRANGER);
        bench.run();
        boolean[] stopped = {false};
        bench.coordinator().stop().thenRun(() -> stopped[0] = true);
        Reply<ErrorCode> tooLate = bench.commit("a", 2);
        bench.run();
        assertThat(stopped[0]).isFalse();
        assertThat(tooLate.get()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.run();
        assertThat(stopped[0]).isTrue();
        assertThat(commit.get()).isEqualTo(ErrorCode.NONE);
        assertThat(waiting.get().error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    }

    @Test
    void theStopDoesNotWaitForAStoreThatIsAway() {
        bench.store.cut();
        Reply<JoinAnswer> joined = bench.join("g", CoordinatorBench.STRANGER);
        bench.elapse(Duration.ofMillis(1));
        boolean[] stopped = {false};
        bench.coordinator().stop().thenRun(() -> stopped[0] = true);
        bench.elapse(CoordinatorBench.COMMIT_TIMEOUT.minusNanos(1));
        assertThat(stopped[0]).isFalse();
        bench.elapse(Duration.ofNanos(1));
        assertThat(stopped[0]).isTrue();
        assertThat(joined.get().error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        int asked = bench.store.asked.size();
        bench.elapse(Duration.ofMinutes(1));
        assertThat(bench.store.asked).hasSizeLessThanOrEqualTo(asked + 1);
    }
}
