package io.rowlock.broker.partition;

import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.partition.PartitionView.Status;
import io.rowlock.log.CompactionInput;
import io.rowlock.log.InconsistentTopicIdException;
import io.rowlock.log.LogCompaction;
import io.rowlock.log.LogConfig;
import io.rowlock.log.LogDirectory;
import io.rowlock.log.LogDirectory.Checkpoint;
import io.rowlock.log.PartitionLog;
import io.rowlock.log.ProducerStateConfig;
import io.rowlock.log.TopicPartition;
import io.rowlock.log.compaction.CleanableRange;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.log.compaction.OffsetMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens, closes and deletes the logs behind partitions, on a pool of disk threads. What happens to one directory happens in
 * the order in which it was asked for, also across a topic that was deleted and one created with its name. Thread-safe.
 */
public final class PartitionLogs {

    private static final System.Logger LOG = System.getLogger(PartitionLogs.class.getName());

    private final LogDirectory directory;
    private final Executor diskPool;
    private final ProducerStateConfig producerConfig;
    private final OpeningProgress progress;
    /** By directory name: what was asked for last and is under way. */
    private final Map<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

    /** Whose logs are open. A checkpoint of another would be taken for that of the next log of its name. */
    private final Set<PartitionKey> open = new HashSet<>();

    private final Map<TopicPartition, Checkpoint> closed = new HashMap<>();
    private boolean allClean = true;

    /** @param diskPool runs what blocks, recovery above all: its threads recover as many logs at once */
    public PartitionLogs(
            LogDirectory directory, Executor diskPool, ProducerStateConfig producerConfig, OpeningProgress progress) {
        this.directory = directory;
        this.diskPool = diskPool;
        this.producerConfig = producerConfig;
        this.progress = progress;
    }

    /** Opens the partition's log and hands it to the owner; completes when that has it, or has taken note of the failure. */
    CompletableFuture<Void> open(Partition partition) {
        progress.asked();
        return inOrder(partition.key(), () -> {
                    long scannedBytes = 0;
                    try {
                        PartitionLog log =
                                openLog(partition.key(), partition.settings().log());
                        scannedBytes = log.scannedBytes();
                        noteOpen(partition.key());
                        long highWatermark = directory.highWatermark(directoryOf(partition.key()));
                        return partition.owner().run(partition, () -> partition.opened(log, highWatermark));
                    } catch (IOException | RuntimeException e) {
                        return partition.owner().run(partition, () -> partition.fail("cannot open its log", e));
                    } finally {
                        progress.opened(scannedBytes);
                    }
                })
                // An error, such as a heap too small to recover the log, must not be met by silence.
                .exceptionallyCompose(failure ->
                        partition.owner().run(partition, () -> partition.fail("cannot open its log", failure)));
    }

    private PartitionLog openLog(PartitionKey key, LogConfig config) throws IOException {
        TopicPartition name = directoryOf(key);
        try {
            return directory.openLog(name, key.topicId(), config, producerConfig);
        } catch (InconsistentTopicIdException e) {
            // Of a topic that the metadata no longer knows. It may yet be wanted: PostgreSQL can have been restored.
            Path aside = directory.setAside(name);
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}. It was moved to {1} to make room for the topic of that name; delete it if nobody needs it.",
                    e.getMessage(),
                    aside);
            return directory.openLog(name, key.topicId(), config, producerConfig);
        }
    }

    /**
     * Names the directories of partitions that the metadata does not know. They stay: PostgreSQL may have been restored to an
     * older state, and then they hold the only copy.
     */
    void reportStrays(MetadataImage image) {
        diskPool.execute(() -> {
            try {
                directory.partitions().forEach((partition, topicId) -> {
                    if (image.topic(topicId) == null) {
                        LOG.log(
                                System.Logger.Level.WARNING,
                                "{0} belongs to a topic that the metadata does not know. It is not served;"
                                        + " delete it if nobody needs it.",
                                directory.root().resolve(partition.directoryName()));
                    }
                });
            } catch (IOException e) {
                LOG.log(System.Logger.Level.ERROR, "Cannot list {0}: {1}", directory.root(), e.getMessage());
            }
        });
    }

    /** Closes the partition and its log. */
    CompletableFuture<Void> close(Partition partition) {
        return inOrder(partition.key(), () -> {
                    CompletableFuture<@Nullable Checkpoint> done = new CompletableFuture<>();
                    partition.owner().execute(partition, () -> partition.close(done::complete));
                    return done.thenAcceptAsync(checkpoint -> noteClosed(partition.key(), checkpoint), diskPool);
                })
                .exceptionally(failure -> {
                    tell("close", partition, failure);
                    noteClosed(partition.key(), null);
                    return null;
                });
    }

    /** Stops serving the partition of a deleted topic and removes its files. */
    CompletableFuture<Void> delete(Partition partition) {
        return end(partition, Status.DELETED, "the topic was deleted");
    }

    /** Stops serving a partition that other nodes have now, and removes its files. */
    CompletableFuture<Void> remove(Partition partition) {
        return end(partition, Status.CLOSED, "the partition was moved to other nodes");
    }

    private CompletableFuture<Void> end(Partition partition, Status status, String why) {
        return inOrder(partition.key(), () -> {
                    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
                    partition
                            .owner()
                            .execute(partition, () -> partition.delete(status, why, () -> done.complete(null)));
                    return done.thenRunAsync(() -> removeFiles(partition.key()), diskPool);
                })
                .exceptionally(failure -> {
                    tell("delete", partition, failure);
                    return null;
                });
    }

    /** Whoever waits for all partitions waits for this one no longer. */
    private static void tell(String what, Partition partition, Throwable failure) {
        LOG.log(System.Logger.Level.ERROR, "Cannot " + what + " the log of partition " + partition, failure);
    }

    private void removeFiles(PartitionKey key) {
        noteDeleted(key);
        try {
            directory.delete(directoryOf(key));
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "The files of deleted partition {0} could not be removed: {1}. Remove them by hand.",
                    key,
                    e.getMessage());
        }
    }

    private synchronized void noteOpen(PartitionKey key) {
        open.add(key);
        closed.remove(directoryOf(key));
    }

    private synchronized void noteClosed(PartitionKey key, @Nullable Checkpoint checkpoint) {
        open.remove(key);
        if (checkpoint == null) {
            allClean = false;
        } else {
            closed.put(directoryOf(key), checkpoint);
        }
    }

    private synchronized void noteDeleted(PartitionKey key) {
        open.remove(key);
        closed.remove(directoryOf(key));
    }

    /**
     * After all were closed: writes down that nothing needs recovery, if that is so.
     *
     * @param brokerEpoch of this process
     */
    synchronized void closedAll(long brokerEpoch) {
        try {
            directory.writeCheckpoints(closed);
            if (allClean) {
                directory.markCleanShutdown(brokerEpoch);
            }
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Cannot note the clean stop: {0}. Nothing is lost; the next start looks at the logs as after a crash.",
                    e.getMessage());
        }
    }

    /** Makes the new starts durable of those logs that are still open. */
    synchronized void raiseLogStarts(Map<PartitionKey, Long> offsets) throws IOException {
        Map<TopicPartition, Long> byDirectory = new HashMap<>();
        offsets.forEach((key, offset) -> {
            if (open.contains(key)) {
                byDirectory.put(directoryOf(key), offset);
            }
        });
        directory.raiseLogStarts(byDirectory);
    }

    /** Makes the checkpoints durable of those logs that are still open. */
    synchronized void writeCheckpoints(Map<PartitionKey, Checkpoint> checkpoints) throws IOException {
        Map<TopicPartition, Checkpoint> byDirectory = new HashMap<>();
        checkpoints.forEach((key, checkpoint) -> {
            if (open.contains(key)) {
                byDirectory.put(directoryOf(key), checkpoint);
            }
        });
        directory.writeCheckpoints(byDirectory);
    }

    /** Closes the files that were not used since the last call; blocks. */
    void closeIdleFiles() {
        directory.closeIdleFiles();
    }

    /** See {@link LogDirectory#compaction}. */
    LogCompaction compaction(
            CompactionInput input, CleanableRange range, CompactionConfig config, OffsetMap offsets, int bufferBytes) {
        return directory.compaction(input, range, config, offsets, bufferBytes);
    }

    /** Up to where the partition's log was compacted. */
    long cleanedUntil(PartitionKey key) {
        return directory.cleanedUntil(directoryOf(key));
    }

    /** Notes durably how far a log is compacted, if it is still open. */
    synchronized void noteCleaned(PartitionKey key, long offset) throws IOException {
        if (open.contains(key)) {
            directory.writeCleaned(directoryOf(key), offset);
        }
    }

    private static TopicPartition directoryOf(PartitionKey key) {
        return new TopicPartition(key.topic(), key.index());
    }

    /** Starts {@code work} on the disk pool when everything asked for this directory before is done. */
    private CompletableFuture<Void> inOrder(PartitionKey key, Supplier<CompletableFuture<Void>> work) {
        CompletableFuture<Void> next = underWay.compute(key.directoryName(), (name, last) -> {
            CompletableFuture<Void> before = last == null ? CompletableFuture.completedFuture(null) : last;
            return before.handle((done, failure) -> null).thenComposeAsync(any -> work.get(), diskPool);
        });
        // A later task for the directory may have taken its place meanwhile, and stays.
        return next.whenComplete((done, failure) -> underWay.remove(key.directoryName(), next));
    }
}
