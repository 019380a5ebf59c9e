package io.rowlock.broker.cluster;

import io.rowlock.ports.Clock;
import io.rowlock.ports.RandomSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A cluster's metadata in the memory of one process, for tests and for brokers embedded into them: every promise of
 * {@link MetadataStore} and {@link LeadershipStore} but durability. Nodes of the same process share one instance. Answers at once,
 * on the caller's thread.
 */
public final class InMemoryMetadataStore implements MetadataStore, LeadershipStore {

    private final List<Runnable> hints = new CopyOnWriteArrayList<>();
    private final InMemoryCluster cluster;
    private final InMemoryNodes nodes;
    private final InMemoryLeadership leadership;
    private final InMemoryTopics topics;
    private final Map<PartitionId, PartitionProgress> progress = new HashMap<>();
    private final Map<PartitionId, RetentionReport> retention = new HashMap<>();
    private long nextProducerId;

    public InMemoryMetadataStore(Clock clock, RandomSource random) {
        this.cluster = new InMemoryCluster(clock, randomClusterId(random));
        this.nodes = new InMemoryNodes(cluster);
        this.leadership = new InMemoryLeadership(cluster);
        this.topics = new InMemoryTopics(cluster);
    }

    private static String randomClusterId(RandomSource random) {
        UUID id = random.uuid();
        ByteBuffer bytes =
                ByteBuffer.allocate(16).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    @Override
    public CompletionStage<RegistrationResult> register(NodeRegistration node) {
        return answer(() -> nodes.register(node));
    }

    @Override
    public CompletionStage<LeaseRenewal> renewLease(int nodeId, long brokerEpoch, Duration ttl) {
        return answer(() -> nodes.renew(nodeId, brokerEpoch, ttl));
    }

    @Override
    public CompletionStage<Void> releaseLease(int nodeId, long brokerEpoch) {
        return this.<@Nullable Void>answer(() -> {
            nodes.release(nodeId, brokerEpoch);
            return null;
        });
    }

    @Override
    public CompletionStage<MetadataDelta> changesSince(long since) {
        return answer(() -> cluster.since(since));
    }

    @Override
    public CompletionStage<List<CreateTopicResult>> createTopics(List<NewTopic> newTopics) {
        return answer(() -> topics.create(newTopics));
    }

    @Override
    public CompletionStage<List<DeleteTopicResult>> deleteTopics(List<UUID> topicIds) {
        return answer(() -> {
            progress.keySet().removeIf(id -> topicIds.contains(id.topicId()));
            retention.keySet().removeIf(id -> topicIds.contains(id.topicId()));
            return topics.delete(topicIds);
        });
    }

    @Override
    public CompletionStage<List<AlterConfigsResult>> alterConfigs(List<ConfigChange> changes) {
        return answer(() -> topics.alterConfigs(changes));
    }

    @Override
    public CompletionStage<List<AddPartitionsResult>> addPartitions(List<NewPartitions> additions) {
        return answer(() -> topics.addPartitions(additions));
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
            for (PartitionProgress report : reports) {
                PartitionId id = new PartitionId(report.topicId(), report.partition());
                if (cluster.partition(id) != null) {
                    progress.merge(id, report, (before, now) -> now.isNewerThan(before) ? now : before);
                }
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Void> reportRetention(List<RetentionReport> reports) {
        return this.<@Nullable Void>answer(() -> {
            for (RetentionReport report : reports) {
                PartitionId id = new PartitionId(report.topicId(), report.partition());
                if (cluster.partition(id) != null) {
                    retention.merge(
                            id, report, (before, now) -> now.leaderEpoch() >= before.leaderEpoch() ? now : before);
                }
            }
            return null;
        });
    }

    @Override
    public CompletionStage<List<InSyncResult>> alterInSync(int nodeId, long brokerEpoch, List<InSyncChange> changes) {
        return answer(() -> leadership.alterInSync(nodeId, brokerEpoch, changes));
    }

    @Override
    public CompletionStage<Set<Integer>> deposeLapsed(int nodeId, long brokerEpoch) {
        return answer(() -> nodes.deposeLapsed(nodeId, brokerEpoch));
    }

    @Override
    public CompletionStage<Boolean> testifyRefused(int witness, long witnessEpoch, int refusing, long refusingEpoch) {
        return answer(() -> nodes.testify(witness, witnessEpoch, refusing, refusingEpoch));
    }

    @Override
    public CompletionStage<Long> handOver(int nodeId, long brokerEpoch) {
        return answer(() -> nodes.handOver(nodeId, brokerEpoch));
    }

    @Override
    public CompletionStage<Map<PartitionId, ElectionOutcome>> elect(ElectionType type, Set<PartitionId> partitions) {
        return answer(() -> leadership.elect(type, partitions));
    }

    @Override
    public void onChangeHint(Runnable hint) {
        hints.add(hint);
    }

    /** Whether {@code brokerEpoch} is that of the node's latest registration, and that is still in force. */
    public synchronized boolean isCurrent(int nodeId, long brokerEpoch) {
        NodeInfo node = cluster.node(nodeId);
        return node != null && node.brokerEpoch() == brokerEpoch && node.isServing();
    }

    /** Whether the node's lease runs. */
    public synchronized boolean isAlive(int nodeId) {
        return cluster.isAlive(nodeId);
    }

    /** The name of a topic, or null if it does not exist (any more). */
    public synchronized @Nullable String topicName(UUID topicId) {
        TopicInfo topic = cluster.topic(topicId);
        return topic == null ? null : topic.name();
    }

    /** What was last reported of what a partition holds, or null. */
    public synchronized @Nullable RetentionReport retention(UUID topicId, int partition) {
        return retention.get(new PartitionId(topicId, partition));
    }

    /** What was last reported of a partition, or null. */
    public synchronized @Nullable PartitionProgress progress(UUID topicId, int partition) {
        return progress.get(new PartitionId(topicId, partition));
    }

    /** One transaction: alone with the state, and the others hear of it only after it is over. */
    private <T extends @Nullable Object> CompletionStage<T> answer(Supplier<T> transaction) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable tell;
        boolean changed;
        synchronized (this) {
            tell = run(transaction, answer);
            changed = cluster.commit();
        }
        if (changed) {
            hints.forEach(Runnable::run);
        }
        tell.run();
        return answer;
    }

    private static <T extends @Nullable Object> Runnable run(Supplier<T> transaction, CompletableFuture<T> answer) {
        try {
            T result = transaction.get();
            return () -> answer.complete(result);
        } catch (RuntimeException e) {
            return () -> answer.completeExceptionally(e);
        }
    }
}
