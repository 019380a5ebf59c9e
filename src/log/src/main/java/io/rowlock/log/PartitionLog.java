package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.StageResult.Duplicate;
import io.rowlock.log.StageResult.Rejected;
import io.rowlock.log.StageResult.Staged;
import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFullException;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.TimestampType;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
    private final Disk disk;
    private final Path directory;
    private final LogOpening.RecoveryPoints recoveryPoints;
    private final ProducerState producers;
    private final ProducerReplay replay;
    private final SyncState sync;
    private final long scannedBytes;
    private final StagedBatches staged;
    private final DepartedSegments departed = new DepartedSegments();
    private final LookAgain lookup = new LookAgain(this::view);

    /** Segments that a write began and did not finish, because the disk was full. */
    private final List<ActiveSegment> unfinished = new ArrayList<>();

    private LogConfig config;
    private long segmentJitterMillis;
    private ActiveSegment active;
    private LeaderEpochs epochs;
    private long logStartOffset;
    private long nextOffset;
    private long unusedFrom = -1;
    private @Nullable LogFailedException failure;
    private boolean closed;
    private @Nullable SegmentReplacement replacing;
    private volatile LogView view;

    private PartitionLog(
            LogEnvironment environment,
            Path directory,
            LogConfig config,
            ProducerStateConfig producerConfig,
            LogOpening opening,
            LogRecovery.Recovered recovered) {
        this.environment = environment;
        this.disk = environment.disk();
        this.directory = directory;
        this.config = config;
        this.recoveryPoints = opening.recoveryPoints();
        this.producers = new ProducerState(producerConfig);
        this.staged = new StagedBatches(disk, directory);
        this.replay = new ProducerReplay(disk, directory);
        this.active = recovered.active();
        this.epochs = recovered.epochs();
        this.logStartOffset = recovered.logStartOffset();
        this.nextOffset = recovered.logEndOffset();
        this.scannedBytes = recovered.scannedBytes();
        this.sync = new SyncState(disk, directory, recovered);
        this.view = new LogView(
                logStartOffset, nextOffset, epochs, recovered.closed().toArray(Segment[]::new), active);
        drawJitter();
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
                log.replay.load(log.view, log.producers, environment.clock().wallMillis());
        log.replay.removeStray(log.view);
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
        return view;
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
        if (!newConfig.equals(config)) {
            config = newConfig;
            drawJitter();
        }
    }

    /**
     * Decides whether one validated batch may be appended, gives it its offsets and leader epoch by rewriting its header in
     * place, and keeps it for the next {@link #write()}. The log retains the buffer until then; the caller's own reference
     * stays the caller's. What is staged counts for the batches staged after it.
     *
     * @param leaderEpoch not below {@link LogView#latestEpoch()}; an older leader must not append
     */
    public StageResult stage(ByteBuf batchBytes, int leaderEpoch, AppendOrigin origin) throws LogFailedException {
        requireUsable();
        RecordBatch batch = new RecordBatch(batchBytes);
        if (batch.hasProducerId()) {
            StageResult answer = producers.check(batch, origin);
            if (answer != null) {
                return answer instanceof Duplicate duplicate ? withoutCreateTime(duplicate) : answer;
            }
        }
        if (batch.sizeInBytes() > config.segmentBytes()) {
            return new Rejected(
                    ErrorCode.RECORD_LIST_TOO_LARGE,
                    "a batch of " + batch.sizeInBytes() + " bytes exceeds the segment size of "
                            + config.segmentBytes());
        }
        if (batch.lastOffsetDelta() >= Long.MAX_VALUE - nextOffset) {
            return new Rejected(ErrorCode.UNKNOWN_SERVER_ERROR, "there are no offsets left after " + nextOffset);
        }
        long now = environment.clock().wallMillis();
        batch.setBaseOffset(nextOffset);
        batch.setPartitionLeaderEpoch(leaderEpoch);
        boolean appendTime = config.timestampType() == TimestampType.LOG_APPEND_TIME;
        batch.setTimestamp(config.timestampType(), appendTime ? now : createTime(batch));
        stageAssigned(batch, now);
        return new Staged(batch.baseOffset(), batch.lastOffset(), appendTime ? now : RecordBatch.NO_TIMESTAMP);
    }

    /** Some producers leave the header's largest timestamp out; the first record's is the least that it can be. */
    private static long createTime(RecordBatch batch) {
        return Math.max(batch.maxTimestamp(), batch.baseTimestamp());
    }

    private Duplicate withoutCreateTime(Duplicate duplicate) {
        return config.timestampType() == TimestampType.LOG_APPEND_TIME
                ? duplicate
                : new Duplicate(duplicate.baseOffset(), duplicate.lastOffset(), RecordBatch.NO_TIMESTAMP);
    }

    /**
     * Stages batches as a leader sent them, one after the other, with their offsets and epochs as they are; then goes on
     * like {@link #write()}. Batches that end below the log's end are a broken rule.
     */
    public void appendAsFollower(ByteBuf batches) throws IOException {
        requireUsable();
        long now = environment.clock().wallMillis();
        int end = batches.writerIndex();
        for (int at = batches.readerIndex(); at < end; ) {
            RecordBatch header = new RecordBatch(batches, at);
            int size = end - at < RecordBatch.HEADER_BYTES ? Integer.MAX_VALUE : header.sizeInBytes();
            if (size > end - at
                    || size < RecordBatch.HEADER_BYTES
                    || header.baseOffset() < nextOffset
                    || header.nextOffset() < header.baseOffset()) {
                throw new IllegalArgumentException("no whole batch from offset " + nextOffset + " on at byte " + at);
            }
            stageAssigned(new RecordBatch(batches.slice(at, size)), now);
            at += size;
        }
        write();
    }

    private void stageAssigned(RecordBatch batch, long now) {
        if (batch.partitionLeaderEpoch() < epochs.latest()) {
            throw new IllegalArgumentException("a batch of leader epoch " + batch.partitionLeaderEpoch()
                    + " must not follow one of " + epochs.latest());
        }
        if (active.mustRollFor(batch, config, segmentJitterMillis, now)) {
            beginSegment(baseFor(batch));
        }
        staged.add(active, batch.buffer());
        active.add(batch, config.indexIntervalBytes());
        producers.append(batch, now);
        if (batch.partitionLeaderEpoch() > epochs.latest()) {
            changeEpochs(epochs.assign(batch.partitionLeaderEpoch(), batch.baseOffset()));
        }
        nextOffset = batch.nextOffset();
    }

    /**
     * Where the log ends, also if a compacted leader's batch comes later than that: segments that follow on each other without
     * a hole tell a start after a crash that nothing is missing at the end of one. Only a batch out of reach begins its own.
     */
    private long baseFor(RecordBatch batch) {
        return batch.lastOffset() - nextOffset > Integer.MAX_VALUE ? batch.baseOffset() : nextOffset;
    }

    private void beginSegment(long baseOffset) {
        active.sealTimes();
        active = new ActiveSegment(environment, directory, baseOffset);
        drawJitter();
        staged.beginSegment(active, producers.encode());
    }

    /** Closes the active segment and begins the next at the log's end; does nothing to an empty one. */
    public void roll() throws IOException {
        requireUsable();
        requireNothingStaged();
        if (active.size() > 0) {
            beginSegment(nextOffset);
            write();
        }
    }

    /** Writes what is staged, publishes it and releases the buffers. Nothing of it is visible if this throws. */
    public void write() throws IOException {
        requireUsable();
        if (staged.isEmpty()) {
            return;
        }
        try {
            publish(staged.write(view.closed(), view.active(), sync));
        } catch (DiskFullException e) {
            unfinished.addAll(staged.begun(view.active()));
            throw fail("cannot write to " + directory, e, true);
        } catch (IOException | RuntimeException e) {
            // Whatever went wrong, the offsets are given out and the bytes may or may not be there.
            throw fail("cannot write to " + directory, e);
        } finally {
            staged.release();
        }
    }

    /**
     * After a write that met a full disk: removes what it left behind, durably, and goes on from what is published. Needs no
     * space, but blocks.
     */
    public void takeBackFailedWrite() throws IOException {
        if (failure == null || !failure.outOfSpace()) {
            throw new IllegalStateException("no write to " + directory + " met a full disk");
        }
        failure = null;
        try {
            LogCutter cutter = new LogCutter(environment, directory, config);
            cutter.removeBegun(unfinished);
            unfinished.clear();
            LeaderEpochs before = view.epochs();
            takeOver(cutter.cutAfter(view));
            finishCut(before);
        } catch (IOException e) {
            throw fail("cannot take back a write to " + directory, e);
        }
    }

    private void publish(Segment[] segments) {
        view = new LogView(logStartOffset, nextOffset, epochs, segments, active);
    }

    /**
     * Gives up the memory and the handle that are needed only while the log is written to, if nothing was written since the
     * last call; may write indexes. Reading goes on, by the index files, and writing whenever it comes.
     */
    public void restIfUnused() throws IOException {
        requireUsable();
        requireNothingStaged();
        if (unusedFrom != nextOffset) {
            unusedFrom = nextOffset;
        } else if (view.holdsIndexes()) {
            try {
                active.rest();
            } catch (DiskFullException e) {
                // The files lack what memory has: it stays there.
                return;
            } catch (IOException e) {
                throw fail("cannot write indexes to " + directory, e);
            }
            publish(view.closed());
        }
    }

    /**
     * What must be synced for everything written so far to survive a crash; null if there is nothing, or a sync is under
     * way: then what came meanwhile is covered by the next one. Must be followed by {@link #completeSync}.
     */
    public @Nullable SyncRequest captureSync() throws LogFailedException {
        requireUsable();
        return sync.capture(view, epochs, false);
    }

    /**
     * As {@link #captureSync()}, with the indexes too, and also when nothing is new: afterwards {@link #recoveryPoint()} is
     * the durable end. Null only while a sync is under way.
     */
    public @Nullable SyncRequest captureCheckpoint() throws IOException {
        requireUsable();
        requireNothingStaged();
        try {
            if (!sync.inFlight()) {
                active.sealTimes();
                active.writeIndexes();
            }
        } catch (DiskFullException e) {
            // They stay in memory: the records can be made durable all the same, the recovery point has to wait.
            return sync.capture(view, epochs, false);
        } catch (IOException e) {
            throw fail("cannot write indexes to " + directory, e);
        }
        return sync.capture(view, epochs, true);
    }

    /**
     * Takes account of a sync's outcome and returns the durable end offset. An error fails the log. Success counts for nothing
     * after a truncation, nor does it matter then that a file was gone.
     */
    public long completeSync(SyncRequest request, @Nullable IOException error) throws IOException {
        boolean current = sync.complete(request, error == null);
        boolean goneByTruncation = !current && error instanceof NoSuchFileException;
        if (error != null && !goneByTruncation && (failure == null || failure.outOfSpace())) {
            fail("cannot sync " + directory, error);
        }
        return sync.durableEndOffset();
    }

    /** Everything below this offset survives a crash of the machine. */
    public long durableEndOffset() {
        return sync.durableEndOffset();
    }

    /** Whether {@link #close} has nothing left to sync. */
    public boolean isSettled() {
        return staged.isEmpty() && sync.isSettled(view.logEndOffset());
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
        requireUsable();
        requireNothingStaged();
        LeaderEpochs assigned = epochs.assign(epoch, startOffset);
        if (assigned != epochs) {
            epochs = assigned;
            sync.epochAssigned();
        }
        publish(view.closed());
    }

    /**
     * Cuts everything from {@code offset} on, as a follower does whose leader went another way; a batch that holds the offset
     * goes as a whole, and where there is none the log ends with the batch before. Blocks until the cut is durable. Producer
     * state is made anew from what is left. Not between {@link #beginReplacement} and {@link #endReplacement}.
     */
    public void truncateTo(long offset) throws IOException {
        requireUsable();
        requireNothingStaged();
        requireNotReplacing();
        if (offset >= nextOffset) {
            return;
        }
        if (offset < view.segmentBaseOffset(0)) {
            truncateFullyAndStartAt(offset);
            return;
        }
        try {
            LogCutter cutter = new LogCutter(environment, directory, config);
            LogCutter.CutPoint point = cutter.find(view, offset);
            // Not only to the cut: indexes below a recovery point are trusted, and the cut segment's are written anew.
            recoveryPoints.lowerTo(point.segmentBaseOffset(), point.offset());
            replay.removeAfter(point.offset());
            takeOver(cutter.cut(view, point));
            logStartOffset = Math.min(logStartOffset, nextOffset);
            finishCut(epochs.truncateEnd(nextOffset));
        } catch (IOException e) {
            throw fail("cannot truncate " + directory, e);
        }
    }

    /** Throws everything away; the next record gets {@code offset}. Blocks until that is durable. */
    public void truncateFullyAndStartAt(long offset) throws IOException {
        requireUsable();
        requireNothingStaged();
        requireNotReplacing();
        try {
            // What left the log must not come back with what a crash in between can leave: any first part of the old
            // log.
            if (departed.renameAll()) {
                disk.syncDirectory(directory);
            }
            recoveryPoints.lowerTo(0, 0);
            replay.removeAfter(-1);
            sync.startOver();
            takeOver(new LogCutter(environment, directory, config).startOver(view, offset));
            logStartOffset = offset;
            finishCut(LeaderEpochs.NONE);
        } catch (IOException e) {
            throw fail("cannot truncate " + directory, e);
        }
    }

    private void takeOver(LogCutter.Remains remains) {
        active = remains.active();
        nextOffset = remains.endOffset();
        view = new LogView(logStartOffset, nextOffset, epochs, remains.closed(), active);
        sync.truncated(nextOffset, active.baseOffset());
    }

    private void finishCut(LeaderEpochs remaining) throws IOException {
        if (sync.takeMetadataUnsynced()) {
            PartitionMetadata.sync(disk, directory);
        }
        // The file follows with the next sync: until then a start finds in it what the log no longer has, and drops
        // that.
        changeEpochs(remaining);
        publish(view.closed());
        replay.load(view, producers, environment.clock().wallMillis());
    }

    /**
     * Makes {@code offset}, which is not after the log's end, the first that can be read. Segments wholly below it leave the
     * log, see {@link #takeDeletion()}. To be called only when the directory's checkpoint has that start, durably: no crash may
     * bring back what is forgotten here.
     */
    public void advanceLogStart(long offset) throws LogFailedException {
        requireUsable();
        requireNothingStaged();
        if (offset > nextOffset) {
            throw new IllegalArgumentException("offset " + offset + " is after the log's end " + nextOffset);
        }
        if (offset > logStartOffset) {
            startAt(offset);
        }
    }

    /**
     * As {@link #advanceLogStart}, for an offset from {@link LogView#firstKept}: if it is the log's end, the active segment
     * leaves as well, and a new one takes its place.
     */
    public void dropSegmentsBefore(long offset) throws IOException {
        advanceLogStart(offset);
        if (offset == nextOffset) {
            roll();
        }
        if (offset > view.segmentBaseOffset(0)) {
            startAt(logStartOffset);
        }
    }

    private void startAt(long offset) {
        logStartOffset = offset;
        changeEpochs(epochs.truncateStart(offset));
        dropBelowStart();
    }

    private void dropBelowStart() {
        Segment[] segments = view.closed();
        int gone = 0;
        // What is being replaced keeps its place until that is done.
        while (replacing == null && gone < segments.length && view.segmentBaseOffset(gone + 1) <= logStartOffset) {
            gone++;
        }
        publish(gone == 0 ? segments : Arrays.copyOfRange(segments, gone, segments.length));
        for (Segment segment : Arrays.copyOf(segments, gone)) {
            sync.deleted(segment);
            departed.add(segment);
        }
    }

    /** What a compaction of the log works on, whatever happens here meanwhile. */
    public CompactionInput captureCompaction() throws LogFailedException {
        requireUsable();
        return new CompactionInput(directory, view, config, producers.tails(), producers.firstOpenTransaction());
    }

    /** Agrees to a replacement unless one is under way or its segments have left the log; then its result counts for nothing. */
    public boolean beginReplacement(SegmentReplacement replacement) throws LogFailedException {
        requireUsable();
        if (replacing != null || replacement.placeIn(view.closed()) < 0) {
            return false;
        }
        replacing = replacement;
        return true;
    }

    /** Has readers find the new segment from now on; those of the old ones go on. After {@link SegmentReplacement#commit()}. */
    public void publishReplacement(SegmentReplacement replacement) throws LogFailedException {
        requireUsable();
        requireNothingStaged();
        publish(replacement.applyTo(view.closed()));
        for (Segment segment : replacement.depart()) {
            sync.deleted(segment);
            departed.add(segment);
        }
    }

    /** After {@link SegmentReplacement#settle()}. */
    public void endReplacement() throws LogFailedException {
        requireUsable();
        requireNothingStaged();
        replacing = null;
        dropBelowStart();
    }

    /** The segments that left the log since the last call, to be deleted on a pool thread; null if there are none. */
    public @Nullable SegmentDeletion takeDeletion() {
        return departed.take();
    }

    /**
     * Lets go of the files; slices that are being sent keep theirs. A clean close first makes everything durable, with
     * indexes, so that the next start scans nothing; it blocks unless the log {@link #isSettled()}, and no sync may be under way.
     */
    public void close(boolean clean) throws IOException {
        staged.release();
        try {
            if (clean) {
                requireUsable();
                requireNotReplacing();
                SyncRequest request = isSettled() ? null : captureCheckpoint();
                if (request != null) {
                    request.run();
                    sync.complete(request, true);
                }
                sync.requireSettled(nextOffset);
                replay.keepForNextStart(view, producers);
            }
        } finally {
            if (!closed) {
                closed = true;
                fail("the log is closed", new ClosedChannelException());
                releaseFiles();
            }
        }
    }

    private void releaseFiles() throws IOException {
        // Whoever closes a log may delete it next.
        departed.abandonAll();
        for (Segment segment : view.closed()) {
            segment.file().retire();
        }
        view.active().file().retire();
    }

    /** Forgets producers that were silent for longer than the configured time. */
    public void expireProducers() {
        producers.expire(environment.clock().wallMillis());
    }

    /** How many producers are remembered. */
    public int producerCount() {
        return producers.count();
    }

    private void changeEpochs(LeaderEpochs changed) {
        if (changed != epochs) {
            epochs = changed;
            sync.epochsChanged();
        }
    }

    private void drawJitter() {
        long bound = Math.min(config.segmentJitterMillis(), config.segmentMillis());
        segmentJitterMillis = bound <= 0 ? 0 : (environment.random().nextLong() >>> 1) % bound;
    }

    private void requireUsable() throws LogFailedException {
        if (failure != null) {
            throw failure;
        }
    }

    private void requireNotReplacing() {
        if (replacing != null) {
            throw new IllegalStateException("segments of " + directory + " are being replaced");
        }
    }

    private void requireNothingStaged() {
        if (!staged.isEmpty()) {
            throw new IllegalStateException(directory + " has staged batches that are not written");
        }
    }

    private LogFailedException fail(String message, Exception cause) {
        return fail(message, cause, false);
    }

    private LogFailedException fail(String message, Exception cause, boolean outOfSpace) {
        LogFailedException failed = new LogFailedException(message + ": " + cause.getMessage(), cause, outOfSpace);
        failure = failed;
        return failed;
    }
}
