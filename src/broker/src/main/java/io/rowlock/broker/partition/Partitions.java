package io.rowlock.broker.partition;

import io.rowlock.broker.cluster.MetadataDelta;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.config.InvalidSettingException;
import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that this node holds, kept in step with the cluster's metadata: what is assigned is opened, what is led is
 * told so, what was deleted goes. {@link #apply} is called by one thread at a time; the rest is for any thread.
 */
public final class Partitions {

    private static final System.Logger LOG = System.getLogger(Partitions.class.getName());
    private static final UUID BY_NAME = new UUID(0, 0);
    /** No broker epoch: of a node that the image does not have. */
    private static final long UNREGISTERED = -1;

    private final ReplicaEnvironment environment;
    private final List<PartitionOwner> owners;
    private final PartitionLogs logs;
    private final Function<TopicInfo, PartitionSettings> settings;
    /** By topic id, then by index; null where this node holds no replica. */
    private final Map<UUID, @Nullable Partition[]> replicas = new ConcurrentHashMap<>();

    private volatile MetadataImage image = MetadataImage.EMPTY;
    /** What {@link #apply} set off and has not come to rest. */
    private volatile CompletableFuture<Void> settling = CompletableFuture.completedFuture(null);

    /**
     * @param environment what all replicas share
     * @param owners at least one; partitions are spread over them
     * @param settings what a topic's settings mean for its partitions
     */
    public Partitions(
            ReplicaEnvironment environment,
            List<PartitionOwner> owners,
            PartitionLogs logs,
            Function<TopicInfo, PartitionSettings> settings) {
        this.environment = environment;
        this.owners = List.copyOf(owners);
        this.logs = logs;
        this.settings = settings;
    }

    /** Finds a partition by its topic's id, or by its name where that is not empty and the id is zero. */
    public Located find(UUID topicId, String topicName, int index) {
        boolean byName = BY_NAME.equals(topicId) && !topicName.isEmpty();
        TopicInfo topic = byName ? image.topic(topicName) : image.topic(topicId);
        if (topic == null) {
            return Located.missing(byName ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.UNKNOWN_TOPIC_ID);
        }
        if (index < 0 || index >= topic.partitions().size()) {
            return Located.missing(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
        @Nullable Partition[] held = replicas.get(topic.id());
        // A topic that is growing has more partitions in the image than are assigned yet.
        Partition partition = held == null || index >= held.length ? null : held[index];
        return partition == null
                ? Located.missing(ErrorCode.NOT_LEADER_OR_FOLLOWER)
                : new Located(partition, ErrorCode.NONE);
    }

    /** Follows the cluster from one image to the next. */
    public void apply(MetadataImage previous, MetadataImage next, MetadataDelta delta) {
        // First, so that whoever hears of a deletion finds the topic unknown and not without a leader.
        image = next;
        List<CompletableFuture<Void>> changes = new ArrayList<>();
        changes.add(settling);
        if (previous == MetadataImage.EMPTY) {
            logs.reportStrays(next);
        }
        if (delta.complete()) {
            // The store does not say that these were deleted, only that it does not know them: their files stay.
            previous.topics().stream()
                    .filter(topic -> next.topic(topic.id()) == null
                            && !delta.deletedTopics().contains(topic.id()))
                    .forEach(topic -> changes.addAll(retire(topic.id(), false)));
        }
        delta.deletedTopics().forEach(topicId -> changes.addAll(retire(topicId, true)));
        // What brokers are set to is the default of what topics do not set themselves.
        NodeInfo self = next.node(environment.nodeId());
        long registration = self == null ? UNREGISTERED : self.brokerEpoch();
        Collection<TopicInfo> touched = delta.brokerOverrides() == null ? delta.topics() : next.topics();
        // A whole image may be of a store that was restored to an older state: what this node holds may be needed yet.
        touched.forEach(topic -> {
            TopicInfo before = delta.brokerOverrides() == null ? previous.topic(topic.id()) : null;
            changes.addAll(assignIfUnderstood(before, topic, registration, delta.complete()));
        });
        settling = CompletableFuture.allOf(changes.toArray(CompletableFuture[]::new));
    }

    /** Completes when everything applied so far is served or gone; never fails, since a failure takes a partition offline. */
    public CompletionStage<Void> settled() {
        return settling;
    }

    /** One topic with settings that this version cannot take must not keep the others from being served. */
    private List<CompletableFuture<Void>> assignIfUnderstood(
            @Nullable TopicInfo before, TopicInfo topic, long registration, boolean keepFiles) {
        try {
            return assign(before, topic, registration, keepFiles);
        } catch (InvalidSettingException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Topic {0} is not served as the metadata has it: {1}. Mend its rows in rowlock.config, then restart the"
                            + " node.",
                    topic.name(),
                    e.getMessage());
            return List.of();
        }
    }

    /**
     * @param before what the partitions follow already, so that of many only those that changed cost something; null for nothing
     * @param registration broker epoch of this node in the same image
     * @param keepFiles whether a partition that is not assigned to this node any more keeps its directory
     */
    private List<CompletableFuture<Void>> assign(
            @Nullable TopicInfo before, TopicInfo topic, long registration, boolean keepFiles) {
        PartitionSettings meaning = settings.apply(topic);
        List<PartitionInfo> followed =
                before != null && before.configs().equals(topic.configs()) ? before.partitions() : List.of();
        @Nullable Partition[] held = replicas.getOrDefault(topic.id(), new Partition[0]);
        @Nullable Partition[] next = Arrays.copyOf(held, topic.partitions().size());
        List<CompletableFuture<Void>> changes = new ArrayList<>();
        for (PartitionInfo info : topic.partitions()) {
            if (info.replicas().contains(environment.nodeId())) {
                Partition partition = next[info.index()];
                if (partition == null) {
                    partition = create(topic, info.index(), meaning);
                    next[info.index()] = partition;
                    changes.add(logs.open(partition));
                } else if (info.index() < followed.size()
                        && followed.get(info.index()).equals(info)) {
                    continue;
                }
                Partition target = partition;
                // An opened log alone leads nothing: that it follows the metadata is a change of its own, to be waited
                // for.
                changes.add(target.owner().run(target, () -> target.follow(info, registration, meaning)));
            } else {
                Partition moved = next[info.index()];
                if (moved != null) {
                    next[info.index()] = null;
                    changes.add(keepFiles ? logs.close(moved) : logs.remove(moved));
                }
            }
        }
        replicas.put(topic.id(), next);
        return changes;
    }

    private Partition create(TopicInfo topic, int index, PartitionSettings meaning) {
        PartitionKey key = new PartitionKey(topic.id(), topic.name(), index);
        PartitionOwner owner = owners.get(Math.floorMod(topic.id().hashCode() + index, owners.size()));
        return new Partition(key, environment, owner, meaning);
    }

    private List<CompletableFuture<Void>> retire(UUID topicId, boolean deleted) {
        @Nullable Partition[] held = replicas.remove(topicId);
        return held == null
                ? List.of()
                : Arrays.stream(held)
                        .filter(Objects::nonNull)
                        .map(partition -> deleted ? logs.delete(partition) : logs.close(partition))
                        .toList();
    }

    /** Closes every partition and notes what needs no recovery at the next start. Blocks the thread that completes it. */
    public CompletionStage<Void> close(long brokerEpoch) {
        return settling.thenCompose(settled -> {
            List<CompletableFuture<Void>> closing = List.copyOf(replicas.keySet()).stream()
                    .flatMap(topicId -> retire(topicId, false).stream())
                    .toList();
            return CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new))
                    .thenRun(() -> logs.closedAll(brokerEpoch));
        });
    }

    /** Every replica on this node. */
    Stream<Partition> all() {
        return replicas.values().stream()
                .flatMap(Arrays::stream)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull);
    }
}
