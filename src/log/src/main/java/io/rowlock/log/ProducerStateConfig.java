package io.rowlock.log;

import java.util.function.LongSupplier;

/**
 * How long a log remembers idempotent producers.
 *
 * @param expiration {@code producer.id.expiration.ms}, asked anew each time: how long after its last batch a producer is
 *     forgotten, in milliseconds
 * @param maxProducers how many producers are remembered; beyond that the one that wrote longest ago is forgotten, with the
 *     same effect as if it had expired
 */
public record ProducerStateConfig(LongSupplier expiration, int maxProducers) {

    /** Kafka's expiration, and room for many more producers than a partition has in practice. */
    public static final ProducerStateConfig DEFAULT = new ProducerStateConfig(24L * 60 * 60 * 1000, 100_000);

    /** With an expiration, in milliseconds, that stays. */
    public ProducerStateConfig(long expirationMillis, int maxProducers) {
        this(() -> expirationMillis, maxProducers);
    }

    long expirationMillis() {
        return expiration.getAsLong();
    }
}
