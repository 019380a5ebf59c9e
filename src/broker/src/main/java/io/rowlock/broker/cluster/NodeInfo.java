package io.rowlock.broker.cluster;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A registered node as the cluster sees it.
 *
 * @param brokerEpoch of its latest registration
 * @param endpoints advertised address of every listener, by listener name
 * @param state ACTIVE after every registration
 */
public record NodeInfo(
        int id,
        long brokerEpoch,
        UUID directoryId,
        @Nullable String rack,
        Map<String, Endpoint> endpoints,
        NodeState state) {

    public NodeInfo {
        endpoints = Map.copyOf(endpoints);
    }

    /** Whether it may get new leaderships and replicas, and join in-sync replicas. */
    public boolean isActive() {
        return state == NodeState.ACTIVE;
    }

    /** Whether it is to be asked: one that is about to stop still answers. */
    public boolean isServing() {
        return state == NodeState.ACTIVE || state == NodeState.STOPPING;
    }

    /** The same registration in another state. */
    public NodeInfo withState(NodeState next) {
        return new NodeInfo(id, brokerEpoch, directoryId, rack, endpoints, next);
    }
}
