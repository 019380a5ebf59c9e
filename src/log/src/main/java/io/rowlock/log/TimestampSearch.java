package io.rowlock.log;

import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds records by their timestamps: by the time index to a batch, and inside the batch to the record. */
final class TimestampSearch {

    /** More than any batch holds in practice; it keeps a batch that was made to grow from filling the heap. */
    private static final long MAX_PLAIN_BYTES = 1L << 30;

    private final LogView view;

    TimestampSearch(LogView view) {
        this.view = view;
    }

    @Nullable
    TimestampOffset firstAtOrAfter(long timestamp, long upperBoundOffset) throws IOException {
        long upperBound = Math.min(upperBoundOffset, view.logEndOffset());
        for (int i = view.segmentOf(view.logStartOffset()); i < view.segmentCount(); i++) {
            if (view.segmentBaseOffset(i) >= upperBound) {
                return null;
            }
            if (maxTimestamp(i) >= timestamp) {
                TimestampOffset found = searchSegment(i, timestamp, upperBound);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    @Nullable
    TimestampOffset latest() throws IOException {
        long found = RecordBatch.NO_TIMESTAMP;
        TimestampOffset latest = null;
        for (int i = view.segmentOf(view.logStartOffset()); i < view.segmentCount(); i++) {
            long claimed = maxTimestamp(i);
            if (claimed > found) {
                TimestampOffset here = searchSegment(i, claimed, view.logEndOffset());
                if (here == null) {
                    here = latestOf(i);
                }
                if (here != null && here.timestamp() > found) {
                    found = here.timestamp();
                    latest = here;
                }
            }
        }
        return latest;
    }

    /**
     * By what the records say: compaction leaves empty batches with the timestamps of what is gone, and the log may begin in the
     * middle of a batch.
     */
    private @Nullable TimestampOffset latestOf(int i) throws IOException {
        SegmentFile file = view.segmentFile(i);
        if (!file.tryRetain()) {
            throw new SegmentGoneException(file.path());
        }
        long newest = RecordBatch.NO_TIMESTAMP;
        TimestampOffset atStart = null;
        try (LogReader.Lookup lookup = new LogReader.Lookup(view, i)) {
            BatchScanner scanner =
                    lookup.scanFrom(lookup.positionOf(view.logStartOffset()), BatchScanner.LOOKUP_BUFFER_BYTES);
            while (scanner.next()) {
                if (scanner.batch().baseOffset() < view.logStartOffset()) {
                    atStart = latestIn(scanner);
                } else if (scanner.batch().count() > 0) {
                    newest = Math.max(newest, scanner.batch().maxTimestamp());
                }
            }
            lookup.requireNoProblem(scanner);
        } finally {
            file.release();
        }
        if (atStart != null && atStart.timestamp() >= newest) {
            return atStart;
        }
        return newest == RecordBatch.NO_TIMESTAMP ? null : searchSegment(i, newest, view.logEndOffset());
    }

    private @Nullable TimestampOffset latestIn(BatchScanner scanner) throws IOException {
        TimestampOffset latest = null;
        TimestampOffset found = searchBatch(scanner, 0, view.logEndOffset());
        while (found != null) {
            latest = found;
            found = searchBatch(scanner, found.timestamp() + 1, view.logEndOffset());
        }
        return latest;
    }

    private long maxTimestamp(int i) throws IOException {
        return i == view.closed().length ? view.activeMaxTimestamp() : view.closed()[i].maxTimestamp();
    }

    private @Nullable TimestampOffset searchSegment(int i, long timestamp, long upperBound) throws IOException {
        SegmentFile file = view.segmentFile(i);
        if (!file.tryRetain()) {
            throw new SegmentGoneException(file.path());
        }
        try (LogReader.Lookup lookup = new LogReader.Lookup(view, i)) {
            long from =
                    Math.max(view.logStartOffset(), view.segmentBaseOffset(i) + relativeOffsetBefore(i, timestamp) + 1);
            BatchScanner scanner = lookup.scanFrom(lookup.positionOf(from), BatchScanner.LOOKUP_BUFFER_BYTES);
            while (scanner.next() && scanner.batch().baseOffset() < upperBound) {
                if (scanner.batch().maxTimestamp() >= timestamp) {
                    TimestampOffset found = searchBatch(scanner, timestamp, upperBound);
                    if (found != null) {
                        return found;
                    }
                }
            }
            lookup.requireNoProblem(scanner);
            return null;
        } finally {
            file.release();
        }
    }

    private int relativeOffsetBefore(int i, long timestamp) throws IOException {
        if (i == view.closed().length) {
            try (ReleasedIndex.Times released = view.openReleasedTimes()) {
                TimeIndex times = released == null ? view.activeTimes() : released;
                return times.relativeOffsetBefore(timestamp);
            }
        }
        try (IndexFile.Times times = view.closed()[i].openTimeIndex()) {
            return times.relativeOffsetBefore(timestamp);
        }
    }

    private @Nullable TimestampOffset searchBatch(BatchScanner scanner, long timestamp, long upperBound)
            throws IOException {
        int position = scanner.position();
        RecordBatch batch = scanner.load();
        try (RecordReader reader = RecordReader.open(batch, MAX_PLAIN_BYTES)) {
            while (reader.next()) {
                boolean visible = reader.offset() >= view.logStartOffset() && reader.offset() < upperBound;
                if (visible && reader.timestamp() >= timestamp) {
                    return new TimestampOffset(reader.timestamp(), reader.offset(), view.epochOf(reader.offset()));
                }
            }
            return null;
        } catch (InvalidRecordsException e) {
            throw new IOException("cannot read the records of the batch at position " + position, e);
        }
    }
}
