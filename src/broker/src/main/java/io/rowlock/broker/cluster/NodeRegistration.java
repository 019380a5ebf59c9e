package io.rowlock.broker.cluster;

import java.time.Duration;
import java.util.Map;
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
 */
public record NodeRegistration(
        int nodeId, UUID directoryId, @Nullable String rack, Map<String, Endpoint> endpoints, Duration leaseTtl) {

    public NodeRegistration {
        endpoints = Map.copyOf(endpoints);
    }
}
