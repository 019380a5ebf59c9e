package io.rowlock.broker.cluster;

import io.rowlock.broker.config.BrokerOverrides;
import io.rowlock.ports.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What {@link InMemoryMetadataStore} keeps, with what each version changed. Whoever calls is alone with it. */
final class InMemoryCluster implements LeadershipDecisions.Nodes {

    /** How many versions back a difference is answered; older askers get everything. */
    private static final int VERSIONS_KEPT = 1_000;

    /** As it was last renewed, and since when each renewal came soon enough after the one before. */
    record Lease(long brokerEpoch, long renewedAtNanos, long untilNanos, long steadySinceNanos) {

        static Lease given(long brokerEpoch, long nowNanos, Duration ttl) {
            return new Lease(brokerEpoch, nowNanos, nowNanos + ttl.toNanos(), nowNanos);
        }

        Lease renewed(long nowNanos, Duration ttl) {
            return new Lease(
                    brokerEpoch, nowNanos, nowNanos + ttl.toNanos(), isFresh(nowNanos) ? steadySinceNanos : nowNanos);
        }

        Lease ended(long nowNanos) {
            return new Lease(brokerEpoch, renewedAtNanos, Math.min(untilNanos, nowNanos), steadySinceNanos);
        }

        private long ttlNanos() {
            return untilNanos - renewedAtNanos;
        }

        private boolean isFresh(long nowNanos) {
            return nowNanos - renewedAtNanos <= ttlNanos() / 2;
        }

        /** See {@link LeadershipStore#deposeLapsed}. */
        boolean isSteady(long nowNanos) {
            return isFresh(nowNanos) && nowNanos - steadySinceNanos >= ttlNanos();
        }
    }

    /** What one version changed: topics as a whole, and of others single partitions. */
    private static final class Change {
        private final Set<Integer> nodes = new TreeSet<>();
        private final Set<UUID> topics = new HashSet<>();
        private final Set<UUID> deleted = new HashSet<>();
        private final Map<UUID, Set<Integer>> partitions = new HashMap<>();
        private boolean brokerConfigs;

        boolean isEmpty() {
            return nodes.isEmpty() && topics.isEmpty() && deleted.isEmpty() && partitions.isEmpty() && !brokerConfigs;
        }

        void addAll(Change later) {
            nodes.addAll(later.nodes);
            topics.addAll(later.topics);
            deleted.addAll(later.deleted);
            later.partitions.forEach((id, indexes) ->
                    partitions.computeIfAbsent(id, any -> new TreeSet<>()).addAll(indexes));
            brokerConfigs |= later.brokerConfigs;
        }
    }

    private final Clock clock;
    private final String clusterId;
    private final Map<Integer, NodeInfo> nodes = new TreeMap<>();
    private final Map<Integer, Lease> leases = new HashMap<>();
    private final Map<UUID, TopicInfo> topics = new TreeMap<>();
    private final Map<String, TopicInfo> topicsByCollisionName = new HashMap<>();
    /** Of partitions without any in-sync replica, the one that was last, where it may have most of what was acknowledged. */
    private final Map<PartitionId, Integer> lastInSync = new HashMap<>();

    private final TreeMap<Long, Change> changes = new TreeMap<>();
    private Change pending = new Change();
    private BrokerOverrides brokerOverrides = BrokerOverrides.NONE;
    private long version;
    private long lastBrokerEpoch;

    InMemoryCluster(Clock clock, String clusterId) {
        this.clock = clock;
        this.clusterId = clusterId;
    }

    String clusterId() {
        return clusterId;
    }

    /** Of the last committed change. */
    long version() {
        return version;
    }

    /** Of the change under way. */
    long nextVersion() {
        return version + 1;
    }

    /** The version that contains what was done so far: the next one if anything was. */
    long visibleVersion() {
        return pending.isEmpty() ? version : nextVersion();
    }

    /** Ends a transaction; returns whether it made a new version. */
    boolean commit() {
        if (pending.isEmpty()) {
            return false;
        }
        changes.put(++version, pending);
        pending = new Change();
        if (changes.size() > VERSIONS_KEPT) {
            changes.pollFirstEntry();
        }
        return true;
    }

    long now() {
        return clock.monotonicNanos();
    }

    // Nodes

    long newBrokerEpoch() {
        return ++lastBrokerEpoch;
    }

    List<NodeInfo> nodes() {
        return List.copyOf(nodes.values());
    }

    @Override
    public @Nullable NodeInfo node(int id) {
        return nodes.get(id);
    }

    void put(NodeInfo node) {
        nodes.put(node.id(), node);
        pending.nodes.add(node.id());
    }

    @Nullable
    Lease lease(int nodeId) {
        return leases.get(nodeId);
    }

    void put(int nodeId, Lease lease) {
        leases.put(nodeId, lease);
    }

    boolean isActive(int nodeId) {
        NodeInfo node = nodes.get(nodeId);
        return node != null && node.isActive();
    }

    /** Known, and not active. */
    boolean isAbsent(int nodeId) {
        NodeInfo node = nodes.get(nodeId);
        return node != null && !node.isActive();
    }

    /** Whether the node's lease runs. */
    boolean isAlive(int nodeId) {
        Lease lease = leases.get(nodeId);
        return lease != null && lease.untilNanos() - now() > 0;
    }

    @Override
    public boolean isLive(int nodeId) {
        return isActive(nodeId) && isAlive(nodeId);
    }

    // Topics

    @Nullable
    TopicInfo topic(UUID id) {
        return topics.get(id);
    }

    /** The topic of that name, or whose name collides with it: Kafka refuses the second of the two, as a metric's name. */
    @Nullable
    TopicInfo collidingTopic(String name) {
        return topicsByCollisionName.get(collisionName(name));
    }

    private static String collisionName(String name) {
        return name.replace('.', '_');
    }

    void put(TopicInfo topic) {
        store(topic);
        pending.topics.add(topic.id());
    }

    boolean wasTouched(UUID topicId) {
        return pending.topics.contains(topicId);
    }

    private void store(TopicInfo topic) {
        topics.put(topic.id(), topic);
        topicsByCollisionName.put(collisionName(topic.name()), topic);
    }

    /** Returns whether it was there. */
    boolean deleteTopic(UUID id) {
        TopicInfo topic = topics.remove(id);
        if (topic == null) {
            return false;
        }
        topicsByCollisionName.remove(collisionName(topic.name()));
        pending.topics.remove(id);
        pending.deleted.add(id);
        lastInSync.keySet().removeIf(partition -> partition.topicId().equals(id));
        return true;
    }

    @Nullable
    PartitionInfo partition(PartitionId id) {
        TopicInfo topic = topics.get(id.topicId());
        return topic == null
                        || id.index() < 0
                        || id.index() >= topic.partitions().size()
                ? null
                : topic.partitions().get(id.index());
    }

    /** Replaces a partition that exists. */
    void put(UUID topicId, PartitionInfo changed) {
        mapPartitions(topicId, p -> p.index() == changed.index() ? changed : p);
    }

    /** Changes partitions of all topics. */
    void mapPartitions(BiFunction<UUID, PartitionInfo, PartitionInfo> rule) {
        List.copyOf(topics.keySet()).forEach(id -> mapPartitions(id, p -> rule.apply(id, p)));
    }

    private void mapPartitions(UUID topicId, UnaryOperator<PartitionInfo> rule) {
        TopicInfo topic = topics.get(topicId);
        if (topic == null) {
            throw new IllegalArgumentException("no topic " + topicId);
        }
        List<PartitionInfo> partitions = new ArrayList<>(topic.partitions());
        Set<Integer> touched = new TreeSet<>();
        partitions.replaceAll(p -> {
            PartitionInfo next = rule.apply(p);
            if (!next.equals(p)) {
                touched.add(p.index());
            }
            return next;
        });
        if (!touched.isEmpty()) {
            store(new TopicInfo(topic.id(), topic.name(), topic.internal(), partitions, topic.configs()));
            pending.partitions.computeIfAbsent(topicId, id -> new TreeSet<>()).addAll(touched);
        }
    }

    /** {@link PartitionInfo#NO_LEADER} if there is none. */
    int lastInSync(PartitionId partition) {
        return lastInSync.getOrDefault(partition, PartitionInfo.NO_LEADER);
    }

    void setLastInSync(PartitionId partition, int nodeId) {
        lastInSync.put(partition, nodeId);
    }

    void forgetLastInSync(PartitionId partition) {
        lastInSync.remove(partition);
    }

    /** The node has none of its data any more. */
    void forgetLastInSync(int nodeId) {
        lastInSync.values().removeIf(last -> last == nodeId);
    }

    // Settings

    BrokerOverrides brokerOverrides() {
        return brokerOverrides;
    }

    void put(BrokerOverrides overrides) {
        brokerOverrides = overrides;
        pending.brokerConfigs = true;
    }

    // Changes

    MetadataDelta since(long since) {
        if (since == version && since > 0) {
            return new MetadataDelta(version, false, clusterId, List.of(), List.of(), Set.of());
        }
        if (since <= 0 || since > version || changes.isEmpty() || changes.firstKey() > since + 1) {
            return new MetadataDelta(
                    version, true, clusterId, nodes(), List.copyOf(topics.values()), Set.of(), brokerOverrides);
        }
        Change all = new Change();
        changes.tailMap(since, false).values().forEach(all::addAll);
        all.topics.removeAll(all.deleted);
        return new MetadataDelta(
                version,
                false,
                clusterId,
                all.nodes.stream().map(nodes::get).toList(),
                all.topics.stream().sorted().map(topics::get).toList(),
                all.deleted,
                partitionsOf(all),
                all.brokerConfigs ? brokerOverrides : null);
    }

    private Map<UUID, List<PartitionInfo>> partitionsOf(Change change) {
        Map<UUID, List<PartitionInfo>> partitions = new HashMap<>();
        change.partitions.forEach((id, indexes) -> {
            TopicInfo topic = topics.get(id);
            if (topic != null && !change.topics.contains(id)) {
                partitions.put(id, indexes.stream().map(topic.partitions()::get).toList());
            }
        });
        return partitions;
    }
}
