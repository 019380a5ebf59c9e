package io.rowlock.broker.partition;

import io.rowlock.ports.Clock;
import io.rowlock.ports.OwnerExecutor;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** One owner and the partitions that have something to do on it: writes once for everything that is queued. */
public final class PartitionOwner {

    /** How late a produce request may learn that its time is up. */
    private static final Duration EXPIRY_INTERVAL = Duration.ofMillis(100);

    private final OwnerExecutor executor;
    private final Clock clock;
    private final Scheduler scheduler;
    private List<Partition> toWrite = new ArrayList<>();
    private final Set<Partition> waiting = new LinkedHashSet<>();

    public PartitionOwner(OwnerExecutor executor, Clock clock, Scheduler scheduler) {
        this.executor = executor;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /**
     * Hands over appends, all to partitions of this owner: one hand-over per request, whatever it holds. Any thread.
     *
     * @param host where the caller runs, see {@link OwnerExecutor#execute(Runnable, Executor)}
     */
    public void append(List<PartitionAppend> appends, Executor host) {
        executor.execute(
                () -> {
                    for (PartitionAppend append : appends) {
                        stage(append);
                    }
                },
                host);
    }

    /**
     * What a follower asked for of one partition: it has everything before that offset.
     *
     * @param leaderEpoch under which it follows
     * @param offset up to which its log agrees with this one
     */
    public record FollowerFetch(Partition partition, int leaderEpoch, long offset) {}

    /**
     * Hands over what one request of a follower acknowledges, all of partitions of this owner. Any thread.
     *
     * @param brokerEpoch of the follower
     * @param nowNanos when the request came, monotonic
     * @param host where the caller runs, see {@link OwnerExecutor#execute(Runnable, Executor)}
     */
    public void followerFetched(
            int replicaId, long brokerEpoch, List<FollowerFetch> fetched, long nowNanos, Executor host) {
        executor.execute(
                () -> {
                    for (FollowerFetch each : fetched) {
                        Partition partition = each.partition();
                        guard(
                                partition,
                                () -> partition.followerFetched(
                                        replicaId, brokerEpoch, each.leaderEpoch(), each.offset(), nowNanos));
                    }
                },
                host);
    }

    /** Has each look which followers have fallen behind. Any thread. */
    void checkFollowers(List<Partition> led, Duration lagMax) {
        executor.execute(() -> led.forEach(partition -> guard(partition, () -> partition.checkFollowers(lagMax))));
    }

    private static void stage(PartitionAppend append) {
        try {
            append.partition().stage(append);
        } catch (RuntimeException e) {
            append.partition().fail("a rule of the log was broken", e);
            append.refuse(ErrorCode.KAFKA_STORAGE_ERROR, e.getMessage());
        }
    }

    /** Runs a task on the owner. Any thread. */
    void execute(Runnable task) {
        executor.execute(task);
    }

    /** Runs a task on the owner that does not block, perhaps on the caller's own thread. Any thread. */
    void executeHere(Runnable task) {
        executor.execute(task, Runnable::run);
    }

    /** Runs what concerns {@code partition} on the owner; a defect that it meets takes that partition offline. Any thread. */
    void execute(Partition partition, Runnable task) {
        executor.execute(() -> guard(partition, task));
    }

    /** As {@link #execute(Partition, Runnable)}; completes when the task has run, however it ended: a defect is settled too. */
    CompletableFuture<Void> run(Partition partition, Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        execute(partition, task);
        executor.execute(() -> done.complete(null));
        return done;
    }

    void assertOwned() {
        assert executor.isOwner() : "partition state touched outside its owner";
    }

    /** Has {@link Partition#writeQueued} called once everything queued now is staged. Once per partition. */
    void writeSoon(Partition partition) {
        if (toWrite.isEmpty()) {
            executor.afterQueued(this::writeAll);
        }
        toWrite.add(partition);
    }

    private void writeAll() {
        List<Partition> partitions = toWrite;
        toWrite = new ArrayList<>(partitions.size());
        partitions.forEach(partition -> guard(partition, partition::writeQueued));
    }

    /** A defect that one partition meets must not reach the others. */
    private static void guard(Partition partition, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            partition.fail("a rule of the log was broken", e);
        }
    }

    /** Has {@link Partition#expire} called from time to time until nothing waits there. */
    void watch(Partition partition) {
        if (waiting.add(partition) && waiting.size() == 1) {
            expireLater();
        }
    }

    private void expireLater() {
        scheduler.schedule(EXPIRY_INTERVAL, () -> executor.execute(this::expireAll));
    }

    private void expireAll() {
        long now = clock.monotonicNanos();
        waiting.removeIf(partition -> !partition.expire(now));
        if (!waiting.isEmpty()) {
            expireLater();
        }
    }

    /** The owner's monotonic time. */
    long nowNanos() {
        return clock.monotonicNanos();
    }

    /** Runs a task on the owner after {@code delay}. Owner only. */
    void schedule(Duration delay, Runnable task) {
        scheduler.schedule(delay, () -> executor.execute(task));
    }
}
