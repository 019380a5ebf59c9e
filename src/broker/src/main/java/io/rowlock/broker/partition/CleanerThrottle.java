package io.rowlock.broker.partition;

import io.rowlock.ports.Clock;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Spreads what compaction reads and writes over time. What was handled is owed in bytes and worked off at the rate of the
 * moment, so that a rate that changes holds for what is owed, too: at the old one a pause may last for days. Thread-safe.
 */
final class CleanerThrottle {

    private static final double NANOS_PER_SECOND = 1_000_000_000.0;

    /** What one step should take of a second's bytes: less would be pauses without work. */
    private static final int STEPS_PER_SECOND = 20;

    private static final int STEP_BYTES_MIN = 4 * 1024;
    private static final int STEP_BYTES_MAX = 1024 * 1024;

    private final Clock clock;
    private final DoubleSupplier bytesPerSecond;
    private double owedBytes;
    private long reckonedNanos;

    /** @param bytesPerSecond above 0, asked anew each time */
    CleanerThrottle(Clock clock, DoubleSupplier bytesPerSecond) {
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        this.reckonedNanos = clock.monotonicNanos();
    }

    /** How many bytes to handle at once. */
    int stepBytes() {
        return (int)
                Math.max(STEP_BYTES_MIN, Math.min(STEP_BYTES_MAX, bytesPerSecond.getAsDouble() / STEPS_PER_SECOND));
    }

    /** Counts bytes that were read or written. */
    synchronized void spend(long bytes) {
        reckon(bytesPerSecond.getAsDouble());
        owedBytes += bytes;
    }

    /** How long to pause before more, at the rate of this moment; zero if not at all. */
    synchronized Duration pause() {
        double rate = bytesPerSecond.getAsDouble();
        reckon(rate);
        return Duration.ofNanos(Math.round(owedBytes / rate * NANOS_PER_SECOND));
    }

    /** Takes off what is owed what the time since the last call was worth. */
    private void reckon(double rate) {
        long now = clock.monotonicNanos();
        double worked = (now - reckonedNanos) / NANOS_PER_SECOND * rate;
        reckonedNanos = now;
        owedBytes = worked < owedBytes ? owedBytes - worked : 0;
    }
}
