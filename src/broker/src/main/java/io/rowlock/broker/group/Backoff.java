package io.rowlock.broker.group;

import java.time.Duration;

/** Waits between attempts: each twice as long as the one before, within bounds. Used by one thread at a time. */
final class Backoff {

    static final Duration MIN = Duration.ofMillis(50);
    static final Duration MAX = Duration.ofSeconds(1);

    private Duration next = MIN;

    /** How long to wait now. */
    Duration next() {
        Duration now = next;
        Duration twice = now.multipliedBy(2);
        next = twice.compareTo(MAX) < 0 ? twice : MAX;
        return now;
    }

    /** After a success. */
    void reset() {
        next = MIN;
    }
}
