package io.rowlock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimTimeTest {

    private final SimClock clock = new SimClock();
    private final SimScheduler scheduler = new SimScheduler(clock);
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsTasksWhenTheyAreDueInOrder() {
        scheduler.schedule(Duration.ofMillis(20), () -> ran.add("late@" + clock.monotonicNanos()));
        scheduler.schedule(Duration.ofMillis(10), () -> ran.add("a@" + clock.monotonicNanos()));
        scheduler.schedule(Duration.ofMillis(10), () -> ran.add("b"));
        scheduler.schedule(Duration.ofMillis(-1), () -> ran.add("now"));
        assertThat(ran).isEmpty();
        scheduler.advance(Duration.ofMillis(9));
        assertThat(ran).containsExactly("now");
        scheduler.advance(Duration.ofMillis(1));
        assertThat(ran).containsExactly("now", "a@10000000", "b");
        assertThat(scheduler.pending()).isEqualTo(1);
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(ran).endsWith("late@20000000");
        assertThat(clock.monotonicNanos()).isEqualTo(1_010_000_000L);
        assertThat(scheduler.nextDueNanos()).isNull();
    }

    @Test
    void cancelsOnce() {
        Scheduler.Timer timer = scheduler.schedule(Duration.ofMillis(1), () -> ran.add("never"));
        assertThat(timer.cancel()).isTrue();
        assertThat(timer.cancel()).isFalse();
        scheduler.advance(Duration.ofMillis(5));
        assertThat(ran).isEmpty();
        Scheduler.Timer late = scheduler.schedule(Duration.ZERO, () -> ran.add("ran"));
        assertThat(scheduler.runDue()).isEqualTo(1);
        assertThat(late.cancel()).isFalse();
    }

    @Test
    void wallClockJumpsAlone() {
        long monotonic = clock.monotonicNanos();
        clock.jumpWallClock(Duration.ofHours(-1));
        assertThat(clock.wallMillis()).isEqualTo(SimClock.START_MILLIS - 3_600_000);
        assertThat(clock.monotonicNanos()).isEqualTo(monotonic);
    }

    @Test
    void ownerRunsHooksAfterWhatIsQueued() {
        SimOwner owner = new SimOwner();
        owner.execute(() -> {
            assertThat(owner.isOwner()).isTrue();
            owner.afterQueued(() -> ran.add("hook"));
            owner.execute(() -> ran.add("third"));
            ran.add("first");
        });
        owner.execute(() -> ran.add("second"));
        assertThat(owner.isOwner()).isFalse();
        assertThat(owner.runAll()).isEqualTo(4);
        assertThat(ran).containsExactly("first", "second", "third", "hook");
        assertThat(owner.runOne()).isFalse();
    }

    @Test
    void theSameSeedSaysTheSame() {
        SimRandom one = new SimRandom(5);
        SimRandom other = new SimRandom(5);
        for (int i = 0; i < 100; i++) {
            assertThat(one.nextLong()).isEqualTo(other.nextLong());
            assertThat(one.nextInt(7)).isEqualTo(other.nextInt(7)).isBetween(0, 6);
        }
        assertThat(one.uuid()).isEqualTo(other.uuid());
        assertThat(one.split().nextLong()).isEqualTo(other.split().nextLong());
    }
}
