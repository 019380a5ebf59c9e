package io.rowlock.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a log held at one moment: immutable, so any thread may read from it without asking the owner. Made anew by every
 * write, and therefore small: the list of closed segments is shared, and the arrays of the active segment's indexes are
 * only ever appended to behind the counts that a view remembers.
 */
public final class LogView implements Retention.Segments {

    /** Bytes this close to the end of the log are taken to be in the page cache, if this process wrote them. */
    private static final int HOT_BYTES = 32 << 20;

    private final long logStartOffset;
    private final long logEndOffset;
    private final LeaderEpochs epochs;
    private final Segment[] closed;
    private final ActiveSegment active;
    private final int activeSize;
    private final int hotFrom;
    private final OffsetIndexEntries.Snapshot index;
    private final TimeIndexEntries.Snapshot times;
    private final RecentBatches.Snapshot recent;
    private final long activeMaxTimestamp;
    private final long activeMaxTimestampOffset;

    /** Called by the owner when nothing is staged. */
    LogView(long logStartOffset, long logEndOffset, LeaderEpochs epochs, Segment[] closed, ActiveSegment active) {
        this.logStartOffset = logStartOffset;
        this.logEndOffset = logEndOffset;
        this.epochs = epochs;
        this.closed = closed;
        this.active = active;
        this.activeSize = active.size();
        this.hotFrom = Math.max(active.inheritedBytes(), activeSize - HOT_BYTES);
        this.index = active.index().snapshot();
        this.times = active.times().snapshot();
        this.recent = active.recent().snapshot();
        this.activeMaxTimestamp = active.maxTimestamp();
        this.activeMaxTimestampOffset = active.maxTimestampOffset();
    }

    /** The first offset that may be read. */
    @Override
    public long logStartOffset() {
        return logStartOffset;
    }

    /** The offset that the next record gets. */
    public long logEndOffset() {
        return logEndOffset;
    }

    @Override
    public int segmentCount() {
        return closed.length + 1;
    }

    /** The first offset of segment {@code i}, from the oldest (0) to the active one. */
    @Override
    public long segmentBaseOffset(int i) {
        return i < closed.length ? closed[i].baseOffset() : active.baseOffset();
    }

    /** The bytes of segment {@code i}. */
    @Override
    public int segmentSizeInBytes(int i) {
        return i < closed.length ? closed[i].size() : activeSize;
    }

    /**
     * The newest timestamp in segment {@code i}, in milliseconds, or {@link Long#MAX_VALUE} if no record has one. Waits for the
     * disk where it has to be looked up.
     */
    @Override
    public long largestTimestamp(int i) throws IOException {
        long largest = i < closed.length ? closed[i].maxTimestamp() : activeMaxTimestamp;
        return largest >= 0 ? largest : Long.MAX_VALUE;
    }

    /**
     * Where the log would begin if everything left it now that {@code config} does not keep: where a segment begins, or at the
     * end. May wait for the disk.
     *
     * @param highWatermark nothing from there on goes
     * @param nowMillis wall-clock time
     */
    public long firstKept(RetentionConfig config, long highWatermark, long nowMillis) throws IOException {
        return Retention.firstKept(this, highWatermark, config, nowMillis);
    }

    /** The bytes of all segments. */
    public long sizeInBytes() {
        long size = activeSize;
        for (Segment segment : closed) {
            size += segment.size();
        }
        return size;
    }

    /** The leader epoch under which the log was last appended to, or -1. */
    public int latestEpoch() {
        return epochs.latest();
    }

    /** The leader epoch that {@code offset} belongs to, or -1 where that is not known. */
    public int epochOf(long offset) {
        return epochs.epochOf(offset);
    }

    /**
     * Where {@code epoch}, or the largest one below it, ends (KIP-101, KIP-320); unknown for an epoch above all those of this
     * log.
     */
    public EpochEnd epochEndOffset(int epoch) {
        return epochs.endOf(epoch, logEndOffset);
    }

    /** Whether a read from {@code offset} finds its way and its bytes without waiting for a disk, nor for a file to be opened. */
    public boolean isHot(long offset) {
        return offset >= logEndOffset
                || (offset >= active.baseOffset() && active.file().isOpen() && isInMemory(offset));
    }

    private boolean isInMemory(long offset) {
        return recent.covers(offset - active.baseOffset()) || memoryPositionFor(offset) >= hotFrom;
    }

    private int memoryPositionFor(long offset) {
        try {
            return index.positionFor(offset - active.baseOffset());
        } catch (IOException e) {
            throw new IllegalStateException("an index in memory did input or output", e);
        }
    }

    LeaderEpochs epochs() {
        return epochs;
    }

    Segment[] closed() {
        return closed;
    }

    ActiveSegment active() {
        return active;
    }

    int hotFrom() {
        return hotFrom;
    }

    /** What the index of the active segment is, where some of it is only in the file; else null. To be closed. */
    ReleasedIndex.@Nullable Offsets openReleasedIndex() throws IOException {
        return index.released() == 0 ? null : new ReleasedIndex.Offsets(active, index);
    }

    /** As {@link #openReleasedIndex()}, of the time index. */
    ReleasedIndex.@Nullable Times openReleasedTimes() throws IOException {
        return times.released() == 0 ? null : new ReleasedIndex.Times(active, times);
    }

    /** Whether it keeps memory that a log needs only while it is written to. */
    public boolean holdsIndexes() {
        return index.count() > 0 || times.count() > 0 || recent.count() > 0;
    }

    /** The entries that are in memory. */
    OffsetIndex activeIndex() {
        return index;
    }

    TimeIndex activeTimes() {
        return times;
    }

    RecentBatches.Snapshot recent() {
        return recent;
    }

    long activeMaxTimestamp() {
        return activeMaxTimestamp;
    }

    long activeMaxTimestampOffset() {
        return activeMaxTimestampOffset;
    }

    SegmentFile segmentFile(int i) {
        return i < closed.length ? closed[i].file() : active.file();
    }

    @Override
    public long segmentEndOffset(int i) {
        return i < closed.length ? segmentBaseOffset(i + 1) : logEndOffset;
    }

    /** The segment that holds {@code offset}, which is not below the first one. */
    int segmentOf(long offset) {
        if (offset >= active.baseOffset()) {
            return closed.length;
        }
        int low = 0;
        int high = closed.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (closed[middle].baseOffset() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return Math.max(0, low - 1);
    }

    @Override
    public String toString() {
        return "LogView(" + logStartOffset + " to " + logEndOffset + ", " + segmentCount() + " segments)";
    }
}
