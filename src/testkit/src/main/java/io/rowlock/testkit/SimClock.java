package io.rowlock.testkit;

import io.rowlock.ports.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Time that stands still until the test moves it. Thread-safe. */
public final class SimClock implements Clock {

    /** Somewhere in 2026: a plausible present for timestamps. */
    public static final long START_MILLIS = 1_780_000_000_000L;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong wallOffsetMillis = new AtomicLong(START_MILLIS);

    @Override
    public long wallMillis() {
        return wallOffsetMillis.get() + nanos.get() / NANOS_PER_MILLI;
    }

    @Override
    public long monotonicNanos() {
        return nanos.get();
    }

    /** Moves both kinds of time forward. */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time does not go back by " + by);
        }
        nanos.addAndGet(by.toNanos());
    }

    /** Moves the wall clock alone, either way, as an administrator or NTP does. */
    public void jumpWallClock(Duration by) {
        wallOffsetMillis.addAndGet(by.toMillis());
    }
}
