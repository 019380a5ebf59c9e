package io.rowlock.broker.partition;

import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.partition.PartitionView.Status;
import io.rowlock.log.ActiveProducer;
import io.rowlock.log.AppendOrigin;
import io.rowlock.log.CompactionInput;
import io.rowlock.log.CorruptLogException;
import io.rowlock.log.LogDirectory.Checkpoint;
import io.rowlock.log.LogFailedException;
import io.rowlock.log.PartitionLog;
import io.rowlock.log.SegmentDeletion;
import io.rowlock.log.SegmentReplacement;
import io.rowlock.log.StageResult;
import io.rowlock.log.SyncRequest;
import io.rowlock.protocol.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
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
    private final PublishedView published = new PublishedView();
    private volatile PartitionSettings settings;

    // Confined to the owner from here on.
    private final PendingAppends appends = new PendingAppends();
    private final LogSyncs syncs;
    private final PartitionCompaction compaction = new PartitionCompaction();
    private final AppendRoom room;
    private @Nullable PartitionLog log;
    private @Nullable LeaderState leadership;
    private @Nullable PartitionInfo assignment;
    /** A write met a full disk and is not taken back yet: the log can be read, and nothing else. */
    private boolean takingBack;

    private boolean writeQueued;
    private boolean closing;

    /**
     * @param nodeId this node
     * @param syncPool runs syncs, which block
     * @param reserve what appends leave free
     */
    Partition(
            PartitionKey key,
            int nodeId,
            PartitionOwner owner,
            Executor syncPool,
            DiskReserve reserve,
            PartitionSettings settings) {
        this.key = key;
        this.nodeId = nodeId;
        this.owner = owner;
        this.settings = settings;
        this.room = new AppendRoom(reserve, owner);
        this.syncs = new LogSyncs(owner, syncPool, new LogSyncs.Syncing() {
            @Override
            public void synced(PartitionLog synced, @Nullable IOException failure) {
                Partition.this.synced(synced, failure);
            }

            @Override
            public int waitingAppends() {
                return appends.waiting();
            }

            @Override
            public void syncIfDue(boolean timeIsUp) {
                Partition.this.syncIfDue(timeIsUp);
            }
        });
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
        return published.get();
    }

    /** Has {@code listener} told of every change after this call. Any thread. */
    public void subscribe(PartitionListener listener) {
        published.subscribe(listener);
    }

    /** Any thread; the listener may still be told of a change under way. */
    public void unsubscribe(PartitionListener listener) {
        published.unsubscribe(listener);
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
        // What is staged carries the epoch so far.
        write();
        assignment = agreed;
        settings = meaning;
        follow();
    }

    private void follow() {
        PartitionLog current = log;
        PartitionInfo info = assignment;
        if (current != null && info != null && !takingBack) {
            current.updateConfig(settings.log());
            if (info.leader() == nodeId) {
                lead(current, info);
            } else {
                resign(current, info);
            }
        }
    }

    /**
     * Runs a task that changes the log, with nothing staged; later if a write that met a full disk has to be taken back
     * first.
     */
    void whenWritten(Runnable task) {
        owner.assertOwned();
        writeOnly();
        if (takingBack) {
            owner.execute(this, () -> whenWritten(task));
        } else {
            task.run();
        }
    }

    /**
     * Has the log begin at {@code offset}, which the directory keeps already; returns the segments that left it, or null. To be
     * called {@link #whenWritten}.
     *
     * @param activeToo whether at the log's end the active segment leaves as well
     */
    @Nullable
    SegmentDeletion beginAt(long offset, boolean activeToo) {
        owner.assertOwned();
        PartitionLog current = log;
        if (current == null) {
            return null;
        }
        try {
            if (activeToo) {
                current.dropSegmentsBefore(offset);
            } else {
                current.advanceLogStart(offset);
            }
        } catch (LogFailedException e) {
            if (e.outOfSpace()) {
                ranOut(current);
            } else {
                fail("cannot begin at offset " + offset, e);
            }
            return null;
        } catch (IOException e) {
            fail("cannot begin at offset " + offset, e);
            return null;
        }
        if (view().snapshot() != null) {
            publish(view().with(new LogSnapshot(current)));
        }
        return current.takeDeletion();
    }

    /** What the log remembers of producers; nothing where it is not open. Any thread. */
    public CompletionStage<List<ActiveProducer>> activeProducers() {
        List<ActiveProducer> found = new ArrayList<>();
        return owner.run(this, () -> {
                    if (log != null) {
                        found.addAll(log.activeProducers());
                    }
                })
                .thenApply(done -> found);
    }

    void expireProducers() {
        owner.assertOwned();
        if (log != null) {
            log.expireProducers();
        }
    }

    /** Gives up what only a log in use needs, if this one was not written to since the last call. */
    void restIfUnused() {
        owner.assertOwned();
        PartitionLog current = log;
        if (current == null || takingBack || closing || appends.anyStaged()) {
            return;
        }
        try {
            current.restIfUnused();
        } catch (IOException e) {
            fail("cannot write its indexes", e);
            return;
        }
        published.showLog(current);
    }

    private void lead(PartitionLog current, PartitionInfo info) {
        LeaderState before = leadership;
        boolean newEpoch = before == null || before.epoch() != info.leaderEpoch();
        long epochStart = before == null || newEpoch ? current.view().logEndOffset() : before.epochStartOffset();
        if (newEpoch) {
            try {
                current.assignEpochStart(info.leaderEpoch(), epochStart);
            } catch (IOException | IllegalArgumentException e) {
                fail("cannot record the start of leader epoch " + info.leaderEpoch(), e);
                return;
            }
        }
        LeaderState now = new LeaderState(
                nodeId,
                info.leaderEpoch(),
                epochStart,
                info.inSyncReplicas(),
                Math.min(settings.minInSyncReplicas(), info.replicas().size()));
        leadership = now;
        if (newEpoch) {
            publish(leading(now, new LogSnapshot(current), view().highWatermark()));
        }
        confirm();
        syncIfDue(false);
    }

    private void resign(PartitionLog current, PartitionInfo info) {
        if (leadership != null) {
            leadership = null;
            appends.refuseAll(ErrorCode.NOT_LEADER_OR_FOLLOWER, "the leader moved while the append waited");
        }
        publish(new PartitionView(
                Status.FOLLOWING,
                info.leader(),
                info.leaderEpoch(),
                0,
                new LogSnapshot(current),
                view().highWatermark(),
                view().lastStableOffset()));
    }

    /** Checks one batch and gives it its offsets; it is written by the next {@link #write}. */
    void stage(PartitionAppend append) {
        owner.assertOwned();
        LeaderState leader = leadership;
        if (leader == null || log == null || closing || takingBack) {
            append.refuse(refusal(), null);
            return;
        }
        if (append.needsAllReplicas() && !leader.hasEnoughReplicas()) {
            append.refuse(ErrorCode.NOT_ENOUGH_REPLICAS, null);
            return;
        }
        int bytes = append.records().readableBytes();
        String noRoom = room.take(bytes);
        if (noRoom != null) {
            append.refuse(ErrorCode.KAFKA_STORAGE_ERROR, noRoom);
            return;
        }
        StageResult result = stage(log, append, leader.epoch());
        if (!(result instanceof StageResult.Staged)) {
            room.giveBack(bytes);
        }
        if (!append.accept(result)) {
            return;
        }
        appends.staged(append);
        if (!writeQueued) {
            writeQueued = true;
            owner.writeSoon(this);
        }
    }

    private ErrorCode refusal() {
        if (takingBack) {
            return ErrorCode.KAFKA_STORAGE_ERROR;
        }
        ErrorCode error = view().status().error();
        return error == ErrorCode.NONE ? ErrorCode.NOT_LEADER_OR_FOLLOWER : error;
    }

    private StageResult stage(PartitionLog target, PartitionAppend append, int leaderEpoch) {
        try {
            return target.stage(append.records(), leaderEpoch, AppendOrigin.CLIENT);
        } catch (IOException e) {
            fail("cannot append", e);
            return new StageResult.Rejected(ErrorCode.KAFKA_STORAGE_ERROR, "the log is offline");
        }
    }

    /** What {@link PartitionOwner#writeSoon} asked for. */
    void writeQueued() {
        writeQueued = false;
        write();
    }

    /** Writes everything staged, acknowledges what is confirmed by that alone, and has the rest synced. */
    private void write() {
        writeOnly();
        syncIfDue(false);
    }

    private void writeOnly() {
        owner.assertOwned();
        PartitionLog current = log;
        if (current == null || !appends.anyStaged()) {
            return;
        }
        try {
            current.write();
        } catch (LogFailedException e) {
            if (e.outOfSpace()) {
                ranOut(current);
            } else {
                fail("cannot write", e);
            }
            return;
        } catch (IOException | RuntimeException e) {
            fail("cannot write", e);
            return;
        }
        room.settle();
        appends.written(current.view().logStartOffset());
        confirm();
        if (appends.anyMayExpire()) {
            owner.watch(this);
        }
    }

    /** A write met a full disk: nothing of it counts, everything before it is served on, and appends are tried again later. */
    private void ranOut(PartitionLog current) {
        takingBack = true;
        room.settle();
        room.ranOut(key);
        appends.refuseStaged(ErrorCode.KAFKA_STORAGE_ERROR, "the disk of the node is full");
        // This cuts and reads files, which is not for whoever happens to run the owner now.
        owner.execute(this, () -> takeBack(current));
    }

    private void takeBack(PartitionLog from) {
        if (log != from) {
            return;
        }
        try {
            from.takeBackFailedWrite();
        } catch (IOException | RuntimeException e) {
            fail("cannot take back a write that met a full disk", e);
            return;
        }
        takingBack = false;
        follow();
    }

    /** Ends the waiting of appends whose time is up; returns whether any wait on. */
    boolean expire(long nowNanos) {
        appends.expire(nowNanos);
        return appends.anyMayExpire();
    }

    /** Publishes what is written and confirmed, and acknowledges what that covers. */
    private void confirm() {
        PartitionLog current = log;
        LeaderState leader = leadership;
        if (current == null || leader == null) {
            return;
        }
        PartitionView before = view();
        LogSnapshot written = new LogSnapshot(current);
        long confirmedHere =
                settings.flushPolicy().beforeAcknowledging() ? current.durableEndOffset() : written.endOffset();
        long highWatermark = leader.highWatermark(before.highWatermark(), confirmedHere);
        PartitionView next = leading(leader, written, highWatermark);
        if (highWatermark == before.highWatermark()) {
            published.replace(next);
        } else {
            publish(next);
        }
        appends.confirm(confirmedHere, highWatermark, written.startOffset());
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

    private void syncIfDue(boolean timeIsUp) {
        PartitionLog current = log;
        if (current == null || takingBack) {
            return;
        }
        try {
            syncs.startIfDue(current, settings.flushPolicy(), timeIsUp);
        } catch (IOException e) {
            fail("cannot sync", e);
        }
    }

    private void synced(PartitionLog synced, @Nullable IOException failure) {
        if (log != synced) {
            return;
        }
        if (failure == null) {
            confirm();
        } else {
            fail("cannot sync: what the disk holds is unknown, and a second try could not tell", failure);
        }
    }

    /**
     * Syncs the log with its indexes, so that a crash need not look at what is there now; {@code done} gets what the
     * directory may remember, or null if the log is not open or fails.
     */
    void checkpoint(Consumer<@Nullable Checkpoint> done) {
        owner.assertOwned();
        syncs.whenIdle(() -> {
            writeOnly();
            PartitionLog current = takingBack ? null : log;
            SyncRequest request = current == null ? null : captureCheckpoint(current);
            if (current == null || request == null) {
                done.accept(null);
                return;
            }
            syncs.start(current, request);
            syncs.whenIdle(() -> done.accept(log == current ? Checkpoint.of(current) : null));
        });
    }

    private @Nullable SyncRequest captureCheckpoint(PartitionLog current) {
        try {
            return current.captureCheckpoint();
        } catch (IOException | RuntimeException e) {
            fail("cannot sync", e);
            return null;
        }
    }

    /** Takes the partition offline, loudly: the disk or its content cannot be trusted. */
    void fail(String what, Throwable cause) {
        owner.assertOwned();
        LOG.log(
                System.Logger.Level.ERROR,
                "Partition {0} is offline: {1}: {2}. {3}",
                key,
                what,
                Objects.requireNonNullElse(cause.getMessage(), cause.toString()),
                cause instanceof CorruptLogException corrupt
                        ? corrupt.advice()
                        : "Check the disk, then restart the node to recover the partition.");
        LOG.log(System.Logger.Level.DEBUG, "Cause", cause);
        PartitionLog broken = log;
        end(Status.OFFLINE, "the partition is offline on this node: " + what);
        if (broken != null) {
            whenUnused(() -> closeLog(broken, false));
        }
    }

    /**
     * Takes no more appends, writes, syncs and acknowledges what is under way, then closes the log. {@code done} gets what
     * the directory may remember of it, or null if it must be recovered at the next start.
     */
    void close(Consumer<@Nullable Checkpoint> done) {
        owner.assertOwned();
        write();
        closing = true;
        whenUnused(() -> {
            PartitionLog current = log;
            // On the pool, beside those of the other partitions: here they would come one after the other.
            boolean nothingToSync = current == null || takingBack || current.isSettled();
            SyncRequest request = current == null || nothingToSync ? null : captureCheckpoint(current);
            if (current != null && request != null) {
                syncs.start(current, request);
            }
            syncs.whenIdle(() -> finishClose(done));
        });
    }

    private void finishClose(Consumer<@Nullable Checkpoint> done) {
        PartitionLog current = log;
        Checkpoint checkpoint = null;
        if (current != null && closeLog(current, true)) {
            confirm();
            checkpoint = Checkpoint.of(current);
        }
        end(Status.CLOSED, "the node is stopping");
        done.accept(checkpoint);
    }

    /** Stops serving a partition that was deleted; {@code done} runs when its files are not used any more. */
    void delete(Runnable done) {
        owner.assertOwned();
        PartitionLog last = log;
        end(Status.DELETED, "the topic was deleted");
        whenUnused(() -> {
            if (last != null) {
                closeLog(last, false);
            }
            done.run();
        });
    }

    /** Runs {@code task} when neither a sync nor a compaction has anything to do with the log's files any more. */
    private void whenUnused(Runnable task) {
        compaction.stopThen(() -> syncs.whenIdle(task));
    }

    /** Whether the log is being compacted. */
    PartitionCompaction compaction() {
        return compaction;
    }

    /** What a compaction of the log works on; null if none may begin now. */
    @Nullable
    CompactionInput beginCompaction() throws LogFailedException {
        owner.assertOwned();
        PartitionLog current = log;
        return current == null || closing || takingBack ? null : compaction.begin(current);
    }

    /** Has readers find what a compaction wrote instead of what it read. */
    void publishCompacted(SegmentReplacement replacement) throws LogFailedException {
        owner.assertOwned();
        writeOnly();
        compaction.publish(replacement);
        showLog();
    }

    /** The compacted segment has its names; returns the segments that can go. */
    @Nullable
    SegmentDeletion settleCompacted() throws LogFailedException {
        owner.assertOwned();
        writeOnly();
        SegmentDeletion files = compaction.settled();
        showLog();
        return files;
    }

    private void showLog() {
        if (log != null) {
            published.showLog(log);
        }
    }

    private void end(Status status, String why) {
        log = null;
        takingBack = false;
        leadership = null;
        room.settle();
        appends.refuseAll(status.error(), why);
        publish(view().with(status));
    }

    private boolean closeLog(PartitionLog current, boolean clean) {
        try {
            current.close(clean);
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

    private void publish(PartitionView next) {
        published.publish(this, next);
    }

    @Override
    public String toString() {
        return key.toString();
    }
}
