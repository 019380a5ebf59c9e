package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A closed segment: it never grows again. Thread-safe. */
final class Segment {

    private final Disk disk;
    private final Path directory;
    private final long baseOffset;
    private final SegmentFile file;
    private final int size;

    private volatile boolean deleted;

    /** Read from the end of the time index when first needed; every reader would find the same. */
    private volatile boolean timestampKnown;

    private volatile long maxTimestamp;
    private volatile long maxTimestampOffset;

    Segment(Disk disk, Path directory, long baseOffset, SegmentFile file, int size) {
        this.disk = disk;
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.file = file;
        this.size = size;
    }

    /** Its largest timestamp is known already, and need not be read. */
    Segment withTimestamp(long largest, long offset) {
        maxTimestamp = largest;
        maxTimestampOffset = offset;
        timestampKnown = true;
        return this;
    }

    long baseOffset() {
        return baseOffset;
    }

    SegmentFile file() {
        return file;
    }

    int size() {
        return size;
    }

    Path indexPath() {
        return LogFiles.index(directory, baseOffset);
    }

    Path timeIndexPath() {
        return LogFiles.timeIndex(directory, baseOffset);
    }

    /** The segment left the log. */
    void markDeleted() {
        deleted = true;
    }

    boolean isDeleted() {
        return deleted;
    }

    /** Gives the files names that are rubbish to the next start. May be repeated. */
    void renameFiles() throws IOException {
        Path data = LogFiles.log(directory, baseOffset);
        if (file.path().equals(data)) {
            file.moveTo(deletedName(data));
        }
        for (Path path : companions()) {
            if (disk.exists(path)) {
                disk.move(path, deletedName(path));
            }
        }
    }

    /** Deletes what {@link #renameFiles()} renamed. */
    void deleteFiles() throws IOException {
        disk.deleteIfExists(file.path());
        for (Path path : companions()) {
            disk.deleteIfExists(deletedName(path));
        }
    }

    private List<Path> companions() {
        return List.of(indexPath(), timeIndexPath(), LogFiles.snapshot(directory, baseOffset));
    }

    private static Path deletedName(Path path) {
        return path.resolveSibling(path.getFileName() + LogFiles.DELETED_FILE);
    }

    IndexFile.Offsets openIndex() throws IOException {
        return new IndexFile.Offsets(disk, indexPath());
    }

    IndexFile.Times openTimeIndex() throws IOException {
        return new IndexFile.Times(disk, timeIndexPath());
    }

    /** The largest timestamp of its batches in milliseconds, or -1. */
    long maxTimestamp() throws IOException {
        learnTimestamp();
        return maxTimestamp;
    }

    /** The last offset of the first batch with that timestamp. */
    long maxTimestampOffset() throws IOException {
        learnTimestamp();
        return maxTimestampOffset;
    }

    private void learnTimestamp() throws IOException {
        if (timestampKnown) {
            return;
        }
        try (IndexFile.Times times = openTimeIndex()) {
            int last = times.count() - 1;
            maxTimestamp = last < 0 ? -1 : times.timestamp(last);
            maxTimestampOffset = baseOffset + (last < 0 ? 0 : times.relativeOffset(last));
        }
        timestampKnown = true;
    }
}
