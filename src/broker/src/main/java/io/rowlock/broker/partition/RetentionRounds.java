package io.rowlock.broker.partition;

import io.rowlock.log.RetentionConfig;
import io.rowlock.ports.Clock;
import io.rowlock.ports.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Looks from time to time for segments that are not kept any longer. What goes is decided on a pool thread from what the
 * partitions publish; an owner hears only of what has to go, so that partitions at rest cost it nothing. One round at a time.
 */
public final class RetentionRounds {

    /** Looked at in one task of the pool, whose threads others want too. */
    static final int PARTITIONS_PER_TASK = 500;

    private static final System.Logger LOG = System.getLogger(RetentionRounds.class.getName());

    private final Partitions partitions;
    private final LogStarts starts;
    private final Clock clock;
    private final Scheduler scheduler;
    private final Executor diskPool;
    private final RetentionReporter reporter;
    private final Duration interval;
    private volatile boolean stopped;

    public RetentionRounds(
            Partitions partitions,
            LogStarts starts,
            Clock clock,
            Scheduler scheduler,
            Executor diskPool,
            RetentionReporter reporter,
            Duration interval) {
        this.partitions = partitions;
        this.starts = starts;
        this.clock = clock;
        this.scheduler = scheduler;
        this.diskPool = diskPool;
        this.reporter = reporter;
        this.interval = interval;
    }

    /** Begins the first round after {@code delay}. */
    public void start(Duration delay) {
        scheduler.schedule(delay, this::round);
    }

    /** Starts no further round. */
    public void stop() {
        stopped = true;
    }

    private void round() {
        if (!stopped) {
            diskPool.execute(() -> check(partitions.all().toList(), 0, new ArrayList<>()));
        }
    }

    private void check(List<Partition> all, int from, List<CompletableFuture<Void>> changes) {
        int to = Math.min(all.size(), from + PARTITIONS_PER_TASK);
        for (Partition partition : all.subList(from, to)) {
            CompletableFuture<Void> change = stopped ? null : check(partition);
            if (change != null) {
                changes.add(change);
            }
        }
        if (to < all.size()) {
            diskPool.execute(() -> check(all, to, changes));
        } else {
            CompletionStage<Void> done = CompletableFuture.allOf(changes.toArray(CompletableFuture[]::new));
            done.thenComposeAsync(applied -> reporter.report(), diskPool).thenRun(this::endRound);
        }
    }

    /** Has go what is not kept; null if there is nothing. The future never fails. */
    private @Nullable CompletableFuture<Void> check(Partition partition) {
        PartitionView view = partition.view();
        LogSnapshot log = view.snapshot();
        if (log == null) {
            return null;
        }
        RetentionConfig retention = partition.settings().log().retention();
        try {
            long firstKept = log.firstKept(retention, view.highWatermark(), clock.wallMillis());
            if (firstKept == log.firstSegmentOffset()) {
                return null;
            }
            return starts.dropSegmentsBefore(partition, firstKept)
                    .toCompletableFuture()
                    .exceptionally(failure -> {
                        tell(partition, failure);
                        return null;
                    });
        } catch (IOException | RuntimeException e) {
            if (partition.view().snapshot() == log) {
                tell(partition, e);
            }
            return null;
        }
    }

    private static void tell(Partition partition, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        LOG.log(
                System.Logger.Level.ERROR,
                "Cannot delete old records of partition {0}: {1}. The next round tries again.",
                partition.key(),
                cause == null ? failure : cause.getMessage());
    }

    private void endRound() {
        if (!stopped) {
            start(interval);
        }
    }
}
