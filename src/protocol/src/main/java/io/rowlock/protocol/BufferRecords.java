package io.rowlock.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Records in a buffer. Those of a message that was read are slices of its frame and hold no reference count of their
 * own: whoever keeps them beyond the frame retains {@link #buffer()} and releases it later.
 */
public final class BufferRecords implements Records {
    /** No records. */
    public static final BufferRecords EMPTY = new BufferRecords(Unpooled.EMPTY_BUFFER);

    private final ByteBuf buffer;

    /** The readable bytes of {@code buffer} are the records; its reference count is left as it is. */
    public BufferRecords(ByteBuf buffer) {
        this.buffer = buffer;
    }

    /** The records' bytes, from reader index to writer index; readers must leave the indexes alone. */
    public ByteBuf buffer() {
        return buffer;
    }

    @Override
    public int sizeInBytes() {
        return buffer.readableBytes();
    }

    /** Equal when the bytes are; meaningless once the buffer is released. */
    @Override
    public boolean equals(Object other) {
        return other instanceof BufferRecords that && buffer.equals(that.buffer);
    }

    @Override
    public int hashCode() {
        return buffer.hashCode();
    }

    @Override
    public String toString() {
        return "BufferRecords(" + sizeInBytes() + " bytes)";
    }
}
