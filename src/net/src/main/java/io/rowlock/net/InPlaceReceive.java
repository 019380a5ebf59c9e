package io.rowlock.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/** Has the channel read straight into the buffer that its {@link FrameReader} fills. */
final class InPlaceReceive extends DefaultMaxMessagesRecvByteBufAllocator {
    /** Reads in a row before other connections of the event loop have their turn. */
    private static final int READS_IN_A_ROW = 4;

    private final FrameReader reader;

    InPlaceReceive(FrameReader reader) {
        super(READS_IN_A_ROW);
        this.reader = reader;
    }

    @Override
    public RecvByteBufAllocator.ExtendedHandle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return FrameReader.SMALL_BYTES;
            }

            @Override
            public ByteBuf allocate(ByteBufAllocator ignored) {
                return reader.bufferToReadInto();
            }
        };
    }
}
