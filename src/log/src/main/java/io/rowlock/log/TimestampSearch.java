package io.rowlock.log;

import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordReader;
import io.rowlock.protocol.record.TimestampType;
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
        long latest = RecordBatch.NO_TIMESTAMP;
        int segment = -1;
        for (int i = view.segmentOf(view.logStartOffset()); i < view.segmentCount(); i++) {
            long timestamp = maxTimestamp(i);
            if (timestamp > latest) {
                latest = timestamp;
                segment = i;
            }
        }
        return segment < 0 ? null : searchSegment(segment, latest, view.logEndOffset());
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
            return view.activeTimes().relativeOffsetBefore(timestamp);
        }
        try (IndexFile.Times times = view.closed()[i].openTimeIndex()) {
            return times.relativeOffsetBefore(timestamp);
        }
    }

    private @Nullable TimestampOffset searchBatch(BatchScanner scanner, long timestamp, long upperBound)
            throws IOException {
        int position = scanner.position();
        RecordBatch batch = scanner.load();
        if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) {
            long offset = Math.max(batch.baseOffset(), view.logStartOffset());
            return new TimestampOffset(batch.maxTimestamp(), offset, view.epochOf(offset));
        }
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
