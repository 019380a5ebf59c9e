package io.rowlock.protocol.record;

/**
 * How records are to be compressed.
 *
 * @param level the codec's effort, on the codec's own scale as Kafka's {@code compression.<codec>.level} has it; means nothing
 *     where the codec has no levels
 */
public record Compression(CompressionType type, int level) {

    /** Zlib's own default. */
    private static final int GZIP_LEVEL = -1;

    /** Kafka's mark for the fast compressor, which has no levels. */
    static final int LZ4_FAST = 9;

    private static final int ZSTD_LEVEL = 3;

    /** With the effort that Kafka's clients take unless they are told otherwise. */
    public static Compression byDefault(CompressionType type) {
        return new Compression(
                type,
                switch (type) {
                    case GZIP -> GZIP_LEVEL;
                    case LZ4 -> LZ4_FAST;
                    case ZSTD -> ZSTD_LEVEL;
                    case NONE, SNAPPY -> 0;
                });
    }
}
