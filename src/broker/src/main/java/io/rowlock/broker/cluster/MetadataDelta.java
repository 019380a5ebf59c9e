package io.rowlock.broker.cluster;

import io.rowlock.broker.config.BrokerOverrides;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What changed up to {@code version}. Nodes and topics come whole, as they are at that version; so do single partitions.
 *
 * @param version the version that an image has once this is applied
 * @param complete whether this is everything there is, replacing what an image had, and not a difference
 * @param deletedTopics what was deleted for certain; where the delta is complete, other topics may be missing, too
 * @param partitions what changed of topics that are not in {@code topics}, of which the rest is as before
 * @param brokerOverrides all broker settings that are set at run time; null where none of them changed
 */
public record MetadataDelta(
        long version,
        boolean complete,
        String clusterId,
        List<NodeInfo> nodes,
        List<TopicInfo> topics,
        Set<UUID> deletedTopics,
        Map<UUID, List<PartitionInfo>> partitions,
        @Nullable BrokerOverrides brokerOverrides) {

    public MetadataDelta {
        nodes = List.copyOf(nodes);
        topics = List.copyOf(topics);
        deletedTopics = Set.copyOf(deletedTopics);
        partitions = Map.copyOf(partitions);
    }

    /** One in which every topic that changed comes whole. */
    public MetadataDelta(
            long version,
            boolean complete,
            String clusterId,
            List<NodeInfo> nodes,
            List<TopicInfo> topics,
            Set<UUID> deletedTopics,
            @Nullable BrokerOverrides brokerOverrides) {
        this(version, complete, clusterId, nodes, topics, deletedTopics, Map.of(), brokerOverrides);
    }

    /** One that tells nothing of broker settings: they are as before, or, where it is complete, there are none. */
    public MetadataDelta(
            long version,
            boolean complete,
            String clusterId,
            List<NodeInfo> nodes,
            List<TopicInfo> topics,
            Set<UUID> deletedTopics) {
        this(version, complete, clusterId, nodes, topics, deletedTopics, complete ? BrokerOverrides.NONE : null);
    }

    /** Whether applying this changes nothing but, perhaps, the version. */
    public boolean isEmpty() {
        return !complete
                && nodes.isEmpty()
                && topics.isEmpty()
                && deletedTopics.isEmpty()
                && partitions.isEmpty()
                && brokerOverrides == null;
    }

    /** The same with topics in the place of single partitions, where {@code before} is what it is the difference to. */
    public MetadataDelta wholeTopics(MetadataImage before) {
        if (partitions.isEmpty()) {
            return this;
        }
        List<TopicInfo> whole = new ArrayList<>(topics);
        partitions.forEach((id, changed) -> {
            TopicInfo topic = before.topic(id);
            if (topic == null) {
                throw new IllegalStateException("partitions of topic " + id + " changed, which nobody told of");
            }
            List<PartitionInfo> next = new ArrayList<>(topic.partitions());
            changed.forEach(partition -> next.set(partition.index(), partition));
            whole.add(new TopicInfo(id, topic.name(), topic.internal(), next, topic.configs()));
        });
        return new MetadataDelta(version, complete, clusterId, nodes, whole, deletedTopics, Map.of(), brokerOverrides);
    }
}
