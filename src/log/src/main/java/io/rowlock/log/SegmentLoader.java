package io.rowlock.log;

import io.rowlock.ports.DiskFile;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads one segment at start: its indexes as far as they can be trusted, and the batches after that. */
final class SegmentLoader {

    private static final int SCAN_BUFFER_BYTES = 64 * 1024;

    private final LogEnvironment environment;
    private final Path directory;
    private final LogConfig config;
    private long scannedBytes;

    SegmentLoader(LogEnvironment environment, Path directory, LogConfig config) {
        this.environment = environment;
        this.directory = directory;
        this.config = config;
    }

    /** How many bytes it has stepped through so far. */
    long scannedBytes() {
        return scannedBytes;
    }

    /** Gets every batch that the loader looks at, in order; only the header may be in its buffer. */
    interface BatchVisitor {
        void visit(RecordBatch batch);
    }

    /**
     * What a segment's file holds.
     *
     * @param segment with all whole batches added
     * @param nextOffset the offset after the last whole batch
     * @param indexesRebuilt whether the index files were not used, and hold something else than the segment's indexes
     * @param problem why the bytes after them are no batch, or null if the file ends there
     */
    record Loaded(
            ActiveSegment segment,
            long nextOffset,
            boolean indexesRebuilt,
            @Nullable String problem) {}

    /**
     * Loads a segment. Batches below {@code trustedOffset} were synced together with their index entries: they are not
     * checksummed. A problem is not judged here, and nothing on disk changes.
     *
     * @param everyBatch whether the visitor must see those too that the indexes let the loader skip
     */
    Loaded load(long baseOffset, long trustedOffset, boolean everyBatch, BatchVisitor visitor) throws IOException {
        ActiveSegment segment = new ActiveSegment(environment, directory, baseOffset);
        DiskFile file = segment.file();
        int size = (int) Math.min(Integer.MAX_VALUE, file.size());
        IndexLoader.Entries entries = everyBatch
                ? IndexLoader.Entries.NONE
                : IndexLoader.load(environment.disk(), directory, baseOffset, size, trustedOffset);
        boolean restored = false;
        BatchScanner first = new BatchScanner(file, 0, size, RecordBatch.HEADER_BYTES);
        if (first.next() && standsUp(entries, file, baseOffset, size)) {
            segment.restore(entries, first.batch().maxTimestamp());
            restored = true;
        }
        return scan(segment, file, size, trustedOffset, !restored, visitor);
    }

    /** Whether the indexes fit together and the last entry points to the batch that it says. */
    private static boolean standsUp(IndexLoader.Entries entries, DiskFile file, long baseOffset, int size)
            throws IOException {
        int last = entries.indexCount() - 1;
        if (last < 0 || entries.timeCount() == 0) {
            return last < 0 && entries.timeCount() > 0;
        }
        BatchScanner indexed = new BatchScanner(file, entries.position(last), size, RecordBatch.HEADER_BYTES);
        return indexed.next() && indexed.batch().lastOffset() - baseOffset == entries.relativeOffset(last);
    }

    private Loaded scan(
            ActiveSegment segment,
            DiskFile file,
            int size,
            long trustedOffset,
            boolean indexesRebuilt,
            BatchVisitor visitor)
            throws IOException {
        BatchScanner scanner = new BatchScanner(file, segment.size(), size, SCAN_BUFFER_BYTES);
        scanner.expectOffsetsFrom(segment.baseOffset());
        int from = segment.size();
        long nextOffset = segment.baseOffset();
        String problem = null;
        while (problem == null && scanner.next()) {
            RecordBatch batch = scanner.batch();
            if (batch.lastOffset() >= trustedOffset) {
                batch = scanner.load();
                if (!batch.hasValidCrc()) {
                    problem = "the checksum of a batch is not that of its bytes";
                    continue;
                }
            }
            if (batch.lastOffset() - segment.baseOffset() > Integer.MAX_VALUE) {
                problem = "a batch claims offset " + batch.lastOffset();
                continue;
            }
            segment.add(batch, config.indexIntervalBytes());
            visitor.visit(batch);
            nextOffset = batch.nextOffset();
        }
        scannedBytes += segment.size() - from;
        return new Loaded(segment, nextOffset, indexesRebuilt, problem != null ? problem : scanner.problem());
    }
}
