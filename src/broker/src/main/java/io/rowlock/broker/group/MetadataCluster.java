package io.rowlock.broker.group;

import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.cluster.NodeState;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The nodes as the cluster's metadata shows them. */
public final class MetadataCluster implements CoordinatorCluster {

    private final int self;
    private final Supplier<MetadataImage> image;
    private final LongSupplier brokerEpoch;
    private final BooleanSupplier steady;

    /**
     * @param self this node
     * @param image the newest
     * @param brokerEpoch of the latest registration of this process
     * @param steady whether the node may judge others at this moment
     */
    public MetadataCluster(int self, Supplier<MetadataImage> image, LongSupplier brokerEpoch, BooleanSupplier steady) {
        this.self = self;
        this.image = image;
        this.brokerEpoch = brokerEpoch;
        this.steady = steady;
    }

    @Override
    public long brokerEpoch() {
        return brokerEpoch.getAsLong();
    }

    @Override
    public boolean isDeposed() {
        NodeInfo node = image.get().node(self);
        long mine = brokerEpoch();
        return node != null
                && (node.brokerEpoch() > mine || (node.brokerEpoch() == mine && node.state() == NodeState.FENCED));
    }

    @Override
    public boolean isSteady() {
        return steady.getAsBoolean();
    }

    @Override
    public Set<Integer> active() {
        Set<Integer> active = new HashSet<>();
        for (NodeInfo node : image.get().nodes()) {
            if (node.isActive()) {
                active.add(node.id());
            }
        }
        return active;
    }

    @Override
    public boolean hasLeft(int nodeId, long registered) {
        NodeInfo node = image.get().node(nodeId);
        return node != null && !node.isServing() && node.brokerEpoch() >= registered;
    }
}
