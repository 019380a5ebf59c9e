package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.ports.DiskFile;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Steps through the batches of a segment's file, reading headers in blocks and whole batches only when asked. Never reads
 * past its limit. For one thread.
 */
final class BatchScanner {

    /** Enough for the headers between two index entries at the default interval. */
    static final int LOOKUP_BUFFER_BYTES = 4 * 1024;

    private final DiskFile file;
    private final int limit;
    private byte[] bytes;
    private ByteBuf buffer;
    private int windowStart;
    private int windowEnd;

    private int position;
    private int nextPosition;
    private long minOffset;
    private @Nullable RecordBatch batch;
    private @Nullable String problem;

    /** Scans positions from {@code from} up to {@code limit}. */
    BatchScanner(DiskFile file, int from, int limit, int bufferBytes) {
        this.file = file;
        this.limit = limit;
        this.nextPosition = from;
        this.position = from;
        this.windowStart = from;
        this.windowEnd = from;
        this.bytes = new byte[Math.max(RecordBatch.HEADER_BYTES, Math.min(bufferBytes, limit - from))];
        this.buffer = Unpooled.wrappedBuffer(bytes);
    }

    /**
     * Steps to the next batch; false at the limit, or where the bytes are no whole batch with a plausible header: then
     * {@link #problem()} says why. Either way {@link #position()} is where the scan stands.
     */
    boolean next() throws IOException {
        position = nextPosition;
        batch = null;
        if (position == limit) {
            return false;
        }
        problem = look();
        if (problem != null) {
            batch = null;
            return false;
        }
        RecordBatch found = batch();
        nextPosition = position + found.sizeInBytes();
        minOffset = found.nextOffset();
        return true;
    }

    private @Nullable String look() throws IOException {
        if (limit - position < RecordBatch.HEADER_BYTES || !ensure(RecordBatch.HEADER_BYTES)) {
            return "the file ends within a batch's header";
        }
        RecordBatch candidate = new RecordBatch(buffer, position - windowStart);
        batch = candidate;
        if (candidate.magic() != RecordBatch.MAGIC) {
            return "there is no batch of format version 2";
        }
        long size = candidate.batchLength() + (long) RecordBatch.LENGTH_OVERHEAD;
        if (size < RecordBatch.HEADER_BYTES) {
            return "a batch claims a size of " + size;
        }
        if (size > limit - position) {
            return "a batch of " + size + " bytes is cut off after " + (limit - position);
        }
        if (candidate.lastOffsetDelta() < 0
                || candidate.baseOffset() < minOffset
                || candidate.nextOffset() < candidate.baseOffset()) {
            return "a batch claims offsets " + candidate.baseOffset() + " to " + candidate.lastOffset()
                    + " where at least " + minOffset + " must come";
        }
        return null;
    }

    /** Batches that begin before this offset are a problem; grows by itself from batch to batch. */
    void expectOffsetsFrom(long offset) {
        minOffset = offset;
    }

    /** Where the current batch begins, or where the scan ended. */
    int position() {
        return position;
    }

    /** Where the current batch ends. */
    int nextPosition() {
        return nextPosition;
    }

    @Nullable
    String problem() {
        return problem;
    }

    /** Whether the scan stands at a batch. */
    boolean hasBatch() {
        return batch != null;
    }

    /** The current batch; only its header is in the buffer unless {@link #load()} was called. */
    RecordBatch batch() {
        RecordBatch current = batch;
        if (current == null) {
            throw new IllegalStateException("the scan does not stand at a batch");
        }
        return current;
    }

    /** The current batch with all its bytes; valid until the next step. */
    RecordBatch load() throws IOException {
        int size = nextPosition - position;
        if (!ensure(size)) {
            throw new IOException("the file ended within a batch at position " + position);
        }
        RecordBatch whole = new RecordBatch(buffer, position - windowStart);
        batch = whole;
        return whole;
    }

    /** Gets {@code length} bytes from the current position on into the window; false if the file is too short. */
    private boolean ensure(int length) throws IOException {
        if (position >= windowStart && position + length <= windowEnd) {
            return true;
        }
        if (bytes.length < length) {
            bytes = new byte[length];
            buffer = Unpooled.wrappedBuffer(bytes);
        }
        int wanted = Math.min(bytes.length, limit - position);
        int read = file.read(position, ByteBuffer.wrap(bytes, 0, wanted));
        windowStart = position;
        windowEnd = position + read;
        return read >= length;
    }
}
