package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import org.xerial.snappy.Snappy;

/**
 * Snappy as Kafka clients write it: the blocks of the xerial framing, or one bare block from clients without it. Written
 * here because the library's stream allocates whatever length a block claims.
 */
final class SnappyFramedInputStream extends InputStream {

    private static final byte[] MAGIC = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
    private static final int FRAME_HEADER_BYTES = 16;

    /** Snappy's densest element is a 3-byte copy of 64 bytes; a block that claims more than that is lying. */
    private static final int MAX_EXPANSION = 22;

    private static final int MAX_SMALL_BLOCK = 64;

    private final ByteBuf in;
    private final boolean framed;
    private final long blockBytesMax;
    private byte[] block = new byte[0];
    private int position;

    /** @param blockBytesMax what one block may hold: a bare one is all that a client has sent, and takes an array as a whole */
    SnappyFramedInputStream(ByteBuf in, long blockBytesMax) throws IOException {
        this.in = in;
        this.blockBytesMax = blockBytesMax;
        framed = hasFrameHeader();
        if (framed) {
            in.skipBytes(FRAME_HEADER_BYTES);
        }
    }

    private boolean hasFrameHeader() {
        if (in.readableBytes() < FRAME_HEADER_BYTES) {
            return false;
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (in.getByte(in.readerIndex() + i) != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int read() throws IOException {
        return ensureBlock() ? block[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!ensureBlock()) {
            return -1;
        }
        int copied = Math.min(length, block.length - position);
        System.arraycopy(block, position, target, offset, copied);
        position += copied;
        return copied;
    }

    private boolean ensureBlock() throws IOException {
        while (position == block.length) {
            if (!in.isReadable()) {
                return false;
            }
            nextBlock();
        }
        return true;
    }

    private void nextBlock() throws IOException {
        int length = framed ? frameLength() : in.readableBytes();
        byte[] compressed = ByteBufUtil.getBytes(in, in.readerIndex(), length);
        in.skipBytes(length);
        int plainLength = Snappy.uncompressedLength(compressed);
        if (plainLength < 0 || plainLength > MAX_SMALL_BLOCK + (long) MAX_EXPANSION * length) {
            throw new IOException("a snappy block of " + length + " bytes claims to hold " + plainLength);
        }
        if (plainLength > blockBytesMax) {
            throw new IOException(
                    "a snappy block holds " + plainLength + " bytes; at most " + blockBytesMax + " are accepted");
        }
        byte[] plain = new byte[plainLength];
        int written = Snappy.uncompress(compressed, 0, length, plain, 0);
        if (written != plainLength) {
            throw new IOException("a snappy block holds " + written + " bytes and claims " + plainLength);
        }
        block = plain;
        position = 0;
    }

    private int frameLength() throws IOException {
        if (in.readableBytes() < Integer.BYTES) {
            throw new IOException("a snappy frame ends within a block's length");
        }
        int length = in.readInt();
        if (length <= 0 || length > in.readableBytes()) {
            throw new IOException(
                    "a snappy block claims " + length + " bytes where " + in.readableBytes() + " are left");
        }
        return length;
    }
}
