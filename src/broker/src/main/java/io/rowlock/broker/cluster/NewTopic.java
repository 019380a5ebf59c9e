package io.rowlock.broker.cluster;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A topic to be created, every decision taken.
 *
 * @param id chosen by the caller, so that a repeated request is recognised
 * @param name valid by Kafka's rules, 1 to 249 characters
 * @param internal whether clients see it as the cluster's own
 * @param replicas for every partition, in order of its index, the node ids that hold it; the first is preferred as leader
 * @param configs settings that differ from the defaults, under Kafka's names
 */
public record NewTopic(
        UUID id, String name, boolean internal, List<List<Integer>> replicas, Map<String, String> configs) {

    public NewTopic {
        replicas = replicas.stream().map(List::copyOf).toList();
        configs = Map.copyOf(configs);
    }
}
