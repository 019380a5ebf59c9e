package io.rowlock.broker.cluster;

import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * What changed up to {@code version}. Nodes and topics come whole, as they are at that version.
 *
 * @param version the version that an image has once this is applied
 * @param complete whether this is everything there is, replacing what an image had, and not a difference
 */
public record MetadataDelta(
        long version,
        boolean complete,
        String clusterId,
        List<NodeInfo> nodes,
        List<TopicInfo> topics,
        Set<UUID> deletedTopics) {

    public MetadataDelta {
        nodes = List.copyOf(nodes);
        topics = List.copyOf(topics);
        deletedTopics = Set.copyOf(deletedTopics);
    }

    /** Whether applying this changes nothing but, perhaps, the version. */
    public boolean isEmpty() {
        return !complete && nodes.isEmpty() && topics.isEmpty() && deletedTopics.isEmpty();
    }
}
