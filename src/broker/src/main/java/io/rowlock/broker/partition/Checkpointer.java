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
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Notes from time to time up to where each log is on disk with its indexes, so that a start after a crash looks only at
 * what was written since. One round at a time.
 */
public final class Checkpointer {

    private static final System.Logger LOG = System.getLogger(Checkpointer.class.getName());

    private static final Checkpoint NOTHING = new Checkpoint(0, 0, 0, 0);

    private final Partitions partitions;
    private final PartitionLogs logs;
    private final Scheduler scheduler;
    private final Executor diskPool;
    private final Duration interval;
    /** What was written. */
    private final Map<PartitionKey, Checkpoint> noted = new ConcurrentHashMap<>();

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
        List<Partition> all = partitions.all().toList();
        noted.keySet().retainAll(all.stream().map(Partition::key).collect(Collectors.toSet()));
        Map<PartitionKey, Checkpoint> answers = new ConcurrentHashMap<>();
        AtomicInteger missing = new AtomicInteger(1);
        Runnable answered = () -> {
            if (missing.decrementAndGet() == 0) {
                diskPool.execute(() -> finishRound(answers));
            }
        };
        for (Partition partition : all) {
            PartitionView view = partition.view();
            LogSnapshot log = view.snapshot();
            if (log != null && log.holdsIndexes()) {
                partition.owner().execute(partition, partition::restIfUnused);
            }
            if (log != null && lagsBehind(partition, log)) {
                missing.incrementAndGet();
                ask(partition, answers, answered);
            } else if (log != null && isNews(partition.key(), log.checkpoint(view.highWatermark()))) {
                answers.put(partition.key(), log.checkpoint(view.highWatermark()));
            }
        }
        answered.run();
    }

    /** Whether a sync should bring the recovery point to the end; where appends do not wait for syncs, segments do that. */
    private static boolean lagsBehind(Partition partition, LogSnapshot log) {
        return partition.settings().flushPolicy().beforeAcknowledging()
                && log.checkpoint(0).recoveryPoint() < log.endOffset();
    }

    private boolean isNews(PartitionKey key, Checkpoint checkpoint) {
        Checkpoint before = noted.getOrDefault(key, NOTHING);
        return checkpoint.recoveryPoint() > before.recoveryPoint()
                || checkpoint.highWatermark() > before.highWatermark();
    }

    private static void ask(Partition partition, Map<PartitionKey, Checkpoint> answers, Runnable answered) {
        Consumer<@Nullable Checkpoint> answer = checkpoint -> {
            if (checkpoint != null) {
                answers.put(partition.key(), checkpoint);
            }
            answered.run();
        };
        partition.owner().execute(partition, () -> partition.checkpoint(answer));
    }

    private void finishRound(Map<PartitionKey, Checkpoint> checkpoints) {
        if (!checkpoints.isEmpty()) {
            write(checkpoints);
        }
        logs.closeIdleFiles();
        scheduler.schedule(interval, this::round);
    }

    private void write(Map<PartitionKey, Checkpoint> checkpoints) {
        try {
            logs.writeCheckpoints(checkpoints);
            noted.putAll(checkpoints);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Cannot note how far the logs are on disk: {0}. Nothing is lost; a start after a crash takes longer.",
                    e.getMessage());
        }
    }
}
