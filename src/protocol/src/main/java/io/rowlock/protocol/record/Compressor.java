package io.rowlock.protocol.record;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.xerial.snappy.SnappyOutputStream;

/** Writes a batch's records as its codec has them. */
final class Compressor {

    private Compressor() {}

    /** Appends {@code plain}, compressed, to {@code out}; leaves the indexes of {@code plain} alone. */
    static void write(CompressionType type, ByteBuf plain, ByteBuf out) {
        try (OutputStream compressed = open(type, new ByteBufOutputStream(out))) {
            for (ByteBuffer part : plain.nioBuffers()) {
                compressed.write(part.array(), part.arrayOffset() + part.position(), part.remaining());
            }
        } catch (IOException e) {
            throw new IllegalStateException("a stream over memory failed", e);
        }
    }

    private static OutputStream open(CompressionType type, OutputStream out) throws IOException {
        return switch (type) {
            case NONE -> out;
            case GZIP -> new GZIPOutputStream(out);
            case SNAPPY -> new SnappyOutputStream(out);
            case LZ4 -> new LZ4FrameOutputStream(out, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB);
            case ZSTD -> new ZstdOutputStreamNoFinalizer(out);
        };
    }
}
