package io.rowlock.broker.cluster;

import io.rowlock.broker.config.BrokerOverrides;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What changed up to {@code version}. Nodes and topics come whole, as they are at that version.
 *
 * @param version the version that an image has once this is applied
 * @param complete whether this is everything there is, replacing what an image had, and not a difference
 * @param deletedTopics what was deleted for certain; where the delta is complete, other topics may be missing, too
 * @param brokerOverrides all broker settings that are set at run time; null where none of them changed
 */
public record MetadataDelta(
        long version,
        boolean complete,
        String clusterId,
        List<NodeInfo> nodes,
        List<TopicInfo> topics,
        Set<UUID> deletedTopics,
        @Nullable BrokerOverrides brokerOverrides) {

    public MetadataDelta {
        nodes = List.copyOf(nodes);
        topics = List.copyOf(topics);
        deletedTopics = Set.copyOf(deletedTopics);
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
        return !complete && nodes.isEmpty() && topics.isEmpty() && deletedTopics.isEmpty() && brokerOverrides == null;
    }
}
