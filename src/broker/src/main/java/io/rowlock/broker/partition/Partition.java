package io.rowlock.broker.partition;

import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.partition.PartitionView.Status;
import io.rowlock.log.AppendOrigin;
import io.rowlock.log.LogDirectory.Checkpoint;
import io.rowlock.log.LogView;
import io.rowlock.log.PartitionLog;
import io.rowlock.log.StageResult;
import io.rowlock.log.SyncRequest;
import io.rowlock.protocol.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One replica on this node, as a state machine confined to its owner; {@link #view()} is what everybody else reads.
 *
 * <p>An append is staged (offsets assigned), written with all others that were queued, and acknowledged when it is
 * confirmed: for acks=1 by this replica, for acks=all by the high watermark. What "confirmed by this replica" means is the
 * {@link FlushPolicy}'s business. Syncing runs beside appending, one sync at a time; whatever is written meanwhile is
 * covered by the next.
 */
public final class Partition {

    private static final System.Logger LOG = System.getLogger(Partition.class.getName());

    private final PartitionKey key;
    private final int nodeId;
    private final PartitionOwner owner;
    private final Executor syncPool;
    private final List<PartitionListener> listeners = new CopyOnWriteArrayList<>();
    private volatile PartitionView view = PartitionView.OPENING;
    private volatile PartitionSettings settings;

    // Confined to the owner from here on.
    private final List<PartitionAppend> staged = new ArrayList<>();
    private final AckQueue waitForThisReplica = new AckQueue();
    private final AckQueue waitForAllReplicas = new AckQueue();
    private @Nullable PartitionLog log;
    private @Nullable LeaderState leadership;
    private @Nullable PartitionInfo assignment;
    private boolean writeQueued;
    private boolean syncInFlight;
    private boolean syncTimerSet;
    private boolean closing;
    private final List<Runnable> afterSync = new ArrayList<>();

    /**
     * @param nodeId this node
     * @param syncPool runs syncs, which block
     */
    Partition(PartitionKey key, int nodeId, PartitionOwner owner, Executor syncPool, PartitionSettings settings) {
        this.key = key;
        this.nodeId = nodeId;
        this.owner = owner;
        this.syncPool = syncPool;
        this.settings = settings;
    }

    public PartitionKey key() {
        return key;
    }

    /** The owner to hand appends to. */
    public PartitionOwner owner() {
        return owner;
    }

    /** What the owner last published. Any thread. */
    public PartitionView view() {
        return view;
    }

    /** Has {@code listener} told of every change after this call. Any thread. */
    public void subscribe(PartitionListener listener) {
        listeners.add(listener);
    }

    /** Any thread; the listener may still be told of a change under way. */
    public void unsubscribe(PartitionListener listener) {
        listeners.remove(listener);
    }

    /** What the topic's settings mean here. Any thread. */
    public PartitionSettings settings() {
        return settings;
    }

    /** Takes the opened log. */
    void opened(PartitionLog opened) {
        owner.assertOwned();
        log = opened;
        follow();
    }

    /** Follows what the cluster agreed on, at once or when the log is open. */
    void follow(PartitionInfo agreed, PartitionSettings meaning) {
        owner.assertOwned();
        assignment = agreed;
        settings = meaning;
        follow();
    }

    private void follow() {
        PartitionLog current = log;
        PartitionInfo info = assignment;
        if (current != null && info != null) {
            if (info.leader() == nodeId) {
                lead(current, info);
            } else {
                resign(current, info);
            }
        }
    }

    void expireProducers() {
        owner.assertOwned();
        if (log != null) {
            log.expireProducers();
        }
    }

    private void lead(PartitionLog current, PartitionInfo info) {
        int minInSyncReplicas =
                Math.min(settings.minInSyncReplicas(), info.replicas().size());
        LeaderState before = leadership;
        if (before != null && before.epoch() == info.leaderEpoch()) {
            leadership = new LeaderState(
                    nodeId, before.epoch(), before.epochStartOffset(), info.inSyncReplicas(), minInSyncReplicas);
            confirm();
            return;
        }
        long epochStart = current.view().logEndOffset();
        try {
            current.assignEpochStart(info.leaderEpoch(), epochStart);
        } catch (IOException e) {
            fail("cannot record the start of leader epoch " + info.leaderEpoch(), e);
            return;
        }
        LeaderState now =
                new LeaderState(nodeId, info.leaderEpoch(), epochStart, info.inSyncReplicas(), minInSyncReplicas);
        leadership = now;
        publish(leading(now, new LogSnapshot(current), view.highWatermark()));
        confirm();
        syncIfDue();
    }

    private void resign(PartitionLog current, PartitionInfo info) {
        if (leadership != null) {
            leadership = null;
            refuseWaiting(ErrorCode.NOT_LEADER_OR_FOLLOWER, "the leader moved while the append waited");
        }
        publish(new PartitionView(
                Status.FOLLOWING,
                info.leader(),
                info.leaderEpoch(),
                0,
                new LogSnapshot(current),
                view.highWatermark(),
                view.lastStableOffset()));
    }

    /** Checks one batch and gives it its offsets; it is written by the next {@link #write}. */
    void stage(PartitionAppend append) {
        owner.assertOwned();
        LeaderState leader = leadership;
        if (leader == null || log == null || closing) {
            ErrorCode error = view.status().error();
            append.refuse(error == ErrorCode.NONE ? ErrorCode.NOT_LEADER_OR_FOLLOWER : error, null);
            return;
        }
        if (append.needsAllReplicas() && !leader.hasEnoughReplicas()) {
            append.refuse(ErrorCode.NOT_ENOUGH_REPLICAS, null);
            return;
        }
        StageResult result = stage(log, append, leader.epoch());
        if (result instanceof StageResult.Staged given) {
            append.assign(given.baseOffset(), given.lastOffset(), given.logAppendTime());
        } else if (result instanceof StageResult.Duplicate original) {
            append.assign(original.baseOffset(), original.lastOffset(), original.logAppendTime());
        } else if (result instanceof StageResult.Rejected refusal) {
            append.refuse(refusal.error(), refusal.message());
            return;
        }
        append.releaseRecords();
        staged.add(append);
        if (!writeQueued) {
            writeQueued = true;
            owner.writeSoon(this);
        }
    }

    private StageResult stage(PartitionLog target, PartitionAppend append, int leaderEpoch) {
        try {
            return target.stage(append.records(), leaderEpoch, AppendOrigin.CLIENT);
        } catch (IOException e) {
            fail("cannot append", e);
            return new StageResult.Rejected(ErrorCode.KAFKA_STORAGE_ERROR, "the log is offline");
        }
    }

    /** Writes everything staged and acknowledges what is confirmed by that alone. */
    void write() {
        owner.assertOwned();
        writeQueued = false;
        PartitionLog current = log;
        if (current == null || staged.isEmpty()) {
            return;
        }
        try {
            current.write();
        } catch (IOException | RuntimeException e) {
            fail("cannot write", e);
            return;
        }
        long logStart = current.view().logStartOffset();
        for (PartitionAppend append : staged) {
            if (append.needsNothing()) {
                append.acknowledge(logStart);
            } else {
                (append.needsAllReplicas() ? waitForAllReplicas : waitForThisReplica).add(append);
            }
        }
        staged.clear();
        confirm();
        syncIfDue();
        if (!waitForAllReplicas.isEmpty()) {
            owner.watch(this);
        }
    }

    /** Ends the waiting of appends whose time is up; returns whether any wait on. */
    boolean expire(long nowNanos) {
        waitForAllReplicas.expire(nowNanos);
        return !waitForAllReplicas.isEmpty();
    }

    /** Publishes what is written and confirmed, and acknowledges what that covers. */
    private void confirm() {
        PartitionLog current = log;
        LeaderState leader = leadership;
        if (current == null || leader == null) {
            return;
        }
        PartitionView before = view;
        LogSnapshot written = new LogSnapshot(current);
        long confirmedHere =
                settings.flushPolicy().beforeAcknowledging() ? current.durableEndOffset() : written.endOffset();
        long highWatermark = leader.highWatermark(before.highWatermark(), confirmedHere);
        PartitionView next = leading(leader, written, highWatermark);
        if (highWatermark == before.highWatermark()) {
            view = next;
        } else {
            publish(next);
        }
        waitForThisReplica.confirm(confirmedHere, written.startOffset());
        waitForAllReplicas.confirm(highWatermark, written.startOffset());
    }

    private static PartitionView leading(LeaderState leader, LogSnapshot log, long highWatermark) {
        return new PartitionView(
                Status.LEADING,
                leader.nodeId(),
                leader.epoch(),
                leader.epochStartOffset(),
                log,
                highWatermark,
                highWatermark);
    }

    /** Not while something waits for no sync to be in flight: it would wait for ever. */
    private boolean maySync() {
        return !syncInFlight && afterSync.isEmpty();
    }

    private void syncIfDue() {
        PartitionLog current = log;
        if (!maySync() || current == null) {
            return;
        }
        FlushPolicy policy = settings.flushPolicy();
        LogView view = current.view();
        long unsynced = view.logEndOffset() - current.durableEndOffset();
        boolean closedSegmentUnsynced = current.durableEndOffset() < view.segmentBaseOffset(view.segmentCount() - 1);
        if (policy.beforeAcknowledging() || unsynced >= policy.everyMessages() || closedSegmentUnsynced) {
            sync(current);
        } else if (unsynced > 0 && policy.everyMillis() != Long.MAX_VALUE && !syncTimerSet) {
            syncTimerSet = true;
            owner.schedule(Duration.ofMillis(policy.everyMillis()), this::syncOnTimer);
        }
    }

    private void syncOnTimer() {
        syncTimerSet = false;
        if (maySync() && log != null) {
            sync(log);
        }
    }

    private void sync(PartitionLog current) {
        try {
            SyncRequest request = current.captureSync();
            if (request != null) {
                startSync(current, request);
            }
        } catch (IOException e) {
            fail("cannot sync", e);
        }
    }

    /**
     * Syncs the log with its indexes, so that a crash need not look at what is there now; {@code done} gets what the
     * directory may remember, or null if the log is not open or fails.
     */
    void checkpoint(Consumer<@Nullable Checkpoint> done) {
        owner.assertOwned();
        if (syncInFlight) {
            afterSync.add(() -> checkpoint(done));
            return;
        }
        write();
        PartitionLog current = log;
        SyncRequest request = current == null ? null : captureCheckpoint(current);
        if (current == null || request == null) {
            done.accept(null);
            return;
        }
        startSync(current, request);
        afterSync.add(() -> done.accept(log == current ? Checkpoint.of(current) : null));
    }

    private @Nullable SyncRequest captureCheckpoint(PartitionLog current) {
        try {
            return current.captureCheckpoint();
        } catch (IOException e) {
            fail("cannot sync", e);
            return null;
        }
    }

    private void startSync(PartitionLog current, SyncRequest request) {
        syncInFlight = true;
        syncPool.execute(() -> {
            IOException failure = null;
            try {
                request.run();
            } catch (IOException e) {
                failure = e;
            }
            IOException outcome = failure;
            owner.executeHere(() -> synced(current, request, outcome));
        });
    }

    private void synced(PartitionLog synced, SyncRequest request, @Nullable IOException failure) {
        syncInFlight = false;
        if (log == synced) {
            completeSync(synced, request, failure);
        }
        if (afterSync.isEmpty()) {
            syncIfDue();
        } else {
            // These write indexes and close files, which is not for whoever happens to run the owner now.
            owner.execute(this::runAfterSync);
        }
    }

    private void runAfterSync() {
        List<Runnable> waiting = List.copyOf(afterSync);
        afterSync.clear();
        waiting.forEach(Runnable::run);
        syncIfDue();
    }

    private void completeSync(PartitionLog synced, SyncRequest request, @Nullable IOException failure) {
        try {
            synced.completeSync(request, failure);
            if (failure != null) {
                throw failure;
            }
            confirm();
        } catch (IOException e) {
            fail("cannot sync: what the disk holds is unknown, and a second try could not tell", e);
        }
    }

    /** Takes the partition offline, loudly: the disk or its content cannot be trusted. */
    void fail(String what, Exception cause) {
        owner.assertOwned();
        LOG.log(
                System.Logger.Level.ERROR,
                "Partition {0} is offline: {1}: {2}. Check the disk, then restart the node to recover the partition.",
                key,
                what,
                Objects.requireNonNullElse(cause.getMessage(), cause.toString()));
        LOG.log(System.Logger.Level.DEBUG, "Cause", cause);
        end(Status.OFFLINE, "the partition is offline on this node: " + what);
    }

    /**
     * Takes no more appends, writes, syncs and acknowledges what is under way, then closes the log. {@code done} gets what
     * the directory may remember of it, or null if it must be recovered at the next start.
     */
    void close(Consumer<@Nullable Checkpoint> done) {
        owner.assertOwned();
        write();
        closing = true;
        if (syncInFlight) {
            afterSync.add(() -> close(done));
            return;
        }
        PartitionLog current = log;
        Checkpoint checkpoint = null;
        if (current != null && closeLog(current)) {
            confirm();
            checkpoint = Checkpoint.of(current);
        }
        end(Status.CLOSED, "the node is stopping");
        done.accept(checkpoint);
    }

    /** Stops serving a partition that was deleted, and returns its log to be removed, if it was open. */
    @Nullable
    PartitionLog delete() {
        owner.assertOwned();
        return end(Status.DELETED, "the topic was deleted");
    }

    private @Nullable PartitionLog end(Status status, String why) {
        PartitionLog last = log;
        log = null;
        leadership = null;
        staged.forEach(append -> append.refuse(status.error(), why));
        staged.clear();
        refuseWaiting(status.error(), why);
        publish(view.with(status));
        return last;
    }

    private boolean closeLog(PartitionLog current) {
        try {
            current.close(true);
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Partition {0} was not closed cleanly and will be recovered at the next start: {1}",
                    key,
                    e.getMessage());
            return false;
        }
    }

    private void refuseWaiting(ErrorCode error, String why) {
        waitForThisReplica.refuseAll(error, why);
        waitForAllReplicas.refuseAll(error, why);
    }

    private void publish(PartitionView next) {
        view = next;
        for (PartitionListener listener : listeners) {
            listener.changed(this);
        }
    }

    @Override
    public String toString() {
        return key.toString();
    }
}
