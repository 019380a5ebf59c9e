package io.rowlock.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a connection receives into frames. The socket is read into a buffer of the reader's own ({@link
 * #bufferToReadInto()}), which is filled further as long as there is room, so frames are slices of it and a frame that
 * arrives in pieces is copied only where the buffer ends; buffers that others filled are taken too. A buffer for a long
 * frame grows with what has arrived, never by what the length field claims. Confined to the connection's event loop.
 */
final class FrameReader {
    static final int LENGTH_BYTES = 4;
    /** What is read without asking the budget, so that small requests pass when it is spent. */
    static final int SMALL_BYTES = 512;
    /** A long frame's buffer grows to at most so many times what has arrived. */
    private static final int GROWTH = 4;

    private final ByteBufAllocator allocator;
    private final MemoryBudget budget;
    private final int frameBytesMax;
    private final int receiveBytes;
    private @Nullable ReceiveBuffer current;
    private long heldBytes;

    FrameReader(ByteBufAllocator allocator, MemoryBudget budget, ConnectionLimits limits) {
        this.allocator = allocator;
        this.budget = budget;
        this.frameBytesMax = limits.frameBytesMax();
        this.receiveBytes = limits.receiveBytes();
    }

    /** Bytes of buffers that frames in somebody's hands keep alive, besides the one that is being filled. */
    long heldBytes() {
        return heldBytes;
    }

    /** The buffer that the next frame, or the frame just returned, lies in. */
    @Nullable
    ReceiveBuffer current() {
        return current;
    }

    /** Whether the frame that is arriving is the node's one that the budget has no room for. */
    boolean overdrawing() {
        return current != null && current.overdrawn && !current.delivered;
    }

    /** A buffer with room, of which the caller gets a reference of its own; what it reads goes to {@link #received}. */
    ByteBuf bufferToReadInto() {
        ReceiveBuffer c = current;
        if (c != null && c.unread() > 0) {
            return roomBehindUnread(c);
        }
        if (c != null && c.own && !c.overdrawn) {
            if (c.exclusive()) {
                c.bytes.clear();
            }
            if (c.bytes.writableBytes() >= receiveBytes / 4) {
                return c.bytes.retain();
            }
        }
        dropCurrent();
        int bytes = receiveBytes;
        if (!budget.tryReserve(bytes)) {
            bytes = Math.min(SMALL_BYTES, receiveBytes);
            budget.force(bytes);
        }
        return fill(allocate(bytes)).bytes.retain();
    }

    private ByteBuf roomBehindUnread(ReceiveBuffer begun) {
        int larger = nextCapacity(begun, false);
        if (begun.own && !begun.overdrawn && begun.bytes.capacity() < larger && budget.tryReserve(larger)) {
            moveTo(allocate(larger));
        }
        ReceiveBuffer c = current;
        if (c != null && c.own && c.bytes.isWritable()) {
            return c.bytes.retain();
        }
        return allocator.directBuffer(SMALL_BYTES, SMALL_BYTES);
    }

    /** Takes over a reference of {@code chunk}, whose readable bytes follow those received before. */
    @SuppressWarnings("ReferenceEquality") // the very buffer, not one of equal content
    void received(ByteBuf chunk) {
        ReceiveBuffer c = current;
        if (c != null && c.bytes == chunk) {
            chunk.release();
        } else if (c != null && c.unread() > 0) {
            append(c, chunk);
        } else if (chunk.isReadable()) {
            dropCurrent();
            int charged = chunk.capacity();
            budget.force(charged);
            fill(new ReceiveBuffer(chunk, charged, false));
        } else {
            chunk.release();
        }
    }

    private void append(ReceiveBuffer c, ByteBuf chunk) {
        try {
            ReceiveBuffer target = c;
            if (!c.own || c.bytes.writableBytes() < chunk.readableBytes()) {
                int needed = Math.addExact(c.unread(), chunk.readableBytes());
                int capacity = Math.max(needed, nextCapacity(c, false));
                budget.force(capacity);
                target = moveTo(allocate(capacity));
            }
            target.bytes.writeBytes(chunk);
        } finally {
            chunk.release();
        }
    }

    /**
     * The next whole frame without its length field, as a slice that holds a reference, lent out of {@link #current()}
     * until {@link #takeBack}; null if none has arrived.
     *
     * @throws FrameException if the length field is negative or above the limit
     */
    @Nullable
    ByteBuf next() throws FrameException {
        ReceiveBuffer c = current;
        if (c == null || c.unread() < LENGTH_BYTES) {
            return null;
        }
        ByteBuf bytes = c.bytes;
        int start = bytes.readerIndex();
        int length = bytes.getInt(start);
        if (length < 0 || length > frameBytesMax) {
            throw new FrameException("a frame of " + length + " bytes; at most " + frameBytesMax + " are accepted"
                    + OtherProtocol.hint(length));
        }
        if (bytes.readableBytes() - LENGTH_BYTES < length) {
            return null;
        }
        ByteBuf frame = bytes.retainedSlice(start + LENGTH_BYTES, length);
        bytes.readerIndex(start + LENGTH_BYTES + length);
        c.lent++;
        c.delivered = true;
        return frame;
    }

    /** A frame that was lent out of {@code buffer} is no longer referred to. */
    void takeBack(ReceiveBuffer buffer) {
        buffer.lent--;
        if (buffer.lent == 0 && buffer != current) {
            heldBytes -= buffer.charged;
            free(buffer);
        }
    }

    /** Makes room for the rest of a frame that has begun. Returns false if the budget has none: then claim it. */
    boolean makeRoom() {
        ReceiveBuffer c = current;
        if (c == null || c.unread() == 0) {
            return true;
        }
        int missing = frameBytes(c) - c.unread();
        boolean stays = c.own && (!c.overdrawn || !c.delivered);
        if (missing <= 0 || (stays && hasRoom(c, missing))) {
            return true;
        }
        int capacity = nextCapacity(c, c.overdrawn);
        if (overdrawing()) {
            budget.force(capacity);
        } else if (c.overdrawn) {
            // What follows the frame must not keep others from the overdraft: it moves out, as little as it is.
            capacity = c.unread() + SMALL_BYTES;
            budget.force(capacity);
        } else if (!budget.tryReserve(capacity)) {
            return false;
        }
        moveTo(allocate(capacity));
        return true;
    }

    private static boolean hasRoom(ReceiveBuffer c, int missing) {
        int room = c.bytes.writableBytes();
        boolean alone = c.bytes.readerIndex() == 0;
        if (room >= missing || (alone && room > 0)) {
            return true;
        }
        if (c.exclusive() && c.bytes.capacity() - c.unread() >= missing) {
            c.bytes.discardReadBytes();
            return true;
        }
        return false;
    }

    /** What to ask of the budget after {@link #makeRoom()} failed. */
    int claimBytes() {
        ReceiveBuffer c = current;
        return c == null ? SMALL_BYTES : nextCapacity(c, true);
    }

    /** Goes on with {@code bytes} that the budget has granted. */
    void granted(int bytes, boolean overdrawn) {
        ReceiveBuffer c = current;
        if (c == null || c.unread() == 0 || c.unread() >= bytes) {
            giveBack(bytes, overdrawn);
            return;
        }
        moveTo(allocate(bytes)).overdrawn = overdrawn;
    }

    /** Returns a grant that is not needed. */
    void giveBack(int bytes, boolean overdrawn) {
        budget.release(bytes);
        if (overdrawn) {
            budget.endOverdraft();
        }
    }

    /** Lets go of memory that a connection at rest does not need; to be called when nothing more is there to read. */
    void trim() {
        ReceiveBuffer c = current;
        if (c == null) {
            return;
        }
        int unread = c.unread();
        if (unread == 0) {
            if (c.lent == 0 || !c.own || c.overdrawn) {
                dropCurrent();
            }
        } else if (c.lent == 0 && !c.overdrawn && c.charged >= receiveBytes && unread <= receiveBytes / 32) {
            int capacity = unread + SMALL_BYTES;
            budget.force(capacity);
            moveTo(allocate(capacity));
        }
    }

    /** Forgets what was received; frames that were lent stay valid and must still be taken back. */
    void close() {
        dropCurrent();
    }

    /** Length field and frame, or as much of that as is known. */
    private int frameBytes(ReceiveBuffer c) {
        if (c.unread() < LENGTH_BYTES) {
            return LENGTH_BYTES;
        }
        int length = c.bytes.getInt(c.bytes.readerIndex());
        return length < 0 || length > frameBytesMax ? LENGTH_BYTES : LENGTH_BYTES + length;
    }

    private int nextCapacity(ReceiveBuffer c, boolean nothingBehind) {
        int frame = frameBytes(c);
        if (frame <= receiveBytes) {
            return nothingBehind ? frame : receiveBytes;
        }
        return (int) Math.min(frame, Math.max(receiveBytes, (long) GROWTH * c.unread()));
    }

    private ReceiveBuffer allocate(int reserved) {
        return new ReceiveBuffer(allocator.directBuffer(reserved, reserved), reserved, true);
    }

    /** Makes {@code next} the current buffer, with the unread bytes and the overdraft of the one before. */
    private ReceiveBuffer moveTo(ReceiveBuffer next) {
        ReceiveBuffer c = current;
        if (c != null) {
            next.bytes.writeBytes(c.bytes);
            if (c.overdrawn && !c.delivered) {
                next.overdrawn = true;
                c.overdrawn = false;
            }
            dropCurrent();
        }
        return fill(next);
    }

    private ReceiveBuffer fill(ReceiveBuffer next) {
        current = next;
        return next;
    }

    private void dropCurrent() {
        ReceiveBuffer c = current;
        if (c == null) {
            return;
        }
        current = null;
        if (c.lent == 0) {
            free(c);
        } else {
            heldBytes += c.charged;
        }
    }

    private void free(ReceiveBuffer buffer) {
        buffer.bytes.release();
        budget.release(buffer.charged);
        if (buffer.overdrawn) {
            buffer.overdrawn = false;
            budget.endOverdraft();
        }
    }
}
