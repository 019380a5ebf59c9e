package io.rowlock.broker.partition;

import java.util.List;

/**
 * What a leader knows beside its log: who must confirm a record before it counts.
 *
 * @param nodeId this node
 * @param epoch leader epoch
 * @param epochStartOffset end of the log when this leadership began
 * @param inSyncReplicas as confirmed by the metadata store
 * @param minInSyncReplicas the topic's {@code min.insync.replicas}, but never more than the partition has replicas
 */
record LeaderState(int nodeId, int epoch, long epochStartOffset, List<Integer> inSyncReplicas, int minInSyncReplicas) {

    LeaderState {
        inSyncReplicas = List.copyOf(inSyncReplicas);
    }

    boolean hasEnoughReplicas() {
        return inSyncReplicas.size() >= minInSyncReplicas;
    }

    /**
     * The high watermark that follows from what this replica has confirmed: it moves only while this node is the one in-sync
     * replica, because nothing yet tells what another has, and only with enough of them (KIP-966).
     */
    long highWatermark(long current, long confirmedHere) {
        boolean alone = inSyncReplicas.size() == 1 && inSyncReplicas.contains(nodeId);
        return alone && hasEnoughReplicas() ? Math.max(current, confirmedHere) : current;
    }
}
