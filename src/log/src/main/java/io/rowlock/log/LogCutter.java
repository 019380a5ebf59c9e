package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Takes the end off a log's files, so that it is gone for good when a method returns: a crash must not bring it back. */
final class LogCutter {

    private final LogEnvironment environment;
    private final Disk disk;
    private final Path directory;
    private final LogConfig config;

    LogCutter(LogEnvironment environment, Path directory, LogConfig config) {
        this.environment = environment;
        this.disk = environment.disk();
        this.directory = directory;
        this.config = config;
    }

    /** What is left. */
    static final class Remains {
        private final Segment[] closed;
        private final ActiveSegment active;
        private final long endOffset;

        private Remains(Segment[] closed, ActiveSegment active, long endOffset) {
            this.closed = closed;
            this.active = active;
            this.endOffset = endOffset;
        }

        Segment[] closed() {
            return closed;
        }

        ActiveSegment active() {
            return active;
        }

        long endOffset() {
            return endOffset;
        }
    }

    /** Where a log can be cut. */
    static final class CutPoint {
        private final int segment;
        private final long segmentBaseOffset;
        private final int position;
        private final long offset;

        private CutPoint(int segment, long segmentBaseOffset, int position, long offset) {
            this.segment = segment;
            this.segmentBaseOffset = segmentBaseOffset;
            this.position = position;
            this.offset = offset;
        }

        /** Where the last segment begins that stays; its indexes are written anew. */
        long segmentBaseOffset() {
            return segmentBaseOffset;
        }

        /** At most the offset asked for; less if that lies within a batch, which goes as a whole. */
        long offset() {
            return offset;
        }
    }

    /** The last place to cut at which nothing of {@code offset} and later is left; it is not below the first segment. */
    CutPoint find(LogView view, long offset) throws IOException {
        int segment = view.segmentOf(offset);
        try (LogReader.Lookup lookup = new LogReader.Lookup(view, segment)) {
            int position = lookup.positionOf(offset);
            BatchScanner scanner = lookup.scanFrom(position, BatchScanner.LOOKUP_BUFFER_BYTES);
            boolean within = scanner.next() && scanner.batch().baseOffset() < offset;
            lookup.requireNoProblem(scanner);
            return new CutPoint(
                    segment,
                    view.segmentBaseOffset(segment),
                    position,
                    within ? scanner.batch().baseOffset() : offset);
        }
    }

    Remains cut(LogView view, CutPoint at) throws IOException {
        deleteFrom(view, at.segment + 1);
        SegmentFile file = view.segmentFile(at.segment);
        try (DiskFile writable = disk.openOrCreate(file.path())) {
            writable.truncate(at.position);
        }
        file.sync();
        disk.syncDirectory(directory);
        file.retire();
        SegmentLoader loader = new SegmentLoader(environment, directory, config);
        SegmentLoader.Loaded loaded = loader.load(view.segmentBaseOffset(at.segment), at.offset, false, batch -> {});
        if (loaded.problem() != null) {
            throw new CorruptLogException(file.path(), loaded.segment().size(), loaded.problem());
        }
        loaded.segment().createFilesIfRoom();
        loaded.segment().syncIndexes();
        loaded.segment().markInherited();
        // Within a hole that is below what was asked for: a start finds this, and would take it for a loss.
        return new Remains(Arrays.copyOf(view.closed(), at.segment), loaded.segment(), loaded.nextOffset());
    }

    /** Removes segments that no view ever had. */
    void removeBegun(List<ActiveSegment> segments) throws IOException {
        for (int i = segments.size() - 1; i >= 0; i--) {
            segments.get(i).file().release();
            LogRecovery.deleteSegment(disk, directory, segments.get(i).baseOffset());
        }
    }

    /** Cuts what the last segment's file holds behind what {@code view} knows of. */
    Remains cutAfter(LogView view) throws IOException {
        int last = view.segmentCount() - 1;
        return cut(
                view,
                new CutPoint(last, view.segmentBaseOffset(last), view.segmentSizeInBytes(last), view.logEndOffset()));
    }

    /** Leaves nothing but an empty segment at {@code offset}. */
    Remains startOver(LogView view, long offset) throws IOException {
        deleteFrom(view, 0);
        // Or an old segment that came back in a crash would reach into the new one.
        disk.syncDirectory(directory);
        ActiveSegment active = new ActiveSegment(environment, directory, offset);
        active.begin();
        disk.syncDirectory(directory);
        return new Remains(new Segment[0], active, offset);
    }

    /** From the end: a crash in between leaves a log that ends earlier, and no gap. */
    private void deleteFrom(LogView view, int first) throws IOException {
        for (int i = view.segmentCount() - 1; i >= first; i--) {
            view.segmentFile(i).retire();
            LogRecovery.deleteSegment(disk, directory, view.segmentBaseOffset(i));
        }
    }
}
