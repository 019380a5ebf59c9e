package io.rowlock.broker.cluster;

import io.rowlock.broker.cluster.ConfigChange.Decision;
import io.rowlock.broker.config.BrokerOverrides;
import io.rowlock.ports.Clock;
import io.rowlock.ports.RandomSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A cluster's metadata in the memory of one process, for tests and for brokers embedded into them: every promise of
 * {@link MetadataStore} but durability. Nodes of the same process share one instance. Answers at once, on the caller's
 * thread.
 */
public final class InMemoryMetadataStore implements MetadataStore {

    /** How many versions back a difference is answered; older askers get everything. */
    private static final int VERSIONS_KEPT = 1_000;

    private record Lease(long brokerEpoch, long untilNanos) {}

    /** What one version changed. */
    private record Change(Set<Integer> nodes, Set<UUID> topics, Set<UUID> deletedTopics, boolean brokerConfigs) {

        Change(Set<Integer> nodes, Set<UUID> topics, Set<UUID> deletedTopics) {
            this(nodes, topics, deletedTopics, false);
        }
    }

    private final Clock clock;
    private final String clusterId;
    private final List<Runnable> hints = new CopyOnWriteArrayList<>();

    private final Map<Integer, NodeInfo> nodes = new HashMap<>();
    private final Map<Integer, Lease> leases = new HashMap<>();
    private final Map<UUID, TopicInfo> topics = new HashMap<>();
    private final Map<String, TopicInfo> topicsByCollisionName = new HashMap<>();
    private final Map<UUID, Map<Integer, PartitionProgress>> progress = new HashMap<>();
    private final Map<UUID, Map<Integer, RetentionReport>> retention = new HashMap<>();
    private final TreeMap<Long, Change> changes = new TreeMap<>();
    private BrokerOverrides brokerOverrides = BrokerOverrides.NONE;
    private long version;
    private long lastBrokerEpoch;
    private long nextProducerId;

    public InMemoryMetadataStore(Clock clock, RandomSource random) {
        this.clock = clock;
        this.clusterId = randomClusterId(random);
    }

    @Override
    public CompletionStage<RegistrationResult> register(NodeRegistration node) {
        return answer(() -> {
            NodeInfo known = nodes.get(node.nodeId());
            boolean sameDirectory = known == null || known.directoryId().equals(node.directoryId());
            Lease lease = leases.get(node.nodeId());
            long remainingNanos = lease == null ? 0 : lease.untilNanos() - clock.monotonicNanos();
            if (!sameDirectory && remainingNanos > 0) {
                return new RegistrationResult.HeldByOther(Duration.ofNanos(remainingNanos));
            }
            long brokerEpoch = ++lastBrokerEpoch;
            nodes.put(
                    node.nodeId(),
                    new NodeInfo(
                            node.nodeId(),
                            brokerEpoch,
                            node.directoryId(),
                            node.rack(),
                            node.endpoints(),
                            NodeState.ACTIVE));
            leases.put(
                    node.nodeId(),
                    new Lease(
                            brokerEpoch,
                            clock.monotonicNanos() + node.leaseTtl().toNanos()));
            Set<UUID> touched = new HashSet<>();
            for (TopicInfo topic : List.copyOf(topics.values())) {
                TopicInfo changed = sameDirectory ? returned(topic, node.nodeId()) : dataLost(topic, node.nodeId());
                if (!changed.equals(topic)) {
                    put(changed);
                    touched.add(topic.id());
                }
            }
            commit(new Change(Set.of(node.nodeId()), touched, Set.of()));
            return new RegistrationResult.Registered(clusterId, brokerEpoch, version);
        });
    }

    /** The node came back with its data: what it leads, and what it alone can lead, gets a new leader epoch. */
    private static TopicInfo returned(TopicInfo topic, int nodeId) {
        return mapPartitions(topic, p -> {
            boolean leads = p.leader() == nodeId
                    || (p.leader() == PartitionInfo.NO_LEADER
                            && p.inSyncReplicas().contains(nodeId));
            return leads ? withLeader(p, nodeId, p.inSyncReplicas()) : p;
        });
    }

    /** The node came back without its data: it is in sync with nothing, and leads nothing. */
    private TopicInfo dataLost(TopicInfo topic, int nodeId) {
        return mapPartitions(topic, p -> {
            if (p.leader() != nodeId && !p.inSyncReplicas().contains(nodeId)) {
                return p;
            }
            List<Integer> inSync =
                    p.inSyncReplicas().stream().filter(id -> id != nodeId).toList();
            if (p.leader() != nodeId) {
                return new PartitionInfo(
                        p.index(), p.leader(), p.leaderEpoch(), p.partitionEpoch() + 1, p.replicas(), inSync);
            }
            int leader = p.replicas().stream()
                    .filter(id -> inSync.contains(id) && isAlive(id))
                    .findFirst()
                    .orElse(PartitionInfo.NO_LEADER);
            return withLeader(p, leader, inSync);
        });
    }

    private static PartitionInfo withLeader(PartitionInfo p, int leader, List<Integer> inSync) {
        return new PartitionInfo(p.index(), leader, p.leaderEpoch() + 1, p.partitionEpoch() + 1, p.replicas(), inSync);
    }

    private static TopicInfo mapPartitions(TopicInfo topic, UnaryOperator<PartitionInfo> change) {
        return new TopicInfo(
                topic.id(),
                topic.name(),
                topic.internal(),
                topic.partitions().stream().map(change).toList(),
                topic.configs());
    }

    /** Whether {@code brokerEpoch} is that of the node's latest registration. */
    public synchronized boolean isCurrent(int nodeId, long brokerEpoch) {
        NodeInfo node = nodes.get(nodeId);
        return node != null && node.brokerEpoch() == brokerEpoch;
    }

    /** The name of a topic, or null if it does not exist (any more). */
    public synchronized @Nullable String topicName(UUID topicId) {
        TopicInfo topic = topics.get(topicId);
        return topic == null ? null : topic.name();
    }

    /** Whether the node's lease runs. */
    public synchronized boolean isAlive(int nodeId) {
        Lease lease = leases.get(nodeId);
        return lease != null && lease.untilNanos() - clock.monotonicNanos() > 0;
    }

    @Override
    public CompletionStage<LeaseRenewal> renewLease(int nodeId, long brokerEpoch, Duration ttl) {
        return answer(() -> {
            Lease lease = leases.get(nodeId);
            if (lease != null && lease.brokerEpoch() > brokerEpoch) {
                return LeaseRenewal.REPLACED;
            }
            NodeInfo node = nodes.get(nodeId);
            if (lease == null || lease.brokerEpoch() != brokerEpoch || node == null || !node.isServing()) {
                return LeaseRenewal.FENCED;
            }
            leases.put(nodeId, new Lease(brokerEpoch, clock.monotonicNanos() + ttl.toNanos()));
            return LeaseRenewal.CONFIRMED;
        });
    }

    @Override
    public CompletionStage<Void> releaseLease(int nodeId, long brokerEpoch) {
        return this.<@Nullable Void>answer(() -> {
            NodeInfo node = nodes.get(nodeId);
            if (node != null && node.brokerEpoch() == brokerEpoch && node.isServing()) {
                leases.put(nodeId, new Lease(brokerEpoch, clock.monotonicNanos()));
                nodes.put(nodeId, node.withState(NodeState.STOPPED));
                commit(new Change(Set.of(nodeId), Set.of(), Set.of()));
            }
            return null;
        });
    }

    @Override
    public CompletionStage<MetadataDelta> changesSince(long since) {
        return answer(() -> {
            if (since == version && since > 0) {
                return new MetadataDelta(version, false, clusterId, List.of(), List.of(), Set.of());
            }
            if (since <= 0 || since > version || changes.isEmpty() || changes.firstKey() > since + 1) {
                return new MetadataDelta(
                        version,
                        true,
                        clusterId,
                        List.copyOf(nodes.values()),
                        List.copyOf(topics.values()),
                        Set.of(),
                        brokerOverrides);
            }
            Set<Integer> changedNodes = new HashSet<>();
            Set<UUID> changedTopics = new HashSet<>();
            Set<UUID> deleted = new HashSet<>();
            boolean brokerConfigs = false;
            for (Change change : changes.tailMap(since, false).values()) {
                changedNodes.addAll(change.nodes());
                changedTopics.addAll(change.topics());
                deleted.addAll(change.deletedTopics());
                brokerConfigs |= change.brokerConfigs();
            }
            changedTopics.removeAll(deleted);
            return new MetadataDelta(
                    version,
                    false,
                    clusterId,
                    pick(nodes, changedNodes),
                    pick(topics, changedTopics),
                    deleted,
                    brokerConfigs ? brokerOverrides : null);
        });
    }

    private static <K, V> List<V> pick(Map<K, V> all, Set<K> keys) {
        List<V> picked = new ArrayList<>(keys.size());
        for (K key : keys) {
            V value = all.get(key);
            if (value != null) {
                picked.add(value);
            }
        }
        return picked;
    }

    @Override
    public CompletionStage<List<CreateTopicResult>> createTopics(List<NewTopic> newTopics) {
        return answer(() -> {
            List<CreateTopicResult> results = new ArrayList<>(newTopics.size());
            Set<UUID> created = new HashSet<>();
            for (NewTopic topic : newTopics) {
                TopicInfo sameName = topicsByCollisionName.get(collisionName(topic.name()));
                if (topics.containsKey(topic.id())) {
                    long visible = created.contains(topic.id()) ? version + 1 : version;
                    results.add(new CreateTopicResult.Created(topic.id(), visible));
                } else if (sameName != null) {
                    results.add(new CreateTopicResult.NameTaken(sameName.name()));
                } else {
                    put(firstState(topic));
                    created.add(topic.id());
                    results.add(new CreateTopicResult.Created(topic.id(), version + 1));
                }
            }
            if (!created.isEmpty()) {
                commit(new Change(Set.of(), created, Set.of()));
            }
            return results;
        });
    }

    private static TopicInfo firstState(NewTopic topic) {
        return new TopicInfo(
                topic.id(), topic.name(), topic.internal(), firstStates(0, topic.replicas()), topic.configs());
    }

    private static List<PartitionInfo> firstStates(int firstIndex, List<List<Integer>> replicasOfEach) {
        List<PartitionInfo> partitions = new ArrayList<>(replicasOfEach.size());
        for (List<Integer> replicas : replicasOfEach) {
            int index = firstIndex + partitions.size();
            partitions.add(new PartitionInfo(index, replicas.get(0), 0, 0, replicas, replicas));
        }
        return partitions;
    }

    /** Two names that are equal here would collide as names of metrics, which is why Kafka refuses the second. */
    private static String collisionName(String name) {
        return name.replace('.', '_');
    }

    private void put(TopicInfo topic) {
        topics.put(topic.id(), topic);
        topicsByCollisionName.put(collisionName(topic.name()), topic);
    }

    @Override
    public CompletionStage<List<DeleteTopicResult>> deleteTopics(List<UUID> topicIds) {
        return answer(() -> {
            Set<UUID> deleted = new HashSet<>();
            List<DeleteTopicResult> results = new ArrayList<>(topicIds.size());
            for (UUID id : topicIds) {
                TopicInfo topic = topics.remove(id);
                progress.remove(id);
                retention.remove(id);
                if (topic == null) {
                    results.add(new DeleteTopicResult.Unknown());
                } else {
                    topicsByCollisionName.remove(collisionName(topic.name()));
                    deleted.add(id);
                    results.add(new DeleteTopicResult.Deleted(version + 1));
                }
            }
            if (!deleted.isEmpty()) {
                commit(new Change(Set.of(), Set.of(), deleted));
            }
            return results;
        });
    }

    @Override
    public CompletionStage<List<AlterConfigsResult>> alterConfigs(List<ConfigChange> configChanges) {
        return answer(() -> {
            List<AlterConfigsResult> results = new ArrayList<>(configChanges.size());
            Set<UUID> touched = new HashSet<>();
            Set<ConfigResource> touchedBrokers = new HashSet<>();
            for (ConfigChange change : configChanges) {
                results.add(
                        change.resource() instanceof ConfigResource.Topic topic
                                ? alterTopic(topic, change.edit(), touched)
                                : alterBroker(change, touchedBrokers));
            }
            if (!touchedBrokers.isEmpty() || !touched.isEmpty()) {
                commit(new Change(Set.of(), touched, Set.of(), !touchedBrokers.isEmpty()));
            }
            return results;
        });
    }

    private AlterConfigsResult alterTopic(ConfigResource.Topic resource, ConfigChange.Edit edit, Set<UUID> touched) {
        TopicInfo topic = topicsByCollisionName.get(collisionName(resource.name()));
        if (topic == null || !topic.name().equals(resource.name())) {
            return new AlterConfigsResult.UnknownTopic();
        }
        Decision decision = edit.decide(topic.configs(), brokerOverrides);
        if (decision instanceof Decision.Refuse refusal) {
            return new AlterConfigsResult.Refused(refusal);
        }
        Map<String, String> next = ((Decision.Become) decision).configs();
        if (!next.equals(topic.configs())) {
            put(new TopicInfo(topic.id(), topic.name(), topic.internal(), topic.partitions(), next));
            touched.add(topic.id());
        }
        return new AlterConfigsResult.Altered(touched.contains(topic.id()) ? version + 1 : version);
    }

    private AlterConfigsResult alterBroker(ConfigChange change, Set<ConfigResource> touched) {
        Map<String, String> current = ConfigResource.brokerConfigs(change.resource(), brokerOverrides);
        Decision decision = change.edit().decide(current, brokerOverrides);
        if (decision instanceof Decision.Refuse refusal) {
            return new AlterConfigsResult.Refused(refusal);
        }
        Map<String, String> next = ((Decision.Become) decision).configs();
        if (!next.equals(current)) {
            brokerOverrides = ConfigResource.withBrokerConfigs(change.resource(), brokerOverrides, next);
            touched.add(change.resource());
        }
        return new AlterConfigsResult.Altered(touched.contains(change.resource()) ? version + 1 : version);
    }

    @Override
    public CompletionStage<List<AddPartitionsResult>> addPartitions(List<NewPartitions> additions) {
        return answer(() -> {
            Set<UUID> changed = new HashSet<>();
            List<AddPartitionsResult> results = new ArrayList<>(additions.size());
            for (NewPartitions added : additions) {
                TopicInfo topic = topics.get(added.topicId());
                int count = topic == null ? 0 : topic.partitions().size();
                if (topic == null) {
                    results.add(new AddPartitionsResult.Unknown());
                } else if (count != added.countBefore()) {
                    long visible = changed.contains(topic.id()) ? version + 1 : version;
                    results.add(new AddPartitionsResult.CountDiffers(count, visible));
                } else {
                    List<PartitionInfo> partitions = new ArrayList<>(topic.partitions());
                    partitions.addAll(firstStates(count, added.replicas()));
                    put(new TopicInfo(topic.id(), topic.name(), topic.internal(), partitions, topic.configs()));
                    changed.add(topic.id());
                    results.add(new AddPartitionsResult.Added(version + 1));
                }
            }
            if (!changed.isEmpty()) {
                commit(new Change(Set.of(), changed, Set.of(), false));
            }
            return results;
        });
    }

    @Override
    public CompletionStage<Long> allocateProducerIds(int count) {
        return answer(() -> {
            long first = nextProducerId;
            nextProducerId += count;
            return first;
        });
    }

    @Override
    public CompletionStage<Void> reportProgress(List<PartitionProgress> reports) {
        return this.<@Nullable Void>answer(() -> {
            reports.forEach(this::keep);
            return null;
        });
    }

    private void keep(PartitionProgress report) {
        TopicInfo topic = topics.get(report.topicId());
        if (topic != null && report.partition() < topic.partitions().size()) {
            progress.computeIfAbsent(report.topicId(), id -> new HashMap<>())
                    .merge(report.partition(), report, (before, now) -> now.isNewerThan(before) ? now : before);
        }
    }

    @Override
    public CompletionStage<Void> reportRetention(List<RetentionReport> reports) {
        return this.<@Nullable Void>answer(() -> {
            reports.forEach(this::keep);
            return null;
        });
    }

    private void keep(RetentionReport report) {
        TopicInfo topic = topics.get(report.topicId());
        if (topic != null && report.partition() < topic.partitions().size()) {
            retention
                    .computeIfAbsent(report.topicId(), id -> new HashMap<>())
                    .merge(
                            report.partition(),
                            report,
                            (before, now) -> now.leaderEpoch() >= before.leaderEpoch() ? now : before);
        }
    }

    /** What was last reported of what a partition holds, or null. */
    public synchronized @Nullable RetentionReport retention(UUID topicId, int partition) {
        return retention.getOrDefault(topicId, Map.of()).get(partition);
    }

    /** What was last reported of a partition, or null. */
    public synchronized @Nullable PartitionProgress progress(UUID topicId, int partition) {
        return progress.getOrDefault(topicId, Map.of()).get(partition);
    }

    @Override
    public void onChangeHint(Runnable hint) {
        hints.add(hint);
    }

    private void commit(Change change) {
        changes.put(++version, change);
        if (changes.size() > VERSIONS_KEPT) {
            changes.pollFirstEntry();
        }
    }

    /** One transaction: alone with the state, and the others hear of it only after it is over. */
    private <T extends @Nullable Object> CompletionStage<T> answer(Supplier<T> transaction) {
        T result;
        boolean changed;
        synchronized (this) {
            long before = version;
            result = transaction.get();
            changed = version != before;
        }
        if (changed) {
            hints.forEach(Runnable::run);
        }
        return CompletableFuture.completedFuture(result);
    }

    private static String randomClusterId(RandomSource random) {
        UUID id = random.uuid();
        ByteBuffer bytes =
                ByteBuffer.allocate(16).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }
}
