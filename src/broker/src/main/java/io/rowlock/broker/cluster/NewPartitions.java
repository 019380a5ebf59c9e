package io.rowlock.broker.cluster;

import java.util.List;
import java.util.UUID;

/**
 * Partitions to be added to a topic, every decision taken.
 *
 * @param countBefore how many the topic had when this was decided: with another number nothing is added
 * @param replicas for every new partition, in order of its index, the node ids that hold it; the first is preferred as leader
 */
public record NewPartitions(UUID topicId, int countBefore, List<List<Integer>> replicas) {

    public NewPartitions {
        replicas = replicas.stream().map(List::copyOf).toList();
    }

    /** How many the topic then has. */
    public int countAfter() {
        return countBefore + replicas.size();
    }
}
