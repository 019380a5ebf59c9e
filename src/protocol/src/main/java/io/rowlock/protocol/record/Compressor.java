package io.rowlock.protocol.record;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import net.jpountz.xxhash.XXHashFactory;
import org.xerial.snappy.SnappyOutputStream;

/** Writes a batch's records as its codec has them. */
final class Compressor {

    private static final int BUFFER_BYTES = 8 * 1024;

    /** The frame does not say how much it holds. */
    private static final long SIZE_UNKNOWN = -1;

    /** From this level on zstd would look back over 32 MiB and more, and take a gigabyte to do so. */
    private static final int ZSTD_LEVEL_OF_WIDE_WINDOWS = 20;

    private static final int ZSTD_WINDOW_LOG_MAX = 23;

    private Compressor() {}

    /** Appends {@code plain}, compressed, to {@code out}; leaves the indexes of {@code plain} alone. */
    static void write(CompressionType type, ByteBuf plain, ByteBuf out) {
        try (OutputStream compressed = open(Compression.byDefault(type), new ByteBufOutputStream(out))) {
            for (ByteBuffer part : plain.nioBuffers()) {
                compressed.write(part.array(), part.arrayOffset() + part.position(), part.remaining());
            }
        } catch (IOException e) {
            throw new IllegalStateException("a stream over memory failed", e);
        }
    }

    /** A stream that compresses onto {@code out}; to be closed, which frees the codec's memory. */
    static OutputStream open(Compression compression, OutputStream out) throws IOException {
        return switch (compression.type()) {
            case NONE -> out;
            case GZIP -> buffered(new Gzip(out, compression.level()));
            case SNAPPY -> new SnappyOutputStream(out);
            case LZ4 -> lz4(out, compression.level());
            case ZSTD -> buffered(zstd(out, compression.level()));
        };
    }

    /** Records come in small pieces, each of which would go across JNI. */
    private static OutputStream buffered(OutputStream out) {
        return new BufferedOutputStream(out, BUFFER_BYTES);
    }

    private static OutputStream lz4(OutputStream out, int level) throws IOException {
        LZ4Factory factory = LZ4Factory.fastestInstance();
        LZ4Compressor compressor =
                level == Compression.LZ4_FAST ? factory.fastCompressor() : factory.highCompressor(level);
        return new LZ4FrameOutputStream(
                out,
                BLOCKSIZE.SIZE_64KB,
                SIZE_UNKNOWN,
                compressor,
                XXHashFactory.fastestInstance().hash32(),
                FLG.Bits.BLOCK_INDEPENDENCE);
    }

    private static OutputStream zstd(OutputStream out, int level) throws IOException {
        ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(out, level);
        return level < ZSTD_LEVEL_OF_WIDE_WINDOWS ? zstd : zstd.setWindowLog(ZSTD_WINDOW_LOG_MAX);
    }

    /** The library's stream hides its level. */
    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream out, int level) throws IOException {
            super(out, BUFFER_BYTES);
            def.setLevel(level);
        }
    }
}
