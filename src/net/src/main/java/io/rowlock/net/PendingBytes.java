package io.rowlock.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;

/** Counts regions of files towards what is still to be written, which Netty by itself does not. */
final class PendingBytes implements MessageSizeEstimator, MessageSizeEstimator.Handle {
    static final PendingBytes INSTANCE = new PendingBytes();

    private PendingBytes() {}

    @Override
    public Handle newHandle() {
        return this;
    }

    @Override
    public int size(Object message) {
        if (message instanceof ByteBuf bytes) {
            return bytes.readableBytes();
        }
        return message instanceof FileRegion region ? (int) Math.min(Integer.MAX_VALUE, region.count()) : 0;
    }
}
