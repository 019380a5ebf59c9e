package io.rowlock.log.check;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.ports.DiskFile;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Steps through all bytes of a segment's file: whole batches, and the stretches between them that are none. For one thread.
 */
final class SegmentWalk {

    private static final int BUFFER_BYTES = 1 << 20;

    private final DiskFile file;
    private final long size;
    private final long endOffset;
    private byte[] bytes = new byte[BUFFER_BYTES];
    private ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
    private long windowStart;
    private int windowLength;

    private long position;
    private long expectedOffset;

    /** @param endOffset where the next segment begins */
    SegmentWalk(DiskFile file, long size, long baseOffset, long endOffset) {
        this.file = file;
        this.size = size;
        this.endOffset = endOffset;
        this.expectedOffset = baseOffset;
    }

    /** Where the walk stands. */
    long position() {
        return position;
    }

    /** The offset that comes next at the least. */
    long expectedOffset() {
        return expectedOffset;
    }

    boolean atEnd() {
        return position == size;
    }

    /** The whole batch at the position, which the walk then has passed; null if there is none: {@link #problem()} says why. */
    @Nullable
    RecordBatch next() throws IOException {
        if (problemAt(position) != null) {
            return null;
        }
        RecordBatch batch = new RecordBatch(buffer, (int) (position - windowStart));
        position += batch.sizeInBytes();
        expectedOffset = batch.nextOffset();
        return batch;
    }

    /** Why no whole batch stands at the position. */
    String problem() throws IOException {
        String problem = problemAt(position);
        return problem == null ? "there is a whole batch" : problem;
    }

    private @Nullable String problemAt(long at) throws IOException {
        long left = size - at;
        if (left < RecordBatch.HEADER_BYTES || !ensure(at, RecordBatch.HEADER_BYTES)) {
            return "the file ends within a batch's header";
        }
        RecordBatch header = new RecordBatch(buffer, (int) (at - windowStart));
        if (header.magic() != RecordBatch.MAGIC) {
            return "there is no batch of format version 2";
        }
        long length = header.batchLength() + (long) RecordBatch.LENGTH_OVERHEAD;
        if (length < RecordBatch.HEADER_BYTES) {
            return "a batch claims a size of " + length;
        }
        if (length > left) {
            return "a batch of " + length + " bytes is cut off after " + left;
        }
        if (header.lastOffsetDelta() < 0
                || header.baseOffset() < expectedOffset
                || header.baseOffset() - expectedOffset > Integer.MAX_VALUE
                || header.lastOffset() >= endOffset) {
            return "a batch claims offsets " + header.baseOffset() + " to " + header.lastOffset() + " where "
                    + expectedOffset + (endOffset == Long.MAX_VALUE ? " or more" : " to " + (endOffset - 1))
                    + " must come";
        }
        if (!ensure(at, (int) length)) {
            return "the file ended within a batch while it was read";
        }
        return new RecordBatch(buffer, (int) (at - windowStart)).hasValidCrc()
                ? null
                : "the checksum of a batch is not that of its bytes";
    }

    /** Goes on at the next whole batch with a later offset, wherever it begins; false, and to the end, if there is none. */
    boolean skipToNextBatch() throws IOException {
        for (long at = position + 1; size - at >= RecordBatch.HEADER_BYTES; at++) {
            if (!ensure(at, RecordBatch.HEADER_BYTES)) {
                break;
            }
            if (buffer.getByte((int) (at - windowStart) + RecordBatch.MAGIC_INDEX) == RecordBatch.MAGIC
                    && problemAt(at) == null) {
                position = at;
                return true;
            }
        }
        position = size;
        return false;
    }

    /** Gets {@code length} bytes from {@code at} on into the window; false if the file is shorter than it was. */
    private boolean ensure(long at, int length) throws IOException {
        if (at >= windowStart && at + length <= windowStart + windowLength) {
            return true;
        }
        if (bytes.length < length) {
            bytes = new byte[length];
            buffer = Unpooled.wrappedBuffer(bytes);
        }
        int wanted = (int) Math.min(bytes.length, size - at);
        windowStart = at;
        windowLength = file.read(at, ByteBuffer.wrap(bytes, 0, wanted));
        return windowLength >= length;
    }
}
