package io.rowlock.broker.partition;

import io.rowlock.ports.Clock;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/** Spreads what compaction reads and writes over time. Thread-safe. */
final class CleanerThrottle {

    private static final double NANOS_PER_SECOND = 1_000_000_000.0;

    /** What one step should take of a second's bytes: less would be pauses without work. */
    private static final int STEPS_PER_SECOND = 20;

    private static final int STEP_BYTES_MIN = 4 * 1024;
    private static final int STEP_BYTES_MAX = 1024 * 1024;

    private final Clock clock;
    private final DoubleSupplier bytesPerSecond;
    private long paidUntilNanos;

    /** @param bytesPerSecond asked anew for each step */
    CleanerThrottle(Clock clock, DoubleSupplier bytesPerSecond) {
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        this.paidUntilNanos = clock.monotonicNanos();
    }

    /** How many bytes to handle at once. */
    int stepBytes() {
        return (int)
                Math.max(STEP_BYTES_MIN, Math.min(STEP_BYTES_MAX, bytesPerSecond.getAsDouble() / STEPS_PER_SECOND));
    }

    /** Counts bytes that were read or written. */
    synchronized void spend(long bytes) {
        long now = clock.monotonicNanos();
        long cost = (long) Math.min(Long.MAX_VALUE / 4.0, bytes / bytesPerSecond.getAsDouble() * NANOS_PER_SECOND);
        paidUntilNanos = (paidUntilNanos - now < 0 ? now : paidUntilNanos) + cost;
    }

    /** How long to pause before more; zero or less if not at all. */
    synchronized Duration pause() {
        return Duration.ofNanos(paidUntilNanos - clock.monotonicNanos());
    }
}
