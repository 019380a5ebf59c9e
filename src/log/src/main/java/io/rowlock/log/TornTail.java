package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.ports.DiskFile;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Tells what a crash leaves behind from bytes that went bad. Of what was not synced a crash may leave out any sectors, whatever
 * lies behind them: these read as zeros, and the file may end early. Anything else is damage to what may have been acknowledged.
 */
final class TornTail {

    private static final int BLOCK_BYTES = 1 << 20;

    private static final int SECTOR_BYTES = 512;

    /** Records often end in a few zeros; a sector that did not arrive has more of them, but where it was nearly full before. */
    private static final int MISSING_BYTES = 16;

    /** What a batch's checksum covers begins here, behind its offset, length, epoch, magic byte and the checksum. */
    private static final int CHECKSUMMED_INDEX = 21;

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

    /** Whether a crash explains that no whole batch begins where one should. */
    boolean isWorkOfCrash() throws IOException {
        int next = nextBatch();
        if (next < 0 && isCutOff()) {
            return true;
        }
        return lacksSectors(next < 0 ? size : next);
    }

    /** Where the next whole batch begins that has a later offset and a right checksum, or -1. */
    private int nextBatch() throws IOException {
        ByteBuf block = Unpooled.buffer(BLOCK_BYTES, BLOCK_BYTES);
        for (int start = from + 1; start < size; start += BLOCK_BYTES - RecordBatch.HEADER_BYTES) {
            int length = read(block, start);
            for (int i = 0; i + RecordBatch.HEADER_BYTES <= length; i++) {
                if (block.getByte(i + RecordBatch.MAGIC_INDEX) == RecordBatch.MAGIC
                        && isBatch(new RecordBatch(block, i), start + i)) {
                    return start + i;
                }
            }
        }
        return -1;
    }

    /** Whether the file ends before the batch there does. If it is whole but for the length it claims, that length went bad. */
    private boolean isCutOff() throws IOException {
        if (size - from < RecordBatch.HEADER_BYTES) {
            return true;
        }
        ByteBuf header = Unpooled.buffer(RecordBatch.HEADER_BYTES, RecordBatch.HEADER_BYTES);
        read(header, from);
        RecordBatch batch = new RecordBatch(header, 0);
        boolean claimsMore = batch.magic() == RecordBatch.MAGIC
                && batch.batchLength() + (long) RecordBatch.LENGTH_OVERHEAD > size - from;
        return claimsMore && checksumToEnd() != batch.crc();
    }

    private long checksumToEnd() throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuf block = Unpooled.buffer(BLOCK_BYTES, BLOCK_BYTES);
        for (int start = from + CHECKSUMMED_INDEX; start < size; start += BLOCK_BYTES) {
            int length = read(block, start);
            crc.update(block.array(), 0, length);
        }
        return crc.getValue();
    }

    /**
     * Whether zeros begin before {@code end} that go on to where a sector or the file ends. Those of the next batch may be among
     * them: it begins with some.
     */
    private boolean lacksSectors(int end) throws IOException {
        ByteBuf block = Unpooled.buffer(BLOCK_BYTES, BLOCK_BYTES);
        int zeros = 0;
        for (int start = from; start < size; start += BLOCK_BYTES) {
            int length = read(block, start);
            for (int i = 0; i < length; i++) {
                int next = start + i + 1;
                if (block.getByte(i) == 0) {
                    zeros++;
                } else if (next > end) {
                    return false;
                } else {
                    zeros = 0;
                }
                if (zeros >= MISSING_BYTES && (next % SECTOR_BYTES == 0 || next == size)) {
                    return next - zeros < end;
                }
            }
        }
        return false;
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
        ByteBuffer target = block.nioBuffer(0, Math.min(block.capacity(), size - start));
        return file.read(start, target);
    }
}
