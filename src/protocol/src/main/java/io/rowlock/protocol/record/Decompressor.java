package io.rowlock.protocol.record;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4FrameInputStream;

/** Streams that open a batch's records. None of them allocates by what the compressed bytes merely claim. */
final class Decompressor {

    private static final int BUFFER_BYTES = 8 * 1024;

    private Decompressor() {}

    /**
     * The plain bytes of {@code compressed}; closing the stream leaves the buffer's reference count alone.
     *
     * @param blockBytesMax what may be opened at once where blocks have no bound of their own, as with snappy
     */
    static InputStream open(CompressionType type, ByteBuf compressed, long blockBytesMax) throws IOException {
        InputStream in = new ByteBufInputStream(compressed);
        return switch (type) {
            case NONE -> in;
            case GZIP -> buffered(new GZIPInputStream(in, BUFFER_BYTES));
            case SNAPPY -> new SnappyFramedInputStream(compressed, blockBytesMax);
            case LZ4 -> buffered(new LZ4FrameInputStream(in));
            case ZSTD -> buffered(new ZstdInputStreamNoFinalizer(in));
        };
    }

    /** Readers ask for single bytes, which are dear across JNI. */
    private static InputStream buffered(InputStream in) {
        return new BufferedInputStream(in, BUFFER_BYTES);
    }
}
