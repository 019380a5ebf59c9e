package io.rowlock.broker.cluster;

import java.util.List;

/**
 * A partition as the cluster agreed on it.
 *
 * @param index from 0
 * @param leader node id, or {@link #NO_LEADER}
 * @param leaderEpoch grows with every new leadership, also of the same node
 * @param partitionEpoch grows with every change of this row
 * @param replicas node ids in order of preference
 * @param inSyncReplicas a subset of {@code replicas}
 */
public record PartitionInfo(
        int index,
        int leader,
        int leaderEpoch,
        int partitionEpoch,
        List<Integer> replicas,
        List<Integer> inSyncReplicas) {

    /** Kafka's mark for a partition without a leader. */
    public static final int NO_LEADER = -1;

    public PartitionInfo {
        replicas = List.copyOf(replicas);
        inSyncReplicas = List.copyOf(inSyncReplicas);
    }
}
