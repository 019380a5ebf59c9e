package io.rowlock.broker.cluster;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A topic as the cluster agreed on it.
 *
 * @param partitions in order of their index, without gaps
 * @param configs settings that differ from the defaults, under Kafka's names
 */
public record TopicInfo(
        UUID id, String name, boolean internal, List<PartitionInfo> partitions, Map<String, String> configs) {

    public TopicInfo {
        partitions = List.copyOf(partitions);
        configs = Map.copyOf(configs);
    }
}
