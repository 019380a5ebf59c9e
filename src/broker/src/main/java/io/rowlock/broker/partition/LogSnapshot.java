package io.rowlock.broker.partition;

import io.rowlock.log.CleanableLog;
import io.rowlock.log.EpochEnd;
import io.rowlock.log.LogDirectory.Checkpoint;
import io.rowlock.log.LogView;
import io.rowlock.log.PartitionLog;
import io.rowlock.log.ReadResult;
import io.rowlock.log.RetentionConfig;
import io.rowlock.log.TimestampOffset;
import io.rowlock.log.compaction.CleanableRange;
import io.rowlock.log.compaction.CompactionConfig;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A log as it was when its owner last published it, to read from on any thread. */
public final class LogSnapshot {

    private final PartitionLog log;
    private final LogView view;
    private final long recoveryPoint;
    private final int cuts;

    /** Called by the owner. */
    LogSnapshot(PartitionLog log) {
        this.log = log;
        this.view = log.view();
        this.recoveryPoint = log.recoveryPoint();
        this.cuts = log.cuts();
    }

    /** What the directory's checkpoint may say, with what is known to be confirmed. */
    Checkpoint checkpoint(long highWatermark) {
        return new Checkpoint(recoveryPoint, view.logStartOffset(), highWatermark, cuts);
    }

    public long startOffset() {
        return view.logStartOffset();
    }

    /** Where the oldest segment begins: at or before {@link #startOffset()}. */
    long firstSegmentOffset() {
        return view.segmentBaseOffset(0);
    }

    int segmentCount() {
        return view.segmentCount();
    }

    long sizeInBytes() {
        return view.sizeInBytes();
    }

    int firstSegmentBytes() {
        return view.segmentSizeInBytes(0);
    }

    /** The newest timestamp of the oldest segment in milliseconds, or -1. Waits for the disk. */
    long firstSegmentTimestamp() throws IOException {
        long newest = view.largestTimestamp(0);
        return newest == Long.MAX_VALUE ? -1 : newest;
    }

    /** See {@link LogView#firstKept}. Waits for the disk. */
    long firstKept(RetentionConfig retention, long highWatermark, long nowMillis) throws IOException {
        return view.firstKept(retention, highWatermark, nowMillis);
    }

    /** What of the log can be compacted. Waits for the disk. */
    CleanableRange cleanable(long cleanedUntil, long lastStableOffset, long nowMillis, CompactionConfig config)
            throws IOException {
        return CleanableLog.range(view, cleanedUntil, compactableUntil(lastStableOffset), nowMillis, config);
    }

    /** What a record takes the place of must not go before that record is on disk. */
    long compactableUntil(long lastStableOffset) {
        return Math.min(lastStableOffset, recoveryPoint);
    }

    public long endOffset() {
        return view.logEndOffset();
    }

    /** The newest leader epoch in the log, or -1. */
    public int latestEpoch() {
        return view.latestEpoch();
    }

    /** The leader epoch of the record at {@code offset}, or -1. */
    public int epochOf(long offset) {
        return view.epochOf(offset);
    }

    /** Where {@code epoch}, or the largest one below it, ends (KIP-101, KIP-320). */
    public EpochEnd epochEnd(int epoch) {
        return view.epochEndOffset(epoch);
    }

    /** Whether it keeps memory that a log needs only while it is written to. */
    boolean holdsIndexes() {
        return view.holdsIndexes();
    }

    /** Whether reading from {@code offset} waits for no disk. */
    public boolean isHot(long offset) {
        return view.isHot(offset);
    }

    /** See {@link PartitionLog#read}: whole batches from {@code offset} up to {@code upperBound}. */
    public ReadResult read(long offset, long upperBound, int maxBytes, boolean atLeastOneBatch) throws IOException {
        return log.read(view, offset, upperBound, maxBytes, atLeastOneBatch);
    }

    /** The first record below {@code upperBound} at or after {@code timestamp}, or null. Waits for the disk. */
    public @Nullable TimestampOffset offsetForTimestamp(long timestamp, long upperBound) throws IOException {
        return log.offsetForTimestamp(view, timestamp, upperBound);
    }

    /** The first record with the largest timestamp, or null in an empty log. Waits for the disk. */
    public @Nullable TimestampOffset maxTimestampOffset() throws IOException {
        return log.maxTimestampOffset(view);
    }
}
