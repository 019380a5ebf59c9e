package io.rowlock.broker.cluster;

import java.time.Duration;

/** How a {@link MetadataStore#register registration} ended. */
public sealed interface RegistrationResult {

    /**
     * The node id is this directory's.
     *
     * @param clusterId Kafka's cluster id: 22 characters of base64
     * @param brokerEpoch larger than any given out before in this cluster
     * @param version metadata version that contains the registration
     */
    record Registered(String clusterId, long brokerEpoch, long version) implements RegistrationResult {}

    /** Another data directory holds this node id, and its lease runs for {@code remaining} more. */
    record HeldByOther(Duration remaining) implements RegistrationResult {}
}
