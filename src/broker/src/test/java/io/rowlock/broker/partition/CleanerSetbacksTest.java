package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.ports.DiskFullException;
import io.rowlock.testkit.SimClock;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CleanerSetbacksTest {

    private static final PartitionKey ONE = new PartitionKey(new UUID(1, 1), "t", 0);
    private static final PartitionKey OTHER = new PartitionKey(new UUID(1, 1), "t", 1);
    private static final Duration INSTANT = Duration.ofNanos(1);

    private final SimClock clock = new SimClock();
    private final CleanerSetbacks setbacks = new CleanerSetbacks(clock, () -> Duration.ofSeconds(15));

    private void assertHeldFor(Duration pause) {
        clock.advance(pause.minus(INSTANT));
        assertThat(setbacks.holds(ONE)).isTrue();
        clock.advance(INSTANT);
        assertThat(setbacks.holds(ONE)).isFalse();
    }

    @Test
    void eachFailureInARowIsFollowedByALongerPauseUpToTenMinutes() {
        for (int seconds : new int[] {15, 30, 60, 120, 240, 480, 600, 600}) {
            setbacks.failed(ONE, new DiskFullException("full", null));
            assertThat(setbacks.holds(OTHER)).isFalse();
            assertHeldFor(Duration.ofSeconds(seconds));
        }
        setbacks.succeeded(ONE);
        setbacks.failed(ONE, new IOException("again"));
        assertHeldFor(Duration.ofSeconds(15));
    }

    @Test
    void aDefectIsNotMetTwice() {
        setbacks.failed(ONE, new IllegalStateException("a rule was broken"));
        setbacks.failed(OTHER, new OutOfMemoryError("too large a batch"));
        clock.advance(Duration.ofDays(1));
        assertThat(setbacks.holds(ONE)).isTrue();
        assertThat(setbacks.holds(OTHER)).isTrue();
    }

    @Test
    void otherSettingsMayHelpWhereAPauseDoesNot() {
        setbacks.failed(ONE, new OutOfMemoryError("too large a buffer"));
        setbacks.failed(OTHER, new IOException("once"));
        setbacks.settingsChanged();
        assertThat(setbacks.holds(ONE)).isFalse();
        assertThat(setbacks.holds(OTHER)).as("which has its pause").isTrue();
    }

    @Test
    void forgetsPartitionsThatAreNotThereAnyMore() {
        assertThat(setbacks.isEmpty()).isTrue();
        setbacks.failed(ONE, new IOException("once"));
        setbacks.failed(OTHER, new IOException("once"));
        setbacks.retain(Set.of(OTHER));
        assertThat(setbacks.holds(ONE)).isFalse();
        assertThat(setbacks.holds(OTHER)).isTrue();
        assertThat(setbacks.isEmpty()).isFalse();
    }

    @Test
    void neverTriesWithoutAPause() {
        CleanerSetbacks eager = new CleanerSetbacks(clock, () -> Duration.ZERO);
        eager.failed(ONE, new IOException("once"));
        assertThat(eager.holds(ONE)).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(eager.holds(ONE)).isFalse();
    }
}
