package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.cluster.FixedRandom;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.MetadataDelta;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.log.LogConfig;
import io.rowlock.log.LogDirectory;
import io.rowlock.log.LogEnvironment;
import io.rowlock.log.ProducerStateConfig;
import io.rowlock.log.RetentionConfig;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatchBuilder;
import io.rowlock.protocol.record.RecordBatchValidator;
import io.rowlock.protocol.record.RecordsValidator;
import io.rowlock.protocol.record.TimestampBounds;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimOwner;
import io.rowlock.testkit.SimRandom;
import io.rowlock.testkit.SimScheduler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The partitions of node 1 on a simulated disk, one owner, and syncs that run when the test says so. */
final class SimulatedPartitions {

    static final FlushPolicy FSYNC = FlushPolicy.of(Durability.FSYNC, Long.MAX_VALUE, Long.MAX_VALUE);
    static final FlushPolicy ASYNC = FlushPolicy.of(Durability.ASYNC, Long.MAX_VALUE, Long.MAX_VALUE);
    static final int NODE = 1;
    static final Path ROOT = Path.of("/data");
    static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(30);
    static final Duration RETENTION_INTERVAL = Duration.ofMinutes(5);
    static final short ALL = PartitionAppend.ACKS_ALL;

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    final SimDisk disk = new SimDisk(1);
    final SimClock clock = new SimClock();
    final SimScheduler scheduler = new SimScheduler(clock);
    final SimOwner owner = new SimOwner();
    final ArrayDeque<Runnable> syncs = new ArrayDeque<>();
    private final SimRandom random = new SimRandom(2);
    private final List<Append> appends = new ArrayList<>();

    /** Hears what partitions keep. */
    MetadataStore store = new InMemoryMetadataStore(clock, new FixedRandom());

    int nodeId = NODE;
    boolean leaseHeld = true;
    /** The broker epoch whose lease that is; images that have no nodes are of none. */
    long leaseOf = -1;

    FollowerLiveness liveness = new FollowerLiveness();

    /** What leaders asked for, in order. */
    final List<InSyncChange> proposed = new ArrayList<>();

    InSyncProposals proposals = (partition, change) -> proposed.add(change);

    FlushPolicy policy = FSYNC;
    int minInSyncReplicas = 1;
    int segmentBytes = 1 << 20;

    @Nullable
    CompactionConfig compaction;

    CleanerSettings cleanerSettings =
            new CleanerSettings(1, 1 << 20, 0.9, 4096, Double.MAX_VALUE, Duration.ofSeconds(15));

    /** Where the cleaner has its secrets from. */
    RandomSource cleanerRandom = new SimRandom(3);

    /** What the cleaner's thread has to do. */
    final ArrayDeque<Runnable> cleanerTasks = new ArrayDeque<>();

    long diskReserveBytes;
    RetentionConfig retention = RetentionConfig.KEEP_ALL;
    /** Runs in the middle of it when a topic is assigned: as another thread might come. */
    Runnable whenAssigned = () -> {};

    /** What makes log starts durable. */
    Executor diskPool = Runnable::run;

    /** What opens and closes logs. */
    Executor logPool = Runnable::run;

    private @Nullable LogDirectory directory;
    private @Nullable Partitions partitions;
    private @Nullable Checkpointer checkpointer;
    private @Nullable LogCleaner cleaner;
    private @Nullable DiskReserve reserve;
    private @Nullable LogStarts logStarts;
    private @Nullable RetentionRounds rounds;
    private MetadataImage image = MetadataImage.EMPTY;

    /** What became of an append: at most one outcome. */
    static final class Append {
        final ByteBuf records;

        @Nullable
        AppendOutcome outcome;

        Append(ByteBuf records) {
            this.records = records;
        }

        void complete(AppendOutcome result) {
            assertThat(outcome).as("completed once").isNull();
            outcome = result;
        }
    }

    /** A process starts; the metadata comes with the first {@link #assign}. */
    void start() throws IOException {
        LogDirectory opened = LogDirectory.open(new LogEnvironment(disk, clock, random), ROOT);
        PartitionLogs logs = new PartitionLogs(
                opened,
                task -> logPool.execute(task),
                new ProducerStateConfig(60_000, 100),
                new OpeningProgress(clock, scheduler));
        DiskReserve freshReserve = new DiskReserve(disk, ROOT, diskReserveBytes, clock, scheduler, Runnable::run);
        freshReserve.start();
        reserve = freshReserve;
        FileDeletions files = new FileDeletions(scheduler, Runnable::run);
        LogStarts starts = new LogStarts(logs, task -> diskPool.execute(task), files);
        ReplicaEnvironment environment = new ReplicaEnvironment(
                nodeId,
                syncs::add,
                freshReserve,
                brokerEpoch -> leaseHeld && brokerEpoch == leaseOf,
                liveness,
                proposals,
                starts);
        Partitions fresh =
                new Partitions(environment, List.of(new PartitionOwner(owner, clock, scheduler)), logs, topic -> {
                    whenAssigned.run();
                    return new PartitionSettings(
                            new RecordBatchValidator(1 << 20),
                            new RecordsValidator(
                                    1 << 20,
                                    new TimestampBounds(TimestampType.CREATE_TIME, Long.MAX_VALUE, Long.MAX_VALUE),
                                    compaction != null,
                                    null),
                            minInSyncReplicas,
                            policy,
                            logConfig(),
                            compaction);
                });
        LogCleaner freshCleaner = new LogCleaner(
                fresh, logs, files, () -> cleanerSettings, clock, scheduler, cleanerRandom, cleanerTasks::add);
        freshCleaner.start();
        cleaner = freshCleaner;
        directory = opened;
        partitions = fresh;
        image = MetadataImage.EMPTY;
        Checkpointer fromNow = new Checkpointer(fresh, logs, scheduler, Runnable::run, CHECKPOINT_INTERVAL);
        fromNow.start();
        checkpointer = fromNow;
        logStarts = starts;
        rounds = new RetentionRounds(
                fresh,
                starts,
                clock,
                scheduler,
                Runnable::run,
                new RetentionReporter(fresh, store, clock),
                RETENTION_INTERVAL);
    }

    LogStarts logStarts() {
        return Objects.requireNonNull(logStarts);
    }

    RetentionRounds retentionRounds() {
        return Objects.requireNonNull(rounds);
    }

    private LogConfig logConfig() {
        return new LogConfig(segmentBytes, Long.MAX_VALUE, 0, 4096, 10 << 20, TimestampType.CREATE_TIME)
                .withRetention(retention);
    }

    /** The process dies; with {@code power} everything that was not synced is in doubt. */
    void die(boolean power) {
        Objects.requireNonNull(checkpointer).stop();
        Objects.requireNonNull(reserve).stop();
        retentionRounds().stop();
        Objects.requireNonNull(cleaner).stop();
        cleanerTasks.clear();
        syncs.clear();
        if (power) {
            disk.losePower();
        } else {
            disk.killProcess();
        }
    }

    LogCleaner cleaner() {
        return Objects.requireNonNull(cleaner);
    }

    Partitions partitions() {
        return Objects.requireNonNull(partitions);
    }

    MetadataImage image() {
        return image;
    }

    LogDirectory directory() {
        return Objects.requireNonNull(directory);
    }

    /** A topic of one partition, led by this node alone. */
    static TopicInfo topic(String name, int id, int leaderEpoch) {
        return topic(name, id, new PartitionInfo(0, NODE, leaderEpoch, 0, List.of(NODE), List.of(NODE)));
    }

    static TopicInfo topic(String name, int id, PartitionInfo... infos) {
        return new TopicInfo(new UUID(1, id), name, false, List.of(infos), Map.of());
    }

    /** The metadata says so, and the owner hears of it when it runs. */
    void announce(TopicInfo... topics) {
        List<TopicInfo> told = Arrays.stream(topics).map(this::withSettings).toList();
        apply(new MetadataDelta(image.version() + 1, false, "c", List.of(), told, Set.of()));
    }

    /** What a topic is set to stands in its metadata, or partitions of which nothing else changed would not hear of it. */
    private TopicInfo withSettings(TopicInfo topic) {
        return new TopicInfo(
                topic.id(),
                topic.name(),
                topic.internal(),
                topic.partitions(),
                Map.of("here", policy + " " + logConfig() + " " + compaction + " " + minInSyncReplicas));
    }

    void announceDeletion(TopicInfo topic) {
        apply(new MetadataDelta(image.version() + 1, false, "c", List.of(), List.of(), Set.of(topic.id())));
    }

    void apply(MetadataDelta delta) {
        MetadataImage next = image.apply(delta);
        partitions().apply(image, next, delta);
        image = next;
    }

    /** The metadata says so, and the owner has followed. */
    Partition assign(TopicInfo topic) {
        announce(topic);
        owner.runAll();
        Partition found = partitions().find(topic.id(), topic.name(), 0).partition();
        return Objects.requireNonNull(found);
    }

    /** Hands an append over to the owner, which does not run yet. */
    Append handOver(Partition partition, int acks, ByteBuf records) {
        Append append = new Append(records);
        appends.add(append);
        long deadline = clock.monotonicNanos() + TIMEOUT.toNanos();
        PartitionAppend handedOver = new PartitionAppend(partition, records, (short) acks, deadline, append::complete);
        partition.owner().append(List.of(handedOver), Runnable::run);
        return append;
    }

    Append append(Partition partition, int acks, ByteBuf records) {
        Append append = handOver(partition, acks, records);
        owner.runAll();
        return append;
    }

    Append append(Partition partition, int acks) {
        return append(partition, acks, batch(1));
    }

    /** Runs the sync that waits, of which there must be one. */
    void sync() {
        assertThat(syncs).as("one sync at a time").hasSize(1);
        syncs.remove().run();
        owner.runAll();
    }

    /** Runs syncs until none is wanted. */
    void syncAll() {
        while (!syncs.isEmpty()) {
            sync();
        }
    }

    /** Does what the cleaner's thread has to do, and what that makes the owner do. */
    void clean() {
        for (int tasks = 0; !cleanerTasks.isEmpty(); tasks++) {
            assertThat(tasks).as("it comes to rest").isLessThan(10_000);
            cleanerTasks.remove().run();
            owner.runAll();
        }
    }

    /** Time passes, and the owner does what that brings. */
    void pass(Duration time) {
        long until = clock.monotonicNanos() + time.toNanos();
        for (Long due = scheduler.nextDueNanos(); due != null && due <= until; due = scheduler.nextDueNanos()) {
            scheduler.advance(Duration.ofNanos(due - clock.monotonicNanos()));
            owner.runAll();
        }
        scheduler.advance(Duration.ofNanos(until - clock.monotonicNanos()));
    }

    void assertNoBufferLeaks() {
        assertThat(appends)
                .allSatisfy(append -> assertThat(append.records.refCnt()).isZero());
    }

    String recoveryPoints() throws IOException {
        try {
            return new String(disk.readAll(ROOT.resolve("recovery-point-offset-checkpoint")), StandardCharsets.UTF_8);
        } catch (NoSuchFileException none) {
            return "";
        }
    }

    static ByteBuf batch(int records) {
        return fill(new RecordBatchBuilder(CompressionType.NONE), records);
    }

    /** One record with a key and a value of its own. */
    static ByteBuf keyed(String key, String value) {
        return new RecordBatchBuilder(CompressionType.NONE)
                .add(
                        SimClock.START_MILLIS,
                        key.getBytes(StandardCharsets.UTF_8),
                        value.getBytes(StandardCharsets.UTF_8))
                .build();
    }

    static ByteBuf batch(long producerId, int sequence) {
        return fill(new RecordBatchBuilder(CompressionType.NONE).producer(producerId, (short) 0, sequence), 1);
    }

    private static ByteBuf fill(RecordBatchBuilder builder, int records) {
        for (int i = 0; i < records; i++) {
            builder.add(SimClock.START_MILLIS, null, new byte[] {1, 2, 3});
        }
        return builder.build();
    }
}
