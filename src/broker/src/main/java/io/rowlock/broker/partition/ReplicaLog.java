package io.rowlock.broker.partition;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.AppendOrigin;
import io.rowlock.log.LogFailedException;
import io.rowlock.log.PartitionLog;
import io.rowlock.log.StageResult;
import io.rowlock.log.SyncRequest;
import io.rowlock.protocol.ErrorCode;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The log of one replica, whoever leads: what is written to it, when it is synced, and what a full disk or a failure makes of
 * it. Confined to the partition's owner.
 */
final class ReplicaLog {

    /** Whose log it is. Called on the owner. */
    interface Replica {

        /** More is durable. */
        void synced();

        /** The log can be used no longer, because of its disk or a broken rule. */
        void failed(String what, Throwable cause);

        /** A write met a full disk: nothing of it counts, and the log can only be read until {@link #tookBack}. */
        void ranOut();

        void tookBack();

        /** How many appends are written and wait for a sync. */
        int waitingAppends();
    }

    /** Something that is done to the log. */
    interface Change {
        void apply(PartitionLog log) throws IOException;
    }

    private final PartitionKey key;
    private final Supplier<FlushPolicy> policy;
    private final Executor onOwner;
    private final Replica replica;
    private final LogSyncs syncs;
    private final AppendRoom room;
    private @Nullable PartitionLog log;
    /** A write met a full disk and is not taken back yet. */
    private boolean takingBack;

    /**
     * @param policy in force at the moment
     * @param onOwner runs tasks of this partition on the owner's own thread, later
     */
    ReplicaLog(
            PartitionKey key,
            PartitionOwner owner,
            ReplicaEnvironment environment,
            Supplier<FlushPolicy> policy,
            Executor onOwner,
            Replica replica) {
        this.key = key;
        this.policy = policy;
        this.onOwner = onOwner;
        this.replica = replica;
        this.room = new AppendRoom(environment.reserve(), owner);
        this.syncs = new LogSyncs(owner, environment.syncPool(), new LogSyncs.Syncing() {
            @Override
            public void synced(PartitionLog synced, @Nullable IOException failure) {
                ReplicaLog.this.synced(synced, failure);
            }

            @Override
            public int waitingAppends() {
                return replica.waitingAppends();
            }

            @Override
            public void syncIfDue(boolean timeIsUp) {
                ReplicaLog.this.syncIfDue(timeIsUp);
            }
        });
    }

    void opened(PartitionLog opened) {
        log = opened;
    }

    /** Null unless it is open. */
    @Nullable
    PartitionLog log() {
        return log;
    }

    /** Whether it is open and can be changed. */
    boolean isUsable() {
        return log != null && !takingBack;
    }

    boolean takingBack() {
        return takingBack;
    }

    private PartitionLog open() {
        PartitionLog current = log;
        if (current == null) {
            throw new IllegalStateException("the log of " + key + " is not open");
        }
        return current;
    }

    /** What is written, to read from on any thread. */
    LogSnapshot snapshot() {
        return new LogSnapshot(open());
    }

    /** The offset after the last that is written. */
    long end() {
        return open().view().logEndOffset();
    }

    /** Up to where this replica has confirmed what is written. */
    long confirmedEnd() {
        return policy.get().beforeAcknowledging() ? open().durableEndOffset() : end();
    }

    /** Takes room on the disk for {@code bytes} to be written; if there is none, returns what to tell who sent them. */
    @Nullable
    String takeRoom(int bytes) {
        return room.take(bytes);
    }

    /** Nothing will be written of so much that was taken. */
    void giveBackRoom(int bytes) {
        room.giveBack(bytes);
    }

    /** See {@link PartitionLog#stage}; where that fails, the batch is refused. */
    StageResult stage(ByteBuf batch, int leaderEpoch) {
        try {
            return open().stage(batch, leaderEpoch, AppendOrigin.CLIENT);
        } catch (IOException e) {
            replica.failed("cannot append", e);
            return new StageResult.Rejected(ErrorCode.KAFKA_STORAGE_ERROR, "the log is offline");
        }
    }

    /** Writes what is staged; returns whether that is done. */
    boolean write() {
        boolean written = change("cannot write", PartitionLog::write);
        if (written) {
            room.settle();
        }
        return written;
    }

    /** Writes what a leader sent, for which there is room; returns whether that is done. */
    boolean appendAsFollower(ByteBuf records) {
        boolean written = change("cannot write", current -> current.appendAsFollower(records));
        if (written) {
            room.settle();
        }
        return written;
    }

    /**
     * Does something to the log; returns whether it is done. Otherwise the log is not usable, or not any more, of which the
     * replica has been told.
     *
     * @param what cannot be done, where it fails
     */
    boolean change(String what, Change change) {
        PartitionLog current = log;
        if (current == null || takingBack) {
            return false;
        }
        try {
            change.apply(current);
            return true;
        } catch (LogFailedException e) {
            if (e.outOfSpace()) {
                ranOut(current);
            } else {
                replica.failed(what, e);
            }
        } catch (IOException | RuntimeException e) {
            replica.failed(what, e);
        }
        return false;
    }

    /** Nothing of what was written last counts, everything before it is served on, and appends are tried again later. */
    private void ranOut(PartitionLog current) {
        takingBack = true;
        room.settle();
        room.ranOut(key);
        replica.ranOut();
        // This cuts and reads files, which is not for whoever happens to run the owner now.
        onOwner.execute(() -> takeBack(current));
    }

    private void takeBack(PartitionLog from) {
        if (log != from) {
            return;
        }
        try {
            from.takeBackFailedWrite();
        } catch (IOException | RuntimeException e) {
            replica.failed("cannot take back a write that met a full disk", e);
            return;
        }
        takingBack = false;
        replica.tookBack();
    }

    /** Starts a sync if it is time for one. */
    void syncIfDue(boolean timeIsUp) {
        PartitionLog current = log;
        if (current == null || takingBack) {
            return;
        }
        try {
            syncs.startIfDue(current, policy.get(), timeIsUp);
        } catch (IOException e) {
            replica.failed("cannot sync", e);
        }
    }

    private void synced(PartitionLog synced, @Nullable IOException failure) {
        if (log != synced) {
            return;
        }
        if (failure == null) {
            replica.synced();
        } else {
            replica.failed("cannot sync: what the disk holds is unknown, and a second try could not tell", failure);
        }
    }

    /** Runs {@code task} when no sync is under way. */
    void whenNotSyncing(Runnable task) {
        syncs.whenIdle(task);
    }

    /** Starts a sync of everything, with the indexes; none may be under way. Returns whether there is one now. */
    boolean startCheckpoint() {
        PartitionLog current = takingBack ? null : log;
        SyncRequest request = current == null ? null : captureCheckpoint(current);
        if (current == null || request == null) {
            return false;
        }
        syncs.start(current, request);
        return true;
    }

    private @Nullable SyncRequest captureCheckpoint(PartitionLog current) {
        try {
            return current.captureCheckpoint();
        } catch (IOException | RuntimeException e) {
            replica.failed("cannot sync", e);
            return null;
        }
    }

    /** Starts a sync of what a clean close needs to find on disk, on the pool; none may be under way. */
    void settle() {
        PartitionLog current = log;
        if (current != null && !takingBack && !current.isSettled()) {
            startCheckpoint();
        }
    }

    /** It is served no longer; returns it to be closed, null if it was not open. */
    @Nullable
    PartitionLog takeAway() {
        PartitionLog last = log;
        log = null;
        takingBack = false;
        room.settle();
        return last;
    }
}
