package io.rowlock.log;

import io.rowlock.protocol.TransferableRecords;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Whole batches in a segment's file. Holds a reference on the file from birth until {@link #release()}, which must be
 * called exactly once; until then the bytes can be read although the log may have deleted the segment. Thread-safe.
 */
public final class FileRecords implements TransferableRecords {

    /** Small enough to stay in the processor's cache while it is written over again and again. */
    private static final int READ_AHEAD_BYTES = 64 * 1024;

    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(READ_AHEAD_BYTES));
    private static final FileRecords EMPTY = new FileRecords(null, 0, 0);

    private final @Nullable SegmentFile file;
    private final long position;
    private final int size;

    /** Takes over one reference on {@code file}. */
    FileRecords(@Nullable SegmentFile file, long position, int size) {
        this.file = file;
        this.position = position;
        this.size = size;
    }

    static FileRecords empty() {
        return EMPTY;
    }

    @Override
    public int sizeInBytes() {
        return size;
    }

    /**
     * Sends what remains from byte {@code from} (0 up to {@link #sizeInBytes()}) on; returns the bytes sent, which can be
     * fewer when a non-blocking target is full. Throws {@link EOFException} if the file ends early, because a follower's
     * log was truncated meanwhile: the connection has promised bytes that are gone.
     */
    @Override
    public long transferTo(long from, WritableByteChannel target) throws IOException {
        long count = size - from;
        if (count <= 0 || file == null) {
            return 0;
        }
        long sent = file.transferTo(position + from, count, target);
        if (sent == 0 && file.size() <= position + from) {
            throw endedEarly();
        }
        return sent;
    }

    /** Reads it once and forgets it, so that it is in the page cache when it is sent. Waits for the disk. */
    public void readAhead() throws IOException {
        if (file == null) {
            return;
        }
        ByteBuffer scratch = SCRATCH.get();
        for (int done = 0; done < size; done += scratch.position()) {
            scratch.clear().limit(Math.min(scratch.capacity(), size - done));
            if (file.read(position + done, scratch) == 0) {
                throw endedEarly();
            }
        }
    }

    /** Reads all of it into {@code target}, which must have room for {@link #sizeInBytes()}. */
    public void readInto(ByteBuffer target) throws IOException {
        if (file == null) {
            return;
        }
        int limit = target.limit();
        target.limit(target.position() + size);
        try {
            if (file.read(position, target) < size) {
                throw endedEarly();
            }
        } finally {
            target.limit(limit);
        }
    }

    /** Lets go of the file. */
    @Override
    public void release() {
        if (file == null) {
            return;
        }
        try {
            file.release();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EOFException endedEarly() {
        return new EOFException("the records at position " + position + " are gone: the file was truncated");
    }
}
