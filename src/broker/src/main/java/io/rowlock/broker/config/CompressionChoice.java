package io.rowlock.broker.config;

import java.util.Locale;

/** Kafka's {@code compression.type} of a topic. */
public enum CompressionChoice {
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
}
