package io.rowlock.log.check;

import io.rowlock.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Compares the entries of one segment's index with its batches, which come in order. An entry holds as long as it points to
 * a batch and says of it what is true; from the first that does not, the index is of no use.
 */
abstract class IndexCheck {

    final ByteBuffer entries;
    final long baseOffset;
    private final int entryBytes;
    private final int count;
    private int next;
    private @Nullable String problem;

    private IndexCheck(byte[] content, int entryBytes, long baseOffset) {
        this.entries = ByteBuffer.wrap(content);
        this.entryBytes = entryBytes;
        this.count = content.length / entryBytes;
        this.baseOffset = baseOffset;
    }

    /** Looks at the batch that begins at {@code position}. */
    final void batch(RecordBatch batch, long position) {
        seen(batch);
        while (problem == null && next < count && isDue(next * entryBytes, batch, position)) {
            problem = contradiction(next * entryBytes, batch, position);
            if (problem == null) {
                next++;
            }
        }
    }

    /** All batches were seen. */
    final void end() {
        if (problem == null && next < count) {
            problem = "an entry points behind the last batch";
        }
        if (problem == null && entries.capacity() % entryBytes != 0) {
            problem = "it ends within an entry";
        }
    }

    /** The entries that hold, from the first on. */
    final int good() {
        return next;
    }

    /** What is wrong with the entry after them, or null. */
    final @Nullable String problem() {
        return problem;
    }

    /** Where that entry stands. */
    final long position() {
        return (long) next * entryBytes;
    }

    /** The offset that it is about, as far as it can be believed; that of the segment where the file ends within it. */
    final long offset() {
        int at = next * entryBytes;
        return next < count ? baseOffset + relativeOffset(at) : baseOffset;
    }

    abstract int relativeOffset(int at);

    void seen(RecordBatch batch) {}

    /** Whether the entry at byte {@code at} is about this batch, or should have been about an earlier one. */
    abstract boolean isDue(int at, RecordBatch batch, long position);

    abstract @Nullable String contradiction(int at, RecordBatch batch, long position);

    /** Offsets and positions. */
    static final class Offsets extends IndexCheck {
        private static final int ENTRY_BYTES = 8;

        Offsets(byte[] content, long baseOffset) {
            super(content, ENTRY_BYTES, baseOffset);
        }

        @Override
        int relativeOffset(int at) {
            return entries.getInt(at);
        }

        @Override
        boolean isDue(int at, RecordBatch batch, long position) {
            return entries.getInt(at + Integer.BYTES) <= position;
        }

        @Override
        @Nullable
        String contradiction(int at, RecordBatch batch, long position) {
            int indexed = entries.getInt(at + Integer.BYTES);
            if (indexed != position) {
                return "an entry points to position " + indexed + ", where no batch begins";
            }
            long offset = baseOffset + relativeOffset(at);
            return offset == batch.lastOffset()
                    ? null
                    : "an entry says that the batch at position " + indexed + " ends with offset " + offset
                            + ", and it ends with " + batch.lastOffset();
        }
    }

    /** Timestamps and offsets. */
    static final class Times extends IndexCheck {
        private static final int ENTRY_BYTES = 12;

        private long maxTimestamp = RecordBatch.NO_TIMESTAMP;

        Times(byte[] content, long baseOffset) {
            super(content, ENTRY_BYTES, baseOffset);
        }

        @Override
        int relativeOffset(int at) {
            return entries.getInt(at + Long.BYTES);
        }

        @Override
        void seen(RecordBatch batch) {
            maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
        }

        @Override
        boolean isDue(int at, RecordBatch batch, long position) {
            return baseOffset + relativeOffset(at) <= batch.lastOffset();
        }

        @Override
        @Nullable
        String contradiction(int at, RecordBatch batch, long position) {
            long offset = baseOffset + relativeOffset(at);
            if (offset < batch.baseOffset()) {
                return "an entry names offset " + offset + ", with which no batch ends";
            }
            long timestamp = entries.getLong(at);
            return timestamp == maxTimestamp
                    ? null
                    : "an entry says that timestamps up to offset " + offset + " reach " + timestamp
                            + ", and they reach " + maxTimestamp;
        }

        /** The timestamp of the last entry, or -1. */
        long lastTimestamp() {
            int last = entries.capacity() / ENTRY_BYTES - 1;
            return last < 0 ? RecordBatch.NO_TIMESTAMP : entries.getLong(last * ENTRY_BYTES);
        }
    }
}
