package io.rowlock.protocol.record;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The codecs of a batch, with their ids in the attributes. */
public enum CompressionType {
    NONE(0),
    GZIP(1),
    SNAPPY(2),
    LZ4(3),
    ZSTD(4);

    private static final CompressionType[] BY_ID = {NONE, GZIP, SNAPPY, LZ4, ZSTD};

    private final int id;

    CompressionType(int id) {
        this.id = id;
    }

    public int id() {
        return id;
    }

    /** The codec with this id (0 to 7), or null for an id that Kafka has not given out. */
    public static @Nullable CompressionType byId(int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }

    /** Kafka's name for the codec, as in {@code compression.type}. */
    public String kafkaName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
