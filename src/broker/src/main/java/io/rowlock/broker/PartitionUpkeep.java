package io.rowlock.broker;

import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.partition.Checkpointer;
import io.rowlock.broker.partition.CleanerSettings;
import io.rowlock.broker.partition.DirectoryContents;
import io.rowlock.broker.partition.DiskReserve;
import io.rowlock.broker.partition.FileDeletions;
import io.rowlock.broker.partition.FollowerLiveness;
import io.rowlock.broker.partition.FollowerRounds;
import io.rowlock.broker.partition.InSyncChanges;
import io.rowlock.broker.partition.LogCleaner;
import io.rowlock.broker.partition.LogStarts;
import io.rowlock.broker.partition.OpeningProgress;
import io.rowlock.broker.partition.PartitionLogs;
import io.rowlock.broker.partition.PartitionOwner;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.broker.partition.ProducerExpiry;
import io.rowlock.broker.partition.ProgressReporter;
import io.rowlock.broker.partition.ReplicaEnvironment;
import io.rowlock.broker.partition.RetentionReporter;
import io.rowlock.broker.partition.RetentionRounds;
import io.rowlock.log.LogDirectory;
import io.rowlock.log.ProducerStateConfig;
import io.rowlock.ports.Clock;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The partitions of a node, and all that works on them beside requests: what opens, syncs, compacts, deletes and reports. */
final class PartitionUpkeep {

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(30);
    private static final int PRODUCERS_PER_PARTITION_MAX = 100_000;

    private final BrokerSettings settings;
    private final LogDirectory directory;
    private final DiskReserve diskReserve;
    private final FollowerLiveness followerLiveness = new FollowerLiveness();
    private final Partitions partitions;
    private final Checkpointer checkpointer;
    private final ProducerExpiry producerExpiry;
    private final FollowerRounds followerRounds;
    private final FileDeletions files;
    private final LogStarts logStarts;
    private final RetentionRounds retention;
    private final OpeningProgress openingProgress;
    private final LogCleaner cleaner;
    private final ProgressReporter progressReporter;

    PartitionUpkeep(
            Broker.Config config,
            Broker.Ports ports,
            Broker.Stores stores,
            Broker.Standing standing,
            BrokerThreads threads,
            LogDirectory directory,
            LiveSettings liveSettings) {
        this.settings = config.settings();
        this.directory = directory;
        MetadataStore store = stores.metadata();
        Clock clock = ports.clock();
        Scheduler scheduler = ports.scheduler();
        this.openingProgress = new OpeningProgress(clock, scheduler);
        PartitionLogs logs = new PartitionLogs(
                directory,
                threads.disk(),
                new ProducerStateConfig(() -> liveSettings.get().producerIdExpirationMs(), PRODUCERS_PER_PARTITION_MAX),
                openingProgress);
        List<PartitionOwner> owners = threads.owners().stream()
                .map(owner -> new PartitionOwner(owner, clock, scheduler))
                .toList();
        this.diskReserve = new DiskReserve(
                directory.disk(), directory.root(), config.diskReserveBytes(), clock, scheduler, threads.watcher());
        TopicMeanings meanings = new TopicMeanings(liveSettings, config.durability());
        this.files = new FileDeletions(scheduler, threads.disk());
        this.logStarts = new LogStarts(logs, threads.disk(), files);
        ReplicaEnvironment environment = new ReplicaEnvironment(
                config.nodeId(),
                threads.syncs(),
                diskReserve,
                standing.leaseHeld(),
                followerLiveness,
                new InSyncChanges(config.nodeId(), standing.brokerEpoch(), stores.leadership(), scheduler),
                logStarts);
        this.partitions = new Partitions(environment, owners, logs, meanings::partitionSettings);
        this.checkpointer = new Checkpointer(partitions, logs, scheduler, threads.disk(), CHECKPOINT_INTERVAL);
        this.producerExpiry = new ProducerExpiry(partitions, scheduler);
        this.followerRounds = new FollowerRounds(
                partitions, () -> liveSettings.get().replication().lagTimeMax(), scheduler);
        this.retention = new RetentionRounds(
                partitions,
                logStarts,
                clock,
                scheduler,
                threads.disk(),
                new RetentionReporter(partitions, store, clock),
                settings.logRetentionCheckInterval());
        this.cleaner = new LogCleaner(
                partitions,
                logs,
                files,
                () -> cleanerSettings(liveSettings.get()),
                clock,
                scheduler,
                ports.random(),
                threads.cleaners());
        this.progressReporter = new ProgressReporter(partitions, store, clock, scheduler);
    }

    private static CleanerSettings cleanerSettings(BrokerSettings settings) {
        BrokerSettings.CleanerValues values = settings.cleaner();
        return new CleanerSettings(
                values.threads(),
                values.keyBytesMax(),
                values.keyLoadFactor(),
                values.bufferBytes(),
                values.bytesPerSecondMax(),
                Duration.ofMillis(values.backoffMs()));
    }

    Partitions partitions() {
        return partitions;
    }

    DiskReserve diskReserve() {
        return diskReserve;
    }

    /** To be told of each fetch of a follower. */
    FollowerLiveness followerLiveness() {
        return followerLiveness;
    }

    LogStarts logStarts() {
        return logStarts;
    }

    DirectoryContents contents() {
        return new DirectoryContents(partitions, directory);
    }

    /** Before the metadata is followed, which opens partitions. */
    void watchDisk() {
        diskReserve.start();
    }

    /** Once the metadata is followed. */
    void start() {
        checkpointer.start();
        producerExpiry.start();
        followerRounds.start();
        retention.start(settings.logInitialTaskDelay());
        openingProgress.start();
        if (settings.cleaner().enabled()) {
            cleaner.start();
        }
        progressReporter.start();
    }

    void settingsChanged(BrokerSettings before, BrokerSettings now) {
        if (!now.cleaner().equals(before.cleaner())) {
            cleaner.settingsChanged();
        }
    }

    /** Closes the partitions; completes when the next start has nothing to recover. */
    CompletionStage<Void> stop(long brokerEpoch) {
        diskReserve.stop();
        checkpointer.stop();
        producerExpiry.stop();
        followerRounds.stop();
        retention.stop();
        files.stop();
        openingProgress.stop();
        cleaner.stop();
        progressReporter.stop();
        return partitions.close(brokerEpoch);
    }
}
