package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.file.Path;

/** A closed segment: it never grows again. Thread-safe. */
final class Segment {

    private final Disk disk;
    private final Path directory;
    private final long baseOffset;
    private final SegmentFile file;
    private final int size;

    /** What the names of its files end with at present. */
    private volatile String suffix;

    private volatile boolean snapshotKept;
    private volatile boolean deleted;
    private volatile boolean firstTimestampKnown;
    private volatile long firstTimestamp;

    /** Read from the end of the time index when first needed; every reader would find the same. */
    private volatile boolean timestampKnown;

    private volatile long maxTimestamp;
    private volatile long maxTimestampOffset;

    Segment(Disk disk, Path directory, long baseOffset, SegmentFile file, int size) {
        this(disk, directory, baseOffset, file, size, "");
    }

    private Segment(Disk disk, Path directory, long baseOffset, SegmentFile file, int size, String suffix) {
        this.disk = disk;
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.file = file;
        this.size = size;
        this.suffix = suffix;
    }

    /** A segment that compaction has written, under names that are not those of a log's files yet. */
    static Segment cleaned(LogEnvironment environment, Path directory, long baseOffset, int size) {
        Path path = LogFiles.withSuffix(LogFiles.log(directory, baseOffset), LogFiles.CLEANED_FILE);
        return new Segment(
                environment.disk(),
                directory,
                baseOffset,
                SegmentFile.readOnly(environment, path),
                size,
                LogFiles.CLEANED_FILE);
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

    Path directory() {
        return directory;
    }

    Path indexPath() {
        return current(LogFiles.index(directory, baseOffset));
    }

    Path timeIndexPath() {
        return current(LogFiles.timeIndex(directory, baseOffset));
    }

    private Path current(Path path) {
        return LogFiles.withSuffix(path, suffix);
    }

    /** The segment left the log. */
    void markDeleted() {
        deleted = true;
    }

    /** Another segment that begins where this one does takes its place, and the producers' state there. */
    void keepSnapshot() {
        snapshotKept = true;
    }

    boolean isDeleted() {
        return deleted;
    }

    /** Gives the files names that are rubbish to the next start. May be repeated. */
    synchronized void renameFiles() throws IOException {
        if (suffix.equals(LogFiles.DELETED_FILE)) {
            return;
        }
        Path data = LogFiles.withSuffix(LogFiles.log(directory, baseOffset), LogFiles.DELETED_FILE);
        if (!file.path().equals(data)) {
            file.moveTo(data);
        }
        moveCompanions(LogFiles.DELETED_FILE);
        if (!snapshotKept) {
            moveIfThere(LogFiles.snapshot(directory, baseOffset), "", LogFiles.DELETED_FILE);
        }
        suffix = LogFiles.DELETED_FILE;
    }

    /** Gives the files names that end with {@code newSuffix}, the data last: while that has the old name, all is to be done. */
    synchronized void rename(String newSuffix) throws IOException {
        moveCompanions(newSuffix);
        file.moveTo(LogFiles.withSuffix(LogFiles.log(directory, baseOffset), newSuffix));
        suffix = newSuffix;
    }

    private void moveCompanions(String newSuffix) throws IOException {
        moveIfThere(LogFiles.index(directory, baseOffset), suffix, newSuffix);
        moveIfThere(LogFiles.timeIndex(directory, baseOffset), suffix, newSuffix);
        moveIfThere(LogFiles.transactionIndex(directory, baseOffset), suffix, newSuffix);
    }

    private void moveIfThere(Path path, String from, String to) throws IOException {
        Path source = LogFiles.withSuffix(path, from);
        if (disk.exists(source)) {
            disk.move(source, LogFiles.withSuffix(path, to));
        }
    }

    /** Deletes what {@link #renameFiles()} renamed. */
    void deleteFiles() throws IOException {
        disk.deleteIfExists(file.path());
        disk.deleteIfExists(indexPath());
        disk.deleteIfExists(timeIndexPath());
        disk.deleteIfExists(current(LogFiles.transactionIndex(directory, baseOffset)));
        if (!snapshotKept) {
            disk.deleteIfExists(LogFiles.withSuffix(LogFiles.snapshot(directory, baseOffset), LogFiles.DELETED_FILE));
        }
    }

    /** Not while the files get other names: another segment's index may have this one's name then. */
    synchronized IndexFile.Offsets openIndex() throws IOException {
        return new IndexFile.Offsets(disk, indexPath());
    }

    synchronized IndexFile.Times openTimeIndex() throws IOException {
        return new IndexFile.Times(disk, timeIndexPath());
    }

    /** The largest timestamp of its first batch in milliseconds, or -1. */
    long firstTimestamp() throws IOException {
        if (!firstTimestampKnown) {
            if (!file.tryRetain()) {
                throw new CompactionEndedException(file.path() + " has left the log");
            }
            try {
                BatchScanner scanner = new BatchScanner(file, 0, size, RecordBatch.HEADER_BYTES);
                firstTimestamp = scanner.next() ? scanner.batch().maxTimestamp() : RecordBatch.NO_TIMESTAMP;
            } finally {
                file.release();
            }
            firstTimestampKnown = true;
        }
        return firstTimestamp;
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
