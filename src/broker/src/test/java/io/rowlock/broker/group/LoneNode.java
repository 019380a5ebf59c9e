package io.rowlock.broker.group;

import java.util.Set;

/**
 * A cluster of one node, as far as that node knows.
 *
 * @param brokerEpoch of its registration
 */
public record LoneNode(int nodeId, long brokerEpoch) implements CoordinatorCluster {

    @Override
    public boolean isDeposed() {
        return false;
    }

    @Override
    public boolean isSteady() {
        return true;
    }

    @Override
    public Set<Integer> active() {
        return Set.of(nodeId);
    }

    @Override
    public boolean hasLeft(int other, long registered) {
        return false;
    }
}
