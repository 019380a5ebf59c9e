package io.rowlock.net;

import io.netty.buffer.ByteBuf;

/** Memory that a socket was read into, and how many frames within it are still in somebody's hands. */
final class ReceiveBuffer {
    final ByteBuf bytes;
    /** What of the budget this takes. */
    final int charged;
    /** Whether the reader allocated it, and so may fill it further. */
    final boolean own;

    /** Whether this is the memory that the budget had no room for. */
    boolean overdrawn;
    /** Whether a frame was taken out of it: an overdraft is for one frame and not for what follows. */
    boolean delivered;

    int lent;

    ReceiveBuffer(ByteBuf bytes, int charged, boolean own) {
        this.bytes = bytes;
        this.charged = charged;
        this.own = own;
    }

    int unread() {
        return bytes.readableBytes();
    }

    /** True if nobody else refers to these bytes, so that they may be moved or written over. */
    boolean exclusive() {
        return bytes.refCnt() == 1;
    }
}
