package io.rowlock.ports;

/** Both kinds of time. Thread-safe. */
public interface Clock {

    /** Wall-clock time in milliseconds since 1970-01-01 UTC; may jump either way. For timestamps that people read. */
    long wallMillis();

    /** Monotonic time in nanoseconds from an arbitrary origin; compare by difference only. For timeouts and leases. */
    long monotonicNanos();
}
