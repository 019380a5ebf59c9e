package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One partition's log. Everything that changes it belongs to the partition's owner, one thread; reading works from any
 * thread on a {@link #view()}. Appending is in two steps, {@link #stage} for each batch and one {@link #write} for all of
 * them, so that a drained queue costs one system call; syncing runs beside that, see {@link #captureSync}.
 *
 * <p>After an {@link IOException} from a write or a sync the log is failed: what was published stays readable, everything
 * else throws {@link LogFailedException} until the log is opened again, or {@link #takeBackFailedWrite()} where the disk was
 * full.
 */
public final class PartitionLog {

    private final LogEnvironment environment;
    private final Path directory;
    private final long scannedBytes;
    private final LogHealth health = new LogHealth();
    private final SyncState sync;
    private final LogContents contents;
    private final ProducerState producers;
    private final ProducerReplay replay;
    private final LogAppender appender;
    private final SegmentTurnover turnover;
    private final LogTruncation truncation;
    private final LookAgain lookup = new LookAgain(this::view);
    private volatile int cuts;
    private long unusedFrom = -1;
    private boolean closed;

    private PartitionLog(
            LogEnvironment environment,
            Path directory,
            LogConfig config,
            ProducerStateConfig producerConfig,
            LogOpening opening,
            LogRecovery.Recovered recovered) {
        Disk disk = environment.disk();
        this.environment = environment;
        this.directory = directory;
        this.scannedBytes = recovered.scannedBytes();
        this.producers = new ProducerState(producerConfig);
        this.replay = new ProducerReplay(disk, directory);
        this.sync = new SyncState(disk, directory, recovered);
        this.contents = new LogContents(recovered, sync);
        this.appender = new LogAppender(environment, directory, config, contents, producers, sync, health);
        this.turnover = new SegmentTurnover(disk, directory, contents, sync);
        this.truncation = new LogTruncation(
                environment, directory, opening.recoveryPoints(), contents, turnover, producers, replay, sync);
    }

    /**
     * Opens the log in {@code directory}, and creates it if there is none. Blocks on the disk.
     *
     * @param topicId written to a new log's {@code partition.metadata}
     * @throws CorruptLogException if no crash explains what the directory holds
     * @throws InconsistentTopicIdException if the directory belongs to another topic of the same name
     */
    public static PartitionLog open(
            LogEnvironment environment,
            Path directory,
            UUID topicId,
            LogConfig config,
            ProducerStateConfig producerConfig,
            LogOpening opening)
            throws IOException {
        Disk disk = environment.disk();
        boolean created = PartitionMetadata.ensure(disk, directory, topicId);
        LogRecovery.Recovered recovered = new LogRecovery(environment, directory, config, opening).run();
        PartitionLog log = new PartitionLog(environment, directory, config, producerConfig, opening, recovered);
        boolean snapshotsDeleted =
                log.replay.load(log.view(), log.producers, environment.clock().wallMillis());
        log.replay.removeStray(log.view());
        if (snapshotsDeleted) {
            // They must not come back when the log has grown again to where they fit.
            disk.syncDirectory(directory);
        }
        boolean everSynced = recovered.logEndOffset() > 0 && (opening.cleanShutdown() || opening.recoveryPoint() > 0);
        if (created || !everSynced) {
            log.sync.metadataUnsynced();
        }
        return log;
    }

    /** What the log held after the last write; any thread. */
    public LogView view() {
        return contents.view();
    }

    public Path directory() {
        return directory;
    }

    /** How many bytes of batches were looked at when it was opened; little after a clean stop. */
    public long scannedBytes() {
        return scannedBytes;
    }

    /** Takes effect with the next batch. */
    public void updateConfig(LogConfig newConfig) {
        appender.updateConfig(newConfig);
    }

    /**
     * Decides whether one validated batch may be appended, gives it its offsets and leader epoch by rewriting its header in
     * place, and keeps it for the next {@link #write()}. The log retains the buffer until then; the caller's own reference
     * stays the caller's. What is staged counts for the batches staged after it.
     *
     * @param leaderEpoch not below {@link LogView#latestEpoch()}; an older leader must not append
     */
    public StageResult stage(ByteBuf batchBytes, int leaderEpoch, AppendOrigin origin) throws LogFailedException {
        health.requireUsable();
        return appender.stage(batchBytes, leaderEpoch, origin);
    }

    /**
     * Stages batches as a leader sent them, one after the other, with their offsets and epochs as they are; then goes on
     * like {@link #write()}. Batches that end below the log's end are a broken rule.
     */
    public void appendAsFollower(ByteBuf batches) throws IOException {
        health.requireUsable();
        appender.stageAssigned(batches);
        appender.write();
    }

    /** Closes the active segment and begins the next at the log's end; does nothing to an empty one. */
    public void roll() throws IOException {
        health.requireUsable();
        appender.roll();
    }

    /** Writes what is staged, publishes it and releases the buffers. Nothing of it is visible if this throws. */
    public void write() throws IOException {
        health.requireUsable();
        appender.write();
    }

    /**
     * After a write that met a full disk: removes what it left behind, durably, and goes on from what is published. Needs no
     * space, but blocks.
     */
    public void takeBackFailedWrite() throws IOException {
        if (!health.ranOut()) {
            throw new IllegalStateException("no write to " + directory + " met a full disk");
        }
        health.recovered();
        try {
            truncation.takeBack(appender.takeUnfinished(), appender.config());
        } catch (IOException e) {
            throw health.fail("cannot take back a write to " + directory, e);
        }
    }

    /**
     * Gives up the memory and the handle that are needed only while the log is written to, if nothing was written since the
     * last call; may write indexes. Reading goes on, by the index files, and writing whenever it comes.
     */
    public void restIfUnused() throws IOException {
        requireWritten();
        if (unusedFrom != contents.nextOffset()) {
            unusedFrom = contents.nextOffset();
        } else if (view().holdsIndexes()) {
            try {
                contents.active().rest();
            } catch (DiskFullException e) {
                // The files lack what memory has: it stays there.
                return;
            } catch (IOException e) {
                throw health.fail("cannot write indexes to " + directory, e);
            }
            contents.publish(view().closed());
        }
    }

    /**
     * What must be synced for everything written so far to survive a crash; null if there is nothing, or a sync is under
     * way: then what came meanwhile is covered by the next one. Must be followed by {@link #completeSync}.
     */
    public @Nullable SyncRequest captureSync() throws LogFailedException {
        health.requireUsable();
        return sync.capture(view(), contents.epochs(), false);
    }

    /**
     * As {@link #captureSync()}, with the indexes too, and also when nothing is new: afterwards {@link #recoveryPoint()} is
     * the durable end. Null only while a sync is under way.
     */
    public @Nullable SyncRequest captureCheckpoint() throws IOException {
        requireWritten();
        try {
            if (!sync.inFlight()) {
                contents.active().sealTimes();
                contents.active().writeIndexes();
            }
        } catch (DiskFullException e) {
            // They stay in memory: the records can be made durable all the same, the recovery point has to wait.
            return sync.capture(view(), contents.epochs(), false);
        } catch (IOException e) {
            throw health.fail("cannot write indexes to " + directory, e);
        }
        return sync.capture(view(), contents.epochs(), true);
    }

    /**
     * Takes account of a sync's outcome and returns the durable end offset. An error fails the log, see {@link #isBroken}. Success
     * counts for nothing after a truncation, nor does it matter then that a file was gone.
     */
    public long completeSync(SyncRequest request, @Nullable IOException error) throws IOException {
        boolean current = sync.complete(request, error == null);
        boolean goneByTruncation = !current && error instanceof NoSuchFileException;
        if (error != null && !goneByTruncation && !health.broken()) {
            health.fail("cannot sync " + directory, error);
        }
        return sync.durableEndOffset();
    }

    /** Whether a failure has ended its use until it is opened again. */
    public boolean isBroken() {
        return health.broken();
    }

    /** Everything below this offset survives a crash of the machine. */
    public long durableEndOffset() {
        return sync.durableEndOffset();
    }

    /** How often the log was cut, counted before each cut. Any thread. */
    public int cuts() {
        return cuts;
    }

    /** Whether {@link #close} has nothing left to sync. */
    public boolean isSettled() {
        return appender.nothingStaged() && sync.isSettled(view().logEndOffset());
    }

    /** Everything below this offset survives together with its index entries: what a directory's checkpoint may say. */
    public long recoveryPoint() {
        return sync.recoveryPoint();
    }

    /**
     * Reads from a view; any thread. Starts with the batch that holds {@code offset} and gives only whole batches that end
     * below {@code upperBoundOffset}; may wait for the disk unless {@link LogView#isHot} says otherwise.
     *
     * @param maxBytes how much to give at most; not quite as much where a segment or the known boundaries end
     * @param atLeastOneBatch whether the first batch comes even if it is larger
     */
    public ReadResult read(LogView from, long offset, long upperBoundOffset, int maxBytes, boolean atLeastOneBatch)
            throws IOException {
        return Objects.requireNonNull(
                lookup.find(from, each -> LogReader.read(each, offset, upperBoundOffset, maxBytes, atLeastOneBatch)));
    }

    /**
     * The first record below {@code upperBoundOffset} whose timestamp is at or after {@code timestamp}, or null; opens
     * batches to find the record. Any thread; waits for the disk.
     */
    public @Nullable TimestampOffset offsetForTimestamp(LogView from, long timestamp, long upperBoundOffset)
            throws IOException {
        return lookup.find(from, each -> new TimestampSearch(each).firstAtOrAfter(timestamp, upperBoundOffset));
    }

    /** The first record with the largest timestamp of all (KIP-734), or null in an empty log. Any thread; waits for the disk. */
    public @Nullable TimestampOffset maxTimestampOffset(LogView from) throws IOException {
        return lookup.find(from, each -> new TimestampSearch(each).latest());
    }

    /** Says that this log's leader is in {@code epoch} and appends from {@code startOffset} on. */
    public void assignEpochStart(int epoch, long startOffset) throws LogFailedException {
        requireWritten();
        contents.assignEpochStart(epoch, startOffset);
    }

    /**
     * Cuts everything from {@code offset} on, as a follower does whose leader went another way; a batch that holds the offset
     * goes as a whole, and where there is none the log ends with the batch before. Blocks until the cut is durable. Producer
     * state is made anew from what is left. Not between {@link #beginReplacement} and {@link #endReplacement}.
     */
    public void truncateTo(long offset) throws IOException {
        requireWritten();
        turnover.requireNotReplacing();
        if (offset >= contents.nextOffset()) {
            return;
        }
        if (offset < view().segmentBaseOffset(0)) {
            truncateFullyAndStartAt(offset);
            return;
        }
        countCut();
        try {
            truncation.cutFrom(offset, appender.config());
        } catch (IOException e) {
            throw health.fail("cannot truncate " + directory, e);
        }
    }

    /** Throws everything away; the next record gets {@code offset}. Blocks until that is durable. */
    public void truncateFullyAndStartAt(long offset) throws IOException {
        requireWritten();
        turnover.requireNotReplacing();
        countCut();
        try {
            truncation.startOverAt(offset, appender.config());
        } catch (IOException e) {
            throw health.fail("cannot truncate " + directory, e);
        }
    }

    // Only the owner writes it.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void countCut() {
        cuts++;
    }

    /**
     * Makes {@code offset}, which is not after the log's end, the first that can be read. Segments wholly below it leave the
     * log, see {@link #takeDeletion()}. To be called only when the directory's checkpoint has that start, durably: no crash may
     * bring back what is forgotten here.
     */
    public void advanceLogStart(long offset) throws LogFailedException {
        requireWritten();
        if (offset > contents.nextOffset()) {
            throw new IllegalArgumentException("offset " + offset + " is after the log's end " + contents.nextOffset());
        }
        if (offset > contents.logStartOffset()) {
            turnover.startAt(offset);
        }
    }

    /**
     * As {@link #advanceLogStart}, for an offset from {@link LogView#firstKept}: if it is the log's end, the active segment
     * leaves as well, and a new one takes its place.
     */
    public void dropSegmentsBefore(long offset) throws IOException {
        advanceLogStart(offset);
        if (offset == contents.nextOffset()) {
            roll();
        }
        if (offset > view().segmentBaseOffset(0)) {
            turnover.startAt(contents.logStartOffset());
        }
    }

    /** What a compaction of the log works on, whatever happens here meanwhile. */
    public CompactionInput captureCompaction() throws LogFailedException {
        health.requireUsable();
        return new CompactionInput(
                directory, view(), appender.config(), producers.tails(), producers.firstOpenTransaction());
    }

    /** Agrees to a replacement unless one is under way or its segments have left the log; then its result counts for nothing. */
    public boolean beginReplacement(SegmentReplacement replacement) throws LogFailedException {
        health.requireUsable();
        return turnover.begin(replacement);
    }

    /** Has readers find the new segment from now on; those of the old ones go on. After {@link SegmentReplacement#commit()}. */
    public void publishReplacement(SegmentReplacement replacement) throws LogFailedException {
        requireWritten();
        turnover.publish(replacement);
    }

    /** After {@link SegmentReplacement#settle()}. */
    public void endReplacement() throws LogFailedException {
        requireWritten();
        turnover.end();
    }

    /** The segments that left the log since the last call, to be deleted on a pool thread; null if there are none. */
    public @Nullable SegmentDeletion takeDeletion() {
        return turnover.takeDeletion();
    }

    /**
     * Lets go of the files; slices that are being sent keep theirs. A clean close first makes everything durable, with
     * indexes, so that the next start scans nothing; it blocks unless the log {@link #isSettled()}, and no sync may be under way.
     */
    public void close(boolean clean) throws IOException {
        appender.release();
        try {
            if (clean) {
                health.requireUsable();
                turnover.requireNotReplacing();
                SyncRequest request = isSettled() ? null : captureCheckpoint();
                if (request != null) {
                    request.run();
                    sync.complete(request, true);
                }
                sync.requireSettled(contents.nextOffset());
                replay.keepForNextStart(view(), producers);
            }
        } finally {
            if (!closed) {
                closed = true;
                health.fail("the log is closed", new ClosedChannelException());
                releaseFiles();
            }
        }
    }

    private void releaseFiles() throws IOException {
        // Whoever closes a log may delete it next.
        turnover.abandon();
        for (Segment segment : view().closed()) {
            segment.file().retire();
        }
        view().active().file().retire();
    }

    /** Forgets producers that were silent for longer than the configured time. */
    public void expireProducers() {
        producers.expire(environment.clock().wallMillis());
    }

    /** The producers that are remembered. */
    public List<ActiveProducer> activeProducers() {
        return producers.active();
    }

    /** How many producers are remembered. */
    public int producerCount() {
        return producers.count();
    }

    private void requireWritten() throws LogFailedException {
        health.requireUsable();
        appender.requireNothingStaged();
    }
}
