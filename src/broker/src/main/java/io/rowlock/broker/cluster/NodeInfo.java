package io.rowlock.broker.cluster;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A registered node as the cluster sees it.
 *
 * @param brokerEpoch of its latest registration
 * @param endpoints advertised address of every listener, by listener name
 * @param stopped whether it gave its lease back by plan and has not registered since
 */
public record NodeInfo(
        int id,
        long brokerEpoch,
        UUID directoryId,
        @Nullable String rack,
        Map<String, Endpoint> endpoints,
        boolean stopped) {

    public NodeInfo {
        endpoints = Map.copyOf(endpoints);
    }
}
