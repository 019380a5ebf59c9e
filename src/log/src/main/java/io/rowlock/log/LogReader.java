package io.rowlock.log;

import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.log.ReadResult.OffsetOutOfRange;
import io.rowlock.ports.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds whole batches in a view. Stateless; works on any thread. */
final class LogReader {

    private static final FetchSlice NOTHING = new FetchSlice(FileRecords.empty(), true);

    private LogReader() {}

    /** Throws {@link SegmentGoneException} if a segment left the log after the view was taken: see {@link LookAgain}. */
    static ReadResult read(LogView view, long offset, long upperBoundOffset, int maxBytes, boolean atLeastOneBatch)
            throws IOException {
        if (offset < view.logStartOffset() || offset > view.logEndOffset()) {
            return new OffsetOutOfRange(view.logStartOffset(), view.logEndOffset());
        }
        long upperBound = Math.min(upperBoundOffset, view.logEndOffset());
        if (offset >= upperBound) {
            return NOTHING;
        }
        for (int i = view.segmentOf(offset); i < view.segmentCount(); i++) {
            SegmentFile file = view.segmentFile(i);
            if (!file.tryRetain()) {
                throw new SegmentGoneException(file.path());
            }
            FetchSlice slice = null;
            try {
                slice = readSegment(view, i, offset, upperBound, maxBytes, atLeastOneBatch);
            } finally {
                if (slice == null || slice.records().sizeInBytes() == 0) {
                    file.release();
                }
            }
            if (slice != null) {
                return slice;
            }
        }
        return NOTHING;
    }

    /**
     * Null if the segment ends before the offset's batch, because it is empty or ends in a gap. A slice with records takes
     * over the caller's reference on the file.
     */
    private static @Nullable FetchSlice readSegment(
            LogView view, int i, long offset, long upperBound, int maxBytes, boolean atLeastOneBatch)
            throws IOException {
        try (Lookup lookup = new Lookup(view, i)) {
            int size = view.segmentSizeInBytes(i);
            int start = lookup.positionOf(offset);
            if (start == size) {
                return null;
            }
            int limit = upperBound >= view.segmentEndOffset(i) ? size : lookup.positionOf(upperBound);
            if (limit - start > maxBytes) {
                limit = lookup.endWithin(start, maxBytes, atLeastOneBatch);
            }
            if (limit <= start) {
                return NOTHING;
            }
            boolean hot = i == view.closed().length && start >= view.hotFrom();
            return new FetchSlice(new FileRecords(view.segmentFile(i), start, limit - start), hot);
        }
    }

    /** Finds positions in one segment: in memory where it can, else by the index file and a look at the headers. */
    static final class Lookup implements AutoCloseable {
        private final DiskFile file;
        private final Path path;
        private final long baseOffset;
        private final int size;
        private final LogView view;
        private final int segment;
        private final RecentBatches.@Nullable Snapshot recent;
        private @Nullable OffsetIndex index;
        private @Nullable Closeable opened;

        /** The caller holds a reference on the segment's file. */
        Lookup(LogView view, int i) {
            this.view = view;
            segment = i;
            file = view.segmentFile(i);
            path = view.segmentFile(i).path();
            baseOffset = view.segmentBaseOffset(i);
            size = view.segmentSizeInBytes(i);
            recent = i == view.closed().length ? view.recent() : null;
        }

        /** Opened when it is needed: a hot read, which must not wait for a disk, needs none that is not in memory. */
        private OffsetIndex index() throws IOException {
            OffsetIndex found = index;
            if (found == null) {
                found = findIndex();
                index = found;
            }
            return found;
        }

        private OffsetIndex findIndex() throws IOException {
            if (segment < view.closed().length) {
                IndexFile.Offsets whole = view.closed()[segment].openIndex();
                opened = whole;
                return whole;
            }
            ReleasedIndex.Offsets released = view.openReleasedIndex();
            opened = released;
            return released == null ? view.activeIndex() : released;
        }

        /** Where the first batch begins that ends at or after {@code offset}; the segment's end if there is none. */
        int positionOf(long offset) throws IOException {
            long relative = offset - baseOffset;
            if (recent != null && recent.covers(relative)) {
                return recent.positionOf(relative);
            }
            BatchScanner scanner = scanFrom(relative < 0 ? 0 : index().positionFor(relative), offset);
            while (scanner.hasBatch() && scanner.batch().lastOffset() < offset) {
                scanner.next();
            }
            requireNoProblem(scanner);
            return scanner.position();
        }

        /**
         * Where the last batch ends that begins at {@code start} or later and lies whole within {@code maxBytes}, give or take
         * what is not indexed; at least the first one if asked.
         */
        int endWithin(int start, int maxBytes, boolean atLeastOneBatch) throws IOException {
            int target = start + Math.max(0, maxBytes);
            int end = boundaryAtOrBefore(target);
            if (end > start) {
                return end;
            }
            BatchScanner scanner = scanFrom(start, BatchScanner.LOOKUP_BUFFER_BYTES);
            end = start;
            while (scanner.next() && (scanner.nextPosition() <= target || (atLeastOneBatch && end == start))) {
                end = scanner.nextPosition();
            }
            requireNoProblem(scanner);
            return end;
        }

        private int boundaryAtOrBefore(int position) throws IOException {
            if (recent != null) {
                int boundary = recent.boundaryAtOrBefore(position);
                if (boundary >= 0) {
                    return boundary;
                }
            }
            return index().boundaryAtOrBefore(position);
        }

        /**
         * Stands at the batch that begins at the indexed position, or at the first one where that cannot be. Indexes of closed
         * segments are not looked at when a log is opened, and have no checksum: one that went bad must cost time, not records.
         */
        private BatchScanner scanFrom(int indexed, long offset) throws IOException {
            if (indexed > 0 && indexed < size) {
                BatchScanner scanner = scanFrom(indexed, BatchScanner.LOOKUP_BUFFER_BYTES);
                if (scanner.next() && scanner.batch().baseOffset() <= offset) {
                    return scanner;
                }
            }
            BatchScanner scanner = scanFrom(0, BatchScanner.LOOKUP_BUFFER_BYTES);
            scanner.next();
            return scanner;
        }

        BatchScanner scanFrom(int position, int bufferBytes) {
            return new BatchScanner(file, position, size, bufferBytes);
        }

        /** Throws if the scan did not end at the end of the segment. */
        void requireNoProblem(BatchScanner scanner) throws CorruptLogException {
            if (scanner.problem() != null) {
                throw new CorruptLogException(path, scanner.position(), scanner.problem());
            }
        }

        @Override
        public void close() throws IOException {
            if (opened != null) {
                opened.close();
            }
        }
    }
}
