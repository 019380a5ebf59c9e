package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.ports.DiskFile;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Tells the torn end that a crash leaves behind from corruption in the middle, which no crash explains. */
final class TornTail {

    private static final int BLOCK_BYTES = 1 << 20;

    /** Records often end in a zero or two; what a disk did not write is at least this long. */
    private static final int SECTOR_BYTES = 512;

    private final DiskFile file;
    private final int from;
    private final int size;
    private final long expectedOffset;

    /** The bytes from {@code from} up to {@code size}, where a batch at {@code expectedOffset} or later should begin. */
    TornTail(DiskFile file, int from, int size, long expectedOffset) {
        this.file = file;
        this.from = from;
        this.size = size;
        this.expectedOffset = expectedOffset;
    }

    /** Whether a whole batch with a later offset and a right checksum begins anywhere after the first byte. */
    boolean isFollowedByBatch() throws IOException {
        ByteBuf block = Unpooled.buffer(BLOCK_BYTES, BLOCK_BYTES);
        for (int start = from + 1; start < size; start += BLOCK_BYTES - RecordBatch.HEADER_BYTES) {
            int length = read(block, start);
            for (int i = 0; i + RecordBatch.HEADER_BYTES <= length; i++) {
                if (block.getByte(i + RecordBatch.MAGIC_INDEX) == RecordBatch.MAGIC
                        && isBatch(new RecordBatch(block, i), start + i)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Whether the file ends before the batch there does, or in zeros from within that batch on: file systems leave both
     * behind where a file grew and its bytes did not arrive.
     */
    boolean isCutOffOrZero() throws IOException {
        ByteBuf block = Unpooled.buffer(BLOCK_BYTES, BLOCK_BYTES);
        int length = read(block, from);
        if (length < RecordBatch.HEADER_BYTES) {
            return true;
        }
        RecordBatch batch = new RecordBatch(block, 0);
        // Where the header did not arrive either, the size means nothing.
        boolean sized = batch.magic() == RecordBatch.MAGIC && batch.sizeInBytes() >= RecordBatch.HEADER_BYTES;
        long batchEnd = (long) from + (sized ? batch.sizeInBytes() : RecordBatch.HEADER_BYTES);
        if (batchEnd > size) {
            return true;
        }
        int dataEnd = from;
        for (int start = from; start < size; start += BLOCK_BYTES) {
            length = read(block, start);
            for (int i = 0; i < length; i++) {
                if (block.getByte(i) != 0) {
                    dataEnd = start + i + 1;
                }
            }
        }
        return dataEnd == from || (dataEnd < batchEnd && size - dataEnd >= SECTOR_BYTES);
    }

    private boolean isBatch(RecordBatch candidate, int position) throws IOException {
        long length = candidate.sizeInBytes();
        if (length < RecordBatch.HEADER_BYTES
                || length > size - position
                || candidate.baseOffset() <= expectedOffset
                || candidate.baseOffset() - expectedOffset > Integer.MAX_VALUE
                || candidate.lastOffsetDelta() < 0) {
            return false;
        }
        BatchScanner scanner = new BatchScanner(file, position, size, (int) length);
        return scanner.next() && scanner.load().hasValidCrc();
    }

    private int read(ByteBuf block, int start) throws IOException {
        ByteBuffer target = block.nioBuffer(0, Math.min(BLOCK_BYTES, size - start));
        return file.read(start, target);
    }
}
