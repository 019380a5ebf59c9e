package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

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

        /** At most the offset asked for; less if that lies within a batch, which goes as a whole. */
        long endOffset() {
            return endOffset;
        }
    }

    /** Cuts everything from {@code offset} on, which is not below the view's first segment. */
    Remains cutAt(LogView view, long offset) throws IOException {
        int keep = view.segmentOf(offset);
        long endOffset = offset;
        int position;
        try (LogReader.Lookup lookup = new LogReader.Lookup(view, keep)) {
            position = lookup.positionOf(offset);
            BatchScanner scanner = lookup.scanFrom(position, BatchScanner.LOOKUP_BUFFER_BYTES);
            if (scanner.next()) {
                endOffset = Math.min(offset, scanner.batch().baseOffset());
            }
            lookup.requireNoProblem(scanner);
        }
        deleteFrom(view, keep + 1);
        SegmentFile file = view.segmentFile(keep);
        file.handle().truncate(position);
        file.handle().sync();
        disk.syncDirectory(directory);
        file.release();
        SegmentLoader loader = new SegmentLoader(environment, directory, config);
        SegmentLoader.Loaded loaded = loader.load(view.segmentBaseOffset(keep), endOffset, false, batch -> {});
        if (loaded.problem() != null) {
            throw new CorruptLogException(file.path(), loaded.segment().size(), loaded.problem());
        }
        loaded.segment().createFiles();
        loaded.segment().markInherited();
        Segment[] closed = Arrays.copyOf(view.closed(), keep);
        return new Remains(closed, loaded.segment(), endOffset);
    }

    /** Leaves nothing but an empty segment at {@code offset}. */
    Remains startOver(LogView view, long offset) throws IOException {
        deleteFrom(view, 0);
        ActiveSegment active =
                new ActiveSegment(disk, directory, offset, environment.clock().wallMillis());
        active.begin();
        disk.syncDirectory(directory);
        return new Remains(new Segment[0], active, offset);
    }

    /** From the end: a crash in between leaves a log that ends earlier, and no gap. */
    private void deleteFrom(LogView view, int first) throws IOException {
        for (int i = view.segmentCount() - 1; i >= first; i--) {
            LogRecovery.deleteSegment(disk, directory, view.segmentBaseOffset(i));
            view.segmentFile(i).release();
        }
    }
}
