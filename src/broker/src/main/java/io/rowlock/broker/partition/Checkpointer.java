package io.rowlock.broker.partition;

import io.rowlock.log.LogDirectory.Checkpoint;
import io.rowlock.ports.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Notes from time to time up to where each log is on disk with its indexes, so that a start after a crash looks only at
 * what was written since. One round at a time.
 */
public final class Checkpointer {

    private static final System.Logger LOG = System.getLogger(Checkpointer.class.getName());

    private final Partitions partitions;
    private final PartitionLogs logs;
    private final Scheduler scheduler;
    private final Executor diskPool;
    private final Duration interval;
    /** The end offset at the last checkpoint; only what has moved on since is looked at. */
    private final Map<PartitionKey, Long> noted = new ConcurrentHashMap<>();

    private volatile boolean stopped;

    public Checkpointer(
            Partitions partitions, PartitionLogs logs, Scheduler scheduler, Executor diskPool, Duration interval) {
        this.partitions = partitions;
        this.logs = logs;
        this.scheduler = scheduler;
        this.diskPool = diskPool;
        this.interval = interval;
    }

    public void start() {
        scheduler.schedule(interval, this::round);
    }

    /** Starts no further round. */
    public void stop() {
        stopped = true;
    }

    private void round() {
        if (stopped) {
            return;
        }
        List<Partition> moved = partitions.all().filter(this::hasMoved).toList();
        Map<PartitionKey, Checkpoint> answers = new ConcurrentHashMap<>();
        AtomicInteger missing = new AtomicInteger(moved.size() + 1);
        Runnable answered = () -> {
            if (missing.decrementAndGet() == 0) {
                diskPool.execute(() -> finishRound(answers));
            }
        };
        moved.forEach(partition -> partition
                .owner()
                .execute(() -> partition.checkpoint(checkpoint -> {
                    if (checkpoint != null) {
                        answers.put(partition.key(), checkpoint);
                    }
                    answered.run();
                })));
        answered.run();
    }

    private void finishRound(Map<PartitionKey, Checkpoint> checkpoints) {
        noted.keySet().removeIf(partitions::isGone);
        if (!checkpoints.isEmpty()) {
            write(checkpoints);
        }
        scheduler.schedule(interval, this::round);
    }

    private boolean hasMoved(Partition partition) {
        LogSnapshot log = partition.view().snapshot();
        return log != null
                && partition.settings().flushPolicy().beforeAcknowledging()
                && log.endOffset() != noted.getOrDefault(partition.key(), -1L);
    }

    private void write(Map<PartitionKey, Checkpoint> checkpoints) {
        try {
            logs.writeCheckpoints(checkpoints);
            checkpoints.forEach((key, checkpoint) -> noted.put(key, checkpoint.recoveryPoint()));
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Cannot note how far the logs are on disk: {0}. Nothing is lost; a start after a crash takes longer.",
                    e.getMessage());
        }
    }
}
