package io.rowlock.broker.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself when it joins.
 *
 * @param nodeId 0 or more, as configured
 * @param directoryId persistent identity of the data directory, whose lock the caller holds
 * @param rack failure domain, or null
 * @param endpoints advertised address of every listener, by listener name
 * @param leaseTtl how long the lease runs from now
 * @param mayLackAcknowledged whether the directory may have lost the end of what it acknowledged: after an unclean restart where
 *     acknowledged does not mean synced
 * @param topicsThatMayLack the same of these topics alone, where acknowledged means synced but in them
 */
public record NodeRegistration(
        int nodeId,
        UUID directoryId,
        @Nullable String rack,
        Map<String, Endpoint> endpoints,
        Duration leaseTtl,
        boolean mayLackAcknowledged,
        Set<UUID> topicsThatMayLack) {

    public NodeRegistration {
        endpoints = Map.copyOf(endpoints);
        topicsThatMayLack = Set.copyOf(topicsThatMayLack);
    }

    /** Of a node whose directory has all that it acknowledged, or may lack some of any topic. */
    public NodeRegistration(
            int nodeId,
            UUID directoryId,
            @Nullable String rack,
            Map<String, Endpoint> endpoints,
            Duration leaseTtl,
            boolean mayLackAcknowledged) {
        this(nodeId, directoryId, rack, endpoints, leaseTtl, mayLackAcknowledged, Set.of());
    }

    /** Of a node whose directory has all that it acknowledged. */
    public NodeRegistration(
            int nodeId, UUID directoryId, @Nullable String rack, Map<String, Endpoint> endpoints, Duration leaseTtl) {
        this(nodeId, directoryId, rack, endpoints, leaseTtl, false);
    }

    /** The same node, whose directory may have lost the end of what it acknowledged in these topics. */
    NodeRegistration lackingOf(Set<UUID> topics) {
        return new NodeRegistration(nodeId, directoryId, rack, endpoints, leaseTtl, mayLackAcknowledged, topics);
    }

    /** Whether the directory may lack some of what it acknowledged in that topic. */
    boolean mayLackOf(UUID topic) {
        return mayLackAcknowledged || topicsThatMayLack.contains(topic);
    }
}
