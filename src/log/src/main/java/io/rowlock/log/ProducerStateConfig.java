package io.rowlock.log;

/**
 * How long a log remembers idempotent producers.
 *
 * @param expirationMillis {@code producer.id.expiration.ms}: how long after its last batch a producer is forgotten
 * @param maxProducers how many producers are remembered; beyond that the one that wrote longest ago is forgotten, with the
 *     same effect as if it had expired
 */
public record ProducerStateConfig(long expirationMillis, int maxProducers) {

    /** Kafka's expiration, and room for many more producers than a partition has in practice. */
    public static final ProducerStateConfig DEFAULT = new ProducerStateConfig(24L * 60 * 60 * 1000, 100_000);
}
