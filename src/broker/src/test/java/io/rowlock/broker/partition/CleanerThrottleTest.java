package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.testkit.SimClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CleanerThrottleTest {

    private final SimClock clock = new SimClock();
    private double bytesPerSecond = 1000;
    private final CleanerThrottle throttle = new CleanerThrottle(clock, () -> bytesPerSecond);

    @Test
    void pausesForAsLongAsTheBytesMayTake() {
        assertThat(throttle.pause()).isZero();
        throttle.spend(500);
        throttle.spend(1000);
        assertThat(throttle.pause()).isEqualTo(Duration.ofMillis(1500));
        clock.advance(Duration.ofMillis(1499));
        assertThat(throttle.pause()).isEqualTo(Duration.ofMillis(1));
        clock.advance(Duration.ofMillis(1));
        assertThat(throttle.pause()).isZero();
    }

    @Test
    void timeInWhichNothingWasHandledIsNotSavedUp() {
        clock.advance(Duration.ofDays(1));
        throttle.spend(1000);
        assertThat(throttle.pause()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aRateThatChangesHoldsForWhatIsOwed() {
        bytesPerSecond = 1;
        throttle.spend(1 << 20);
        assertThat(throttle.pause()).isEqualTo(Duration.ofSeconds(1 << 20));
        bytesPerSecond = 1 << 20;
        assertThat(throttle.pause()).isEqualTo(Duration.ofSeconds(1));
        bytesPerSecond = Double.MAX_VALUE;
        clock.advance(Duration.ofNanos(1));
        assertThat(throttle.pause()).isZero();
        throttle.spend(1 << 20);
        clock.advance(Duration.ofNanos(1));
        assertThat(throttle.pause()).isZero();
    }
}
