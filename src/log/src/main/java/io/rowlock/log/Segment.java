package io.rowlock.log;

import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A closed segment: it never grows again. Thread-safe. */
final class Segment {

    private final SegmentNames names;
    private final SegmentFile file;
    private final int size;

    private volatile boolean snapshotKept;

    /** What the names of its files are to end with since it left the log. */
    private volatile @Nullable String departedSuffix;

    private volatile boolean firstTimestampKnown;
    private volatile long firstTimestamp;

    /** Read from the end of the time index when first needed; every reader would find the same. */
    private volatile boolean timestampKnown;

    private volatile long maxTimestamp;
    private volatile long maxTimestampOffset;

    Segment(SegmentNames names, int size) {
        this.names = names;
        this.file = names.data();
        this.size = size;
    }

    /** One that stands whole under the names of a log's files. */
    static Segment found(LogEnvironment environment, Path directory, long baseOffset, int size) {
        return readOnly(environment, directory, baseOffset, size, "");
    }

    /** A segment that compaction has written, under names that are not those of a log's files yet. */
    static Segment cleaned(LogEnvironment environment, Path directory, long baseOffset, int size) {
        return readOnly(environment, directory, baseOffset, size, LogFiles.CLEANED_FILE);
    }

    private static Segment readOnly(
            LogEnvironment environment, Path directory, long baseOffset, int size, String suffix) {
        Path path = LogFiles.withSuffix(LogFiles.log(directory, baseOffset), suffix);
        SegmentFile file = SegmentFile.readOnly(environment, path);
        return new Segment(new SegmentNames(environment.disk(), directory, baseOffset, file, suffix), size);
    }

    /** Its largest timestamp is known already, and need not be read. */
    Segment withTimestamp(long largest, long offset) {
        maxTimestamp = largest;
        maxTimestampOffset = offset;
        timestampKnown = true;
        return this;
    }

    long baseOffset() {
        return names.baseOffset();
    }

    SegmentFile file() {
        return file;
    }

    int size() {
        return size;
    }

    Path directory() {
        return names.directory();
    }

    /**
     * The segment left the log.
     *
     * @param number another one for each segment that leaves the log: the next may begin where this one does
     */
    void depart(long number) {
        departedSuffix = LogFiles.departedSuffix(number);
    }

    boolean isDeleted() {
        return departedSuffix != null;
    }

    /** Another segment that begins where this one does takes its place, and the producers' state there. */
    void keepSnapshot() {
        snapshotKept = true;
    }

    /** Gives the files of a segment that left the log names that are rubbish to the next start. May be repeated. */
    void renameFiles() throws IOException {
        String suffix = departedSuffix;
        if (suffix == null) {
            throw new IllegalStateException(file.path() + " has not left the log");
        }
        names.changeToLeave(suffix, !snapshotKept);
    }

    /** Gives the files names that end with {@code newSuffix}. */
    void rename(String newSuffix) throws IOException {
        names.change(newSuffix);
    }

    /** Deletes what {@link #renameFiles()} renamed. */
    void deleteFiles() throws IOException {
        names.delete(!snapshotKept);
    }

    void syncIndexes() throws IOException {
        names.syncIndexes();
    }

    IndexFile.Offsets openIndex() throws IOException {
        return names.openIndex();
    }

    IndexFile.Times openTimeIndex() throws IOException {
        return names.openTimeIndex();
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
            maxTimestampOffset = baseOffset() + (last < 0 ? 0 : times.relativeOffset(last));
        }
        timestampKnown = true;
    }
}
