package io.rowlock.broker.api.metadata;

import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The cluster at one version of its metadata, as clients of one listener reach it. For one request. */
final class ListenerView {

    /** A node that is alive and has the listener. */
    record Reachable(NodeInfo node, Endpoint endpoint) {}

    /**
     * What clients are told of a partition.
     *
     * @param leader {@link PartitionInfo#NO_LEADER} where it cannot be reached
     * @param offlineReplicas those of the partition's replicas, whether told or not, that cannot be reached
     */
    record PartitionState(
            ErrorCode error,
            int leader,
            List<Integer> replicas,
            List<Integer> inSyncReplicas,
            List<Integer> offlineReplicas) {}

    /** What clients of old versions cannot make sense of, and are told in other words. */
    record Wording(boolean hidesUnreachableReplicas, boolean tellsOfMissingListeners) {

        /** As newer clients have it. */
        static final Wording CURRENT = new Wording(false, true);
    }

    private final MetadataImage image;
    private final List<Reachable> reachable;
    private final Set<Integer> reachableIds = new HashSet<>();

    ListenerView(MetadataImage image, String listener) {
        this.image = image;
        this.reachable = new ArrayList<>();
        for (NodeInfo node : image.nodes()) {
            Endpoint endpoint = node.endpoints().get(listener);
            if (node.isServing() && endpoint != null) {
                reachable.add(new Reachable(node, endpoint));
                reachableIds.add(node.id());
            }
        }
        reachable.sort(Comparator.comparingInt(each -> each.node().id()));
    }

    /** By node id. */
    List<Reachable> reachable() {
        return reachable;
    }

    /** A node that may be asked to change the cluster, which any may: {@code self} if it can be reached; -1 for none. */
    int controller(int self) {
        if (reachableIds.contains(self)) {
            return self;
        }
        return reachable.isEmpty() ? -1 : reachable.get(0).node().id();
    }

    PartitionState state(PartitionInfo partition, Wording wording) {
        List<Integer> offline = unreachable(partition.replicas());
        List<Integer> replicas = partition.replicas();
        List<Integer> inSync = partition.inSyncReplicas();
        if (wording.hidesUnreachableReplicas() && !offline.isEmpty()) {
            replicas = reachable(replicas);
            inSync = reachable(inSync);
        }
        if (!reachableIds.contains(partition.leader())) {
            return new PartitionState(
                    leaderError(partition.leader(), wording), PartitionInfo.NO_LEADER, replicas, inSync, offline);
        }
        boolean someHidden = replicas.size() < partition.replicas().size()
                || inSync.size() < partition.inSyncReplicas().size();
        return new PartitionState(
                someHidden ? ErrorCode.REPLICA_NOT_AVAILABLE : ErrorCode.NONE,
                partition.leader(),
                replicas,
                inSync,
                offline);
    }

    private ErrorCode leaderError(int leader, Wording wording) {
        NodeInfo node = image.node(leader);
        return node != null && node.isServing() && wording.tellsOfMissingListeners()
                ? ErrorCode.LISTENER_NOT_FOUND
                : ErrorCode.LEADER_NOT_AVAILABLE;
    }

    private List<Integer> unreachable(List<Integer> nodes) {
        for (Integer node : nodes) {
            if (!reachableIds.contains(node)) {
                return nodes.stream().filter(id -> !reachableIds.contains(id)).toList();
            }
        }
        return List.of();
    }

    private List<Integer> reachable(List<Integer> nodes) {
        return nodes.stream().filter(reachableIds::contains).toList();
    }
}
