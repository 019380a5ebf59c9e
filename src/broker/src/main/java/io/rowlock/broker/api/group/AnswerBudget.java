package io.rowlock.broker.api.group;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much goes into the answer to one request about many groups. Whichever group comes after it is full is to be asked for
 * again, which Kafka's clients do without those that were answered: so every request gets further. Thread-safe.
 */
final class AnswerBudget {

    /** Beyond so many bytes, roughly, an answer takes in no more groups. */
    static final long BYTES_MAX = 16L << 20;

    private final AtomicLong taken = new AtomicLong();

    /** Takes {@code bytes}; false, and nothing may go in, once the groups before have taken all. */
    boolean take(long bytes) {
        return taken.getAndAdd(bytes) < BYTES_MAX;
    }
}
