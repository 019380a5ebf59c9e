package io.rowlock.broker.config;

import io.rowlock.protocol.record.Compression;
import io.rowlock.protocol.record.CompressionType;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Kafka's {@code compression.type} of a topic, with the levels of KIP-390. */
enum CompressionChoice {
    /** As the producer has it. */
    PRODUCER,
    UNCOMPRESSED,
    GZIP,
    SNAPPY,
    LZ4,
    ZSTD;

    static CompressionChoice of(String configValue) {
        return valueOf(configValue.toUpperCase(Locale.ROOT));
    }

    /** Null for the producer's own. */
    @Nullable
    Compression compression(Function<Setting, String> values) {
        return switch (this) {
            case PRODUCER -> null;
            case UNCOMPRESSED -> Compression.byDefault(CompressionType.NONE);
            case SNAPPY -> Compression.byDefault(CompressionType.SNAPPY);
            case GZIP -> withLevel(CompressionType.GZIP, values.apply(TopicConfigs.COMPRESSION_GZIP_LEVEL));
            case LZ4 -> withLevel(CompressionType.LZ4, values.apply(TopicConfigs.COMPRESSION_LZ4_LEVEL));
            case ZSTD -> withLevel(CompressionType.ZSTD, values.apply(TopicConfigs.COMPRESSION_ZSTD_LEVEL));
        };
    }

    private static Compression withLevel(CompressionType type, String level) {
        return new Compression(type, Integer.parseInt(level));
    }
}
