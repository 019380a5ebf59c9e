package io.rowlock.log;

import io.rowlock.protocol.record.RecordBatch;
import java.io.Closeable;
import java.io.IOException;

/** Steps through a closed segment's batches for compaction. For one thread. */
final class CleanerScan implements Closeable {

    private final Segment segment;
    private final BatchScanner scanner;

    CleanerScan(Segment segment, int bufferBytes) throws CompactionEndedException {
        if (!segment.file().tryRetain()) {
            throw new CompactionEndedException(segment.file().path() + " has left the log");
        }
        this.segment = segment;
        this.scanner = new BatchScanner(segment.file(), 0, segment.size(), bufferBytes);
        scanner.expectOffsetsFrom(segment.baseOffset());
    }

    /** False at the segment's end. */
    boolean next() throws IOException {
        if (scanner.next()) {
            return true;
        }
        if (scanner.problem() != null) {
            throw new CorruptLogException(segment.file().path(), scanner.position(), scanner.problem());
        }
        return false;
    }

    /** The current batch; only its header is there. */
    RecordBatch header() {
        return scanner.batch();
    }

    /** The current batch with all its bytes. What was damaged must not get a new checksum that hides it. */
    RecordBatch load() throws IOException {
        RecordBatch batch = scanner.load();
        if (!batch.hasValidCrc()) {
            throw corrupt("the checksum of a batch is not that of its bytes");
        }
        return batch;
    }

    /** Whether the current batch is the segment's last. */
    boolean isAtLast() {
        return scanner.nextPosition() == segment.size();
    }

    CorruptLogException corrupt(String problem) {
        return new CorruptLogException(segment.file().path(), scanner.position(), problem);
    }

    @Override
    public void close() throws IOException {
        segment.file().release();
    }
}
