package io.rowlock.broker.partition;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.InSyncResult;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.partition.PartitionView.Status;
import io.rowlock.log.ActiveProducer;
import io.rowlock.log.CompactionInput;
import io.rowlock.log.CorruptLogException;
import io.rowlock.log.EpochEnd;
import io.rowlock.log.LogDirectory.Checkpoint;
import io.rowlock.log.LogFailedException;
import io.rowlock.log.PartitionLog;
import io.rowlock.log.SegmentDeletion;
import io.rowlock.log.SegmentReplacement;
import io.rowlock.protocol.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One replica on this node, from being opened to being closed: what it is, which {@link Role} it has, and what it shows. Confined
 * to its owner, but for what says otherwise; {@link #view()} is what everybody else reads.
 */
public final class Partition {

    private static final System.Logger LOG = System.getLogger(Partition.class.getName());

    private final PartitionKey key;
    private final ReplicaEnvironment environment;
    private final PartitionOwner owner;
    private final PublishedView published = new PublishedView();
    private volatile PartitionSettings settings;

    // Confined to the owner from here on.
    private final PendingAppends appends = new PendingAppends();
    private final ReplicaLog log;
    private final PartitionCompaction compaction = new PartitionCompaction();
    /** Null unless the log is open and the assignment known. */
    private @Nullable Role role;

    private @Nullable PartitionInfo assignment;
    /** Broker epoch of this node in the image that {@link #assignment} is from. */
    private long registration;

    private boolean writeQueued;
    private boolean closing;

    Partition(PartitionKey key, ReplicaEnvironment environment, PartitionOwner owner, PartitionSettings settings) {
        this.key = key;
        this.environment = environment;
        this.owner = owner;
        this.settings = settings;
        this.log = new ReplicaLog(
                key,
                owner,
                environment,
                () -> this.settings.flushPolicy(),
                task -> owner.execute(this, task),
                new ReplicaLog.Replica() {
                    @Override
                    public void synced() {
                        moved();
                    }

                    @Override
                    public void failed(String what, Throwable cause) {
                        fail(what, cause);
                    }

                    @Override
                    public void ranOut() {
                        appends.refuseStaged(ErrorCode.KAFKA_STORAGE_ERROR, "the disk of the node is full");
                    }

                    @Override
                    public void tookBack() {
                        follow();
                        log.syncIfDue(false);
                    }

                    @Override
                    public int waitingAppends() {
                        return appends.waiting();
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

    /** Has {@code listener} told of every change of what clients may see after this call. Any thread. */
    public void subscribe(PartitionListener listener) {
        published.subscribe(listener);
    }

    /** Any thread; the listener may still be told of a change under way. */
    public void unsubscribe(PartitionListener listener) {
        published.unsubscribe(listener);
    }

    /** As {@link #subscribe}, and also of all that is written, which replicas may read at once. Any thread. */
    public void subscribeToWrites(PartitionListener listener) {
        published.subscribeToWrites(listener);
    }

    /** Any thread; the listener may still be told of a change under way. */
    public void unsubscribeFromWrites(PartitionListener listener) {
        published.unsubscribeFromWrites(listener);
    }

    /** What the topic's settings mean here. Any thread. */
    public PartitionSettings settings() {
        return settings;
    }

    /**
     * Where the replica goes on fetching under that epoch. Any thread; completes on the owner, once what the replica has is
     * confirmed by it.
     */
    public CompletionStage<FollowResult> position(int leaderEpoch) {
        return asFollower(leaderEpoch, FollowerRole::answerPosition);
    }

    /**
     * Appends what a leader sent. Completes on the owner once it is confirmed by this replica. What does not fit, for a broken
     * checksum or an offset that was there before, is left out as a whole, with a warning; then, and as long as there is no room
     * on the disk, it takes a while until this completes with the position as it was. Any thread, which checks the records.
     *
     * @param records whole batches, whose reference passes over; empty for news without records
     * @param leaderHighWatermark as the leader said with them
     * @param leaderLogStart where the leader's log begins
     */
    public CompletionStage<FollowResult> appendFromLeader(
            int leaderEpoch, ByteBuf records, long leaderHighWatermark, long leaderLogStart) {
        FollowNews news = new FollowNews(leaderHighWatermark, leaderLogStart);
        CompletionStage<FollowResult> done = asFollower(leaderEpoch, take(records, leaderEpoch, news));
        owner.execute(records::release);
        return done;
    }

    private static BiConsumer<FollowerRole, CompletableFuture<FollowResult>> take(
            ByteBuf records, int leaderEpoch, FollowNews news) {
        if (!records.isReadable()) {
            return (follower, answer) -> follower.follow(answer, news);
        }
        try {
            LeaderRecords first = LeaderRecords.check(records, leaderEpoch);
            return (follower, answer) -> follower.append(answer, records, first, news);
        } catch (IllegalArgumentException e) {
            String why = Objects.requireNonNullElse(e.getMessage(), e.toString());
            return (follower, answer) -> follower.refuse(answer, why);
        }
    }

    /**
     * Cuts the log where it parts from the leader's (KIP-595). Any thread; completes on the owner when that is durable.
     *
     * @param diverging the largest epoch of the leader that is not above that of the follower's last record, and where it ends
     */
    public CompletionStage<FollowResult> truncate(int leaderEpoch, EpochEnd diverging) {
        return asFollower(leaderEpoch, (follower, answer) -> follower.truncate(answer, diverging));
    }

    /** Throws the log away and goes on where the leader's begins. Any thread; completes on the owner when that is durable. */
    public CompletionStage<FollowResult> startOver(int leaderEpoch, long leaderLogStart) {
        return asFollower(leaderEpoch, (follower, answer) -> follower.startOver(answer, leaderLogStart));
    }

    private CompletionStage<FollowResult> asFollower(
            int leaderEpoch, BiConsumer<FollowerRole, CompletableFuture<FollowResult>> task) {
        CompletableFuture<FollowResult> answer = new CompletableFuture<>();
        owner.execute(this, () -> {
            if (role instanceof FollowerRole follower && follower.follows(leaderEpoch) && !closing) {
                task.accept(follower, answer);
            } else {
                answer.complete(new FollowResult.Over());
            }
        });
        return answer;
    }

    /** Takes account of a follower's fetch, see {@link PartitionOwner#followerFetched}. */
    void followerFetched(int replicaId, long brokerEpoch, int leaderEpoch, long offset, long nowNanos) {
        owner.assertOwned();
        if (role instanceof LeaderRole leader && !closing) {
            leader.followerFetched(replicaId, brokerEpoch, leaderEpoch, offset, nowNanos);
        }
    }

    /** Has a leader look which followers have fallen behind for too long. */
    void checkFollowers(Duration lagMax) {
        owner.assertOwned();
        if (role instanceof LeaderRole leader && !closing && log.isUsable()) {
            leader.checkFollowers(lagMax.toNanos());
        }
    }

    /**
     * The store has answered what this partition asked for.
     *
     * @param lostAnswers whether it was asked before and nobody knows what became of that
     */
    void inSyncAnswered(InSyncChange change, InSyncResult result, boolean lostAnswers) {
        owner.assertOwned();
        if (role instanceof LeaderRole leader && !closing) {
            leader.answered(change, result, lostAnswers);
        }
    }

    /**
     * Takes the opened log.
     *
     * @param highWatermark at least so far the log was confirmed when that was last noted, if it still has that
     */
    void opened(PartitionLog opened, long highWatermark) {
        owner.assertOwned();
        log.opened(opened);
        long known = Math.max(
                opened.view().logStartOffset(),
                Math.min(highWatermark, opened.view().logEndOffset()));
        published.replace(this, view().withHighWatermark(known));
        follow();
    }

    /**
     * Follows what the cluster agreed on, at once or when the log is open.
     *
     * @param inRegistration broker epoch of this node in the same image
     */
    void follow(PartitionInfo agreed, long inRegistration, PartitionSettings meaning) {
        owner.assertOwned();
        // What is staged carries the epoch so far.
        write();
        assignment = agreed;
        registration = inRegistration;
        settings = meaning;
        follow();
    }

    private void follow() {
        PartitionInfo info = assignment;
        PartitionLog current = log.log();
        if (info == null || current == null || !log.isUsable() || closing) {
            return;
        }
        current.updateConfig(settings.log());
        if (info.leader() == environment.nodeId()) {
            lead(info);
        } else {
            resign(info);
        }
    }

    private void lead(PartitionInfo info) {
        if (role instanceof LeaderRole leader && leader.epoch() == info.leaderEpoch()) {
            leader.follow(info, settings.minInSyncReplicas());
            return;
        }
        long start = log.end();
        if (!log.change(
                "cannot record the start of leader epoch " + info.leaderEpoch(),
                current -> current.assignEpochStart(info.leaderEpoch(), start))) {
            return;
        }
        if (role instanceof FollowerRole follower) {
            follower.end(ErrorCode.NONE, "this replica leads");
        } else if (role instanceof LeaderRole leader) {
            leader.handOver();
        }
        LeaderRole next = new LeaderRole(
                this, environment, log, published, appends, info, registration, settings.minInSyncReplicas(), start);
        role = next;
        next.begin();
    }

    private void resign(PartitionInfo info) {
        if (role instanceof FollowerRole follower && follower.follows(info.leader(), info.leaderEpoch())) {
            return;
        }
        if (role != null) {
            role.end(ErrorCode.NOT_LEADER_OR_FOLLOWER, "the leader moved while the append waited");
        }
        FollowerRole next = new FollowerRole(this, environment, log, published, info.leader(), info.leaderEpoch());
        role = next;
        next.begin();
    }

    private void moved() {
        if (role != null && log.log() != null) {
            role.moved();
        }
    }

    /** Checks one batch and gives it its offsets; it is written by the next {@link #write}. */
    void stage(PartitionAppend append) {
        owner.assertOwned();
        if (!(role instanceof LeaderRole leader) || closing || !log.isUsable()) {
            append.refuse(refusal(), null);
            return;
        }
        if (leader.stage(append) && !writeQueued) {
            writeQueued = true;
            owner.writeSoon(this);
        }
    }

    private ErrorCode refusal() {
        if (log.takingBack()) {
            return ErrorCode.KAFKA_STORAGE_ERROR;
        }
        ErrorCode error = view().status().error();
        return error == ErrorCode.NONE ? ErrorCode.NOT_LEADER_OR_FOLLOWER : error;
    }

    /** What {@link PartitionOwner#writeSoon} asked for. */
    void writeQueued() {
        writeQueued = false;
        write();
    }

    /** Writes everything staged, acknowledges what is confirmed by that alone, and has the rest synced. */
    private void write() {
        writeOnly();
        log.syncIfDue(false);
    }

    private void writeOnly() {
        owner.assertOwned();
        if (role instanceof LeaderRole leader) {
            leader.write();
        }
    }

    /** Ends the waiting of appends whose time is up; returns whether any wait on. */
    boolean expire(long nowNanos) {
        appends.expire(nowNanos);
        return appends.anyMayExpire();
    }

    /**
     * Runs a task that changes the log, with nothing staged; later if a write that met a full disk has to be taken back
     * first.
     */
    void whenWritten(Runnable task) {
        owner.assertOwned();
        writeOnly();
        if (log.takingBack()) {
            owner.execute(this, () -> whenWritten(task));
        } else {
            task.run();
        }
    }

    /**
     * Runs a task that takes away parts of the log, later, on the owner's own thread: with nothing staged, and neither a sync nor
     * a compaction under way.
     */
    void whenUntouched(Runnable task) {
        owner.execute(
                this,
                () -> compaction.pauseThen(() -> log.whenNotSyncing(() -> {
                    writeOnly();
                    if (log.takingBack()) {
                        compaction.resume();
                        whenUntouched(task);
                        return;
                    }
                    try {
                        task.run();
                    } finally {
                        compaction.resume();
                    }
                })));
    }

    /** Runs a task of this partition on the owner after {@code delay}. */
    void later(Duration delay, Runnable task) {
        owner.schedule(delay, () -> owner.execute(this, task));
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
        PartitionLog current = log.log();
        // A follower's log may have been cut since somebody asked.
        if (current == null || offset > log.end()) {
            return null;
        }
        boolean begun = log.change("cannot begin at offset " + offset, target -> {
            if (activeToo) {
                target.dropSegmentsBefore(offset);
            } else {
                target.advanceLogStart(offset);
            }
        });
        if (!begun) {
            return null;
        }
        if (view().snapshot() != null) {
            published.publish(this, view().with(log.snapshot()));
        }
        return current.takeDeletion();
    }

    /** What the log remembers of producers; nothing where it is not open. Any thread. */
    public CompletionStage<List<ActiveProducer>> activeProducers() {
        List<ActiveProducer> found = new ArrayList<>();
        return owner.run(this, () -> {
                    PartitionLog current = log.log();
                    if (current != null) {
                        found.addAll(current.activeProducers());
                    }
                })
                .thenApply(done -> found);
    }

    void expireProducers() {
        owner.assertOwned();
        PartitionLog current = log.log();
        if (current != null) {
            current.expireProducers();
        }
    }

    /** Gives up what only a log in use needs, if this one was not written to since the last call. */
    void restIfUnused() {
        owner.assertOwned();
        if (log.isUsable() && !closing && !appends.anyStaged()) {
            if (log.change("cannot write its indexes", PartitionLog::restIfUnused)) {
                showLog();
            }
        }
    }

    /**
     * Syncs the log with its indexes, so that a crash need not look at what is there now; {@code done} gets what the
     * directory may remember, or null if the log is not open or fails.
     */
    void checkpoint(Consumer<@Nullable Checkpoint> done) {
        owner.assertOwned();
        log.whenNotSyncing(() -> {
            writeOnly();
            PartitionLog current = log.log();
            if (current == null || !log.startCheckpoint()) {
                done.accept(null);
                return;
            }
            log.whenNotSyncing(() -> done.accept(log.log() == current ? checkpointOf(current) : null));
        });
    }

    private Checkpoint checkpointOf(PartitionLog current) {
        return Checkpoint.of(current, view().highWatermark());
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
        PartitionLog broken = end(Status.OFFLINE, "the partition is offline on this node: " + what);
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
            // On the pool, beside those of the other partitions: here they would come one after the other.
            log.settle();
            log.whenNotSyncing(() -> finishClose(done));
        });
    }

    private void finishClose(Consumer<@Nullable Checkpoint> done) {
        PartitionLog current = log.log();
        Checkpoint checkpoint = null;
        if (current != null && closeLog(current, true)) {
            moved();
            checkpoint = checkpointOf(current);
        }
        end(Status.CLOSED, "the node is stopping");
        done.accept(checkpoint);
    }

    /** Stops serving a partition for good; {@code done} runs when its files are not used any more and can be removed. */
    void delete(Status status, String why, Runnable done) {
        owner.assertOwned();
        PartitionLog last = end(status, why);
        whenUnused(() -> {
            if (last != null) {
                closeLog(last, false);
            }
            done.run();
        });
    }

    /** Runs {@code task} when neither a sync nor a compaction has anything to do with the log's files any more. */
    private void whenUnused(Runnable task) {
        compaction.stopThen(() -> log.whenNotSyncing(task));
    }

    /** Whether the log is being compacted. */
    PartitionCompaction compaction() {
        return compaction;
    }

    /** What a compaction of the log works on; null if none may begin now. */
    @Nullable
    CompactionInput beginCompaction() throws LogFailedException {
        owner.assertOwned();
        PartitionLog current = log.log();
        return current == null || closing || log.takingBack() ? null : compaction.begin(current);
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
        PartitionLog current = log.log();
        if (current != null) {
            published.showLog(current);
        }
    }

    private @Nullable PartitionLog end(Status status, String why) {
        PartitionLog last = log.takeAway();
        Role ended = role;
        role = null;
        if (ended == null) {
            appends.refuseAll(status.error(), why);
        } else {
            ended.end(status.error(), why);
        }
        published.publish(this, view().with(status));
        return last;
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

    @Override
    public String toString() {
        return key.toString();
    }
}
