package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.group.FaultyGroupStore.Line;
import io.rowlock.broker.group.GroupBench.Reply;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A group whose rows somebody has locked, or which is too much for one statement. */
class CoordinatorSlowGroupTest {

    private static final ErrorCode TRY_AGAIN = OperationQueue.TRY_AGAIN;
    /** How long a group is left alone whose try took no time. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Duration MOMENT = Duration.ofMillis(1);

    private final CoordinatorBench bench = new CoordinatorBench().start();

    @BeforeEach
    void lock() {
        bench.store.locked = group -> group.startsWith("locked");
    }

    private Reply<ErrorCode> blamed() {
        Reply<ErrorCode> blamed = bench.commit("locked", 1);
        bench.elapse(MOMENT);
        bench.store.asked.clear();
        return blamed;
    }

    @Test
    void itsCommitsAreRefusedAndThoseGatheredWithThemAreKept() {
        bench.store.line = Line.HELD;
        bench.commit("z", 0);
        bench.run();
        List<Reply<ErrorCode>> others = List.of(bench.commit("a", 1), bench.commit("b", 2));
        Reply<ErrorCode> locked = bench.commit("locked", 1);
        Reply<ErrorCode> last = bench.commit("c", 3);
        bench.store.asked.clear();
        bench.store.line = Line.WHOLE;
        bench.store.letGo();
        bench.elapse(MOMENT);
        assertThat(others).allMatch(reply -> reply.get() == ErrorCode.NONE);
        assertThat(last.get()).isEqualTo(ErrorCode.NONE);
        assertThat(locked.get()).isEqualTo(TRY_AGAIN);
        assertThat(bench.store.asked).as("nothing is in doubt").doesNotContain("acquire");
    }

    @Test
    void itIsLeftAloneForAWhileAndThenTriedAgain() {
        assertThat(blamed().get()).isEqualTo(TRY_AGAIN);
        Reply<ErrorCode> next = bench.commit("locked", 2);
        bench.elapse(PAUSE.minus(MOMENT).minusNanos(1));
        assertThat(bench.store.asked).isEmpty();
        assertThat(next.waits()).isTrue();
        Reply<ErrorCode> other = bench.commit("other", 2);
        bench.run();
        assertThat(other.get()).isEqualTo(ErrorCode.NONE);
        bench.store.locked = group -> false;
        bench.elapse(MOMENT.plusNanos(1));
        assertThat(next.get()).isEqualTo(ErrorCode.NONE);
        assertThat(bench.offset("locked")).isEqualTo(2);
    }

    @Test
    void whatWaitsForItDoesNotWaitLongerThanItMay() {
        bench.store.locked = group -> true;
        blamed();
        bench.store.line = Line.HELD;
        Reply<ErrorCode> next = bench.commit("locked", 2);
        bench.elapse(CoordinatorBench.COMMIT_TIMEOUT);
        assertThat(next.get()).isEqualTo(TRY_AGAIN);
    }

    @Test
    void itsMembersWaitUntilItIsKeptAndTheOrderStays() {
        Reply<JoinAnswer> joined = bench.join("locked", CoordinatorBench.STRANGER);
        bench.elapse(MOMENT);
        Reply<FetchedOffsets> fetched = bench.fetch("locked");
        Reply<JoinAnswer> other = bench.join("other", CoordinatorBench.STRANGER);
        bench.elapse(MOMENT);
        assertThat(other.get().error()).isEqualTo(ErrorCode.NONE);
        assertThat(joined.waits()).isTrue();
        assertThat(fetched.waits()).isTrue();
        bench.store.locked = group -> false;
        bench.elapse(PAUSE);
        assertThat(joined.get().error()).isEqualTo(ErrorCode.NONE);
        assertThat(fetched.get().error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void twoInARowAreToBlameAndAThirdIsNot() {
        for (String group : List.of("locked-1", "locked-2")) {
            bench.commit(group, 1);
            bench.elapse(MOMENT);
        }
        assertThat(bench.store.asked).containsOnlyOnce("acquire");
        Reply<ErrorCode> third = bench.commit("locked-3", 1);
        bench.elapse(PAUSE.dividedBy(3));
        assertThat(third.get()).isEqualTo(TRY_AGAIN);
        assertThat(bench.store.asked.stream().filter("acquire"::equals))
                .as("it is the store")
                .hasSizeGreaterThan(1);
        bench.store.locked = group -> false;
        Reply<ErrorCode> first = bench.commit("locked-1", 2);
        bench.elapse(PAUSE.dividedBy(3));
        assertThat(first.get()).as("nobody is left alone any more").isEqualTo(ErrorCode.NONE);
    }

    @Test
    void oneThatIsTriedAgainAndAgainIsNotTheStore() {
        blamed();
        for (int i = 0; i < 5; i++) {
            bench.commit("locked", 2);
            bench.elapse(PAUSE);
        }
        assertThat(bench.store.asked).doesNotContain("acquire").hasSizeGreaterThanOrEqualTo(5);
    }
}
