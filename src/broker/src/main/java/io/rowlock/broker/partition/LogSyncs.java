package io.rowlock.broker.partition;

import io.rowlock.log.LogFailedException;
import io.rowlock.log.LogView;
import io.rowlock.log.PartitionLog;
import io.rowlock.log.SyncRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The syncs of one partition's log: beside its appends, one at a time. Whatever is written while one runs is covered by the
 * next. Confined to the partition's owner, but for the sync itself.
 */
final class LogSyncs {

    /** Whose log it is. Called on the owner. */
    interface Syncing {

        /** The sync of {@code log} is over; {@code failure} is null if all that it covered is durable now. */
        void synced(PartitionLog log, @Nullable IOException failure);

        /** How many appends are written and wait for a sync. */
        int waitingAppends();

        /** No sync is under way any more, or the time for one has come. */
        void syncIfDue(boolean timeIsUp);
    }

    /** So that no sum of times overflows; one sync more in a year is none too many. */
    private static final Duration LONGEST_AGE = Duration.ofDays(365);

    private final PartitionOwner owner;
    private final Executor pool;
    private final Syncing partition;
    private final List<Runnable> whenIdle = new ArrayList<>();
    private boolean inFlight;
    /** Of the timer that counts; earlier ones find another here, and do nothing. */
    private int timer;

    private boolean timerSet;
    private long timerDueNanos;
    /** The time for a sync came while another was under way, which may not cover what it came for. */
    private boolean overdue;

    private final SyncGathering gathering = new SyncGathering();
    private boolean gatherTimerSet;

    /** @param pool runs syncs, which block */
    LogSyncs(PartitionOwner owner, Executor pool, Syncing partition) {
        this.owner = owner;
        this.pool = pool;
        this.partition = partition;
    }

    /** Whether a sync is under way, or something waits for none to be: it must not wait for ever. */
    boolean busy() {
        return inFlight || !whenIdle.isEmpty();
    }

    /** Runs {@code task} when no sync is under way: at once, or when the present one is over and its outcome known. */
    void whenIdle(Runnable task) {
        if (busy()) {
            whenIdle.add(task);
        } else {
            task.run();
        }
    }

    /**
     * Has {@link Syncing#syncIfDue} called when a record that is unsynced now is {@code maxAgeMillis} old; to be told of again
     * and again, also with another age.
     */
    private void setTimer(long maxAgeMillis) {
        Duration age = Duration.ofMillis(Math.min(maxAgeMillis, LONGEST_AGE.toMillis()));
        long due = owner.nowNanos() + age.toNanos();
        if (timerSet && due - timerDueNanos >= 0) {
            return;
        }
        timerSet = true;
        timerDueNanos = due;
        int mine = ++timer;
        owner.schedule(age, () -> {
            if (mine == timer) {
                timerSet = false;
                overdue = inFlight;
                partition.syncIfDue(true);
            }
        });
    }

    /** Whether to leave the next sync until more appends have come; {@link Syncing#syncIfDue} is then called in time. */
    private boolean waitsForCompany() {
        long now = owner.nowNanos();
        boolean waits = gathering.goesOn(partition.waitingAppends(), now);
        if (waits && !gatherTimerSet) {
            gatherTimerSet = true;
            owner.schedule(Duration.ofNanos(gathering.until() - now), () -> {
                gatherTimerSet = false;
                partition.syncIfDue(false);
            });
        }
        return waits;
    }

    /** Starts a sync if {@code policy} says that it is time for one, and none is under way. */
    void startIfDue(PartitionLog log, FlushPolicy policy, boolean timeIsUp) throws LogFailedException {
        if (!busy() && (timeIsUp || isDue(log, policy))) {
            SyncRequest request = log.captureSync();
            if (request != null) {
                start(log, request);
            }
        }
    }

    private boolean isDue(PartitionLog log, FlushPolicy policy) {
        LogView written = log.view();
        long durable = log.durableEndOffset();
        if (durable < written.segmentBaseOffset(written.segmentCount() - 1)) {
            // A closed segment.
            return true;
        }
        if (policy.beforeAcknowledging()) {
            return !waitsForCompany();
        }
        long unsynced = written.logEndOffset() - durable;
        if (unsynced < policy.everyMessages() && unsynced > 0 && policy.everyMillis() != Long.MAX_VALUE) {
            setTimer(policy.everyMillis());
        }
        return unsynced >= policy.everyMessages();
    }

    /** Starts the sync that was captured from {@code log}; none may be under way. */
    void start(PartitionLog log, SyncRequest request) {
        inFlight = true;
        long begin = owner.nowNanos();
        pool.execute(() -> {
            IOException failure = run(request);
            owner.executeHere(() -> finish(log, request, failure, begin));
        });
    }

    private static @Nullable IOException run(SyncRequest request) {
        try {
            request.run();
            return null;
        } catch (IOException e) {
            return e;
        } catch (RuntimeException | Error e) {
            // Whatever it was: nobody knows what is on the disk, and the owner must hear of it.
            return new IOException(e.toString(), e);
        }
    }

    private void finish(PartitionLog log, SyncRequest request, @Nullable IOException failure, long begin) {
        inFlight = false;
        int covered = partition.waitingAppends();
        try {
            partition.synced(log, complete(log, request, failure));
        } finally {
            int left = partition.waitingAppends();
            long now = owner.nowNanos();
            gathering.synced(covered - left, left, now - begin, now);
            if (whenIdle.isEmpty()) {
                boolean timeIsUp = overdue;
                overdue = false;
                partition.syncIfDue(timeIsUp);
            } else {
                // These write indexes and close files, which is not for whoever happens to run the owner now.
                owner.execute(this::runWaiting);
            }
        }
    }

    private void runWaiting() {
        List<Runnable> waiting = List.copyOf(whenIdle);
        whenIdle.clear();
        waiting.forEach(this::whenIdle);
        partition.syncIfDue(false);
    }

    /** Tells the log, also one that is no longer served: the request holds references on its files. */
    private static @Nullable IOException complete(
            PartitionLog log, SyncRequest request, @Nullable IOException failure) {
        try {
            log.completeSync(request, failure);
            // Beside a cut a file may be gone: that tells nothing of the disk.
            return log.isBroken() ? failure : null;
        } catch (IOException e) {
            return failure == null ? e : failure;
        }
    }
}
