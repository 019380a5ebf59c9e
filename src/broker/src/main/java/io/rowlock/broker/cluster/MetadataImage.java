package io.rowlock.broker.cluster;

import io.rowlock.broker.config.BrokerOverrides;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The cluster's metadata at one version. Immutable, so any thread may keep and read it. */
public final class MetadataImage {

    /** Before anything was read from the store. */
    public static final MetadataImage EMPTY =
            new MetadataImage("", 0, Map.of(), Map.of(), Map.of(), BrokerOverrides.NONE);

    private final String clusterId;
    private final long version;
    private final Map<Integer, NodeInfo> nodes;
    private final Map<UUID, TopicInfo> topicsById;
    private final Map<String, TopicInfo> topicsByName;
    private final BrokerOverrides brokerOverrides;

    private MetadataImage(
            String clusterId,
            long version,
            Map<Integer, NodeInfo> nodes,
            Map<UUID, TopicInfo> topicsById,
            Map<String, TopicInfo> topicsByName,
            BrokerOverrides brokerOverrides) {
        this.clusterId = clusterId;
        this.version = version;
        this.nodes = Collections.unmodifiableMap(nodes);
        this.topicsById = Collections.unmodifiableMap(topicsById);
        this.topicsByName = Collections.unmodifiableMap(topicsByName);
        this.brokerOverrides = brokerOverrides;
    }

    /** The image that follows from this one; this one stays as it is. */
    public MetadataImage apply(MetadataDelta difference) {
        MetadataDelta delta = difference.wholeTopics(this);
        Map<Integer, NodeInfo> newNodes = new HashMap<>(delta.complete() ? Map.of() : nodes);
        delta.nodes().forEach(node -> newNodes.put(node.id(), node));
        BrokerOverrides changed = delta.brokerOverrides();
        BrokerOverrides overrides = changed != null ? changed : brokerOverrides;
        if (!delta.complete()
                && delta.topics().isEmpty()
                && delta.deletedTopics().isEmpty()) {
            return new MetadataImage(delta.clusterId(), delta.version(), newNodes, topicsById, topicsByName, overrides);
        }
        Map<UUID, TopicInfo> byId = new HashMap<>(delta.complete() ? Map.of() : topicsById);
        delta.deletedTopics().forEach(byId::remove);
        delta.topics().forEach(topic -> byId.put(topic.id(), topic));
        Map<String, TopicInfo> byName = new HashMap<>(byId.size() * 2);
        byId.values().forEach(topic -> byName.put(topic.name(), topic));
        return new MetadataImage(delta.clusterId(), delta.version(), newNodes, byId, byName, overrides);
    }

    /** Everything that is here, as the difference to nothing. */
    public MetadataDelta asDelta() {
        return new MetadataDelta(
                version,
                true,
                clusterId,
                List.copyOf(nodes.values()),
                List.copyOf(topicsById.values()),
                Set.of(),
                brokerOverrides);
    }

    /** Kafka's cluster id; empty before anything was read. */
    public String clusterId() {
        return clusterId;
    }

    /** Grows with every committed change. */
    public long version() {
        return version;
    }

    /** The broker settings that are set at run time. */
    public BrokerOverrides brokerOverrides() {
        return brokerOverrides;
    }

    public Collection<NodeInfo> nodes() {
        return nodes.values();
    }

    public @Nullable NodeInfo node(int id) {
        return nodes.get(id);
    }

    public Collection<TopicInfo> topics() {
        return topicsById.values();
    }

    public @Nullable TopicInfo topic(UUID id) {
        return topicsById.get(id);
    }

    public @Nullable TopicInfo topic(String name) {
        return topicsByName.get(name);
    }
}
