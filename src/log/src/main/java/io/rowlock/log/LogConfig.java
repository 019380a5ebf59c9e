package io.rowlock.log;

import io.rowlock.protocol.record.TimestampType;

/**
 * A topic's settings as far as its logs care, under Kafka's meanings.
 *
 * @param segmentBytes {@code segment.bytes}: the most a segment holds; also the largest batch that can be appended
 * @param segmentMillis {@code segment.ms}: a segment is closed when a batch's timestamp lies this far after its first
 * @param segmentJitterMillis {@code segment.jitter.ms}: up to this much is taken off at random, so that not all roll at once
 * @param indexIntervalBytes {@code index.interval.bytes}: bytes of log between two index entries
 * @param indexMaxBytes {@code segment.index.bytes}: a full index closes its segment
 * @param timestampType {@code message.timestamp.type}
 * @param retention what leaves the log by age and size
 */
public record LogConfig(
        int segmentBytes,
        long segmentMillis,
        long segmentJitterMillis,
        int indexIntervalBytes,
        int indexMaxBytes,
        TimestampType timestampType,
        RetentionConfig retention) {

    /** Kafka's defaults. */
    public static final LogConfig DEFAULT = new LogConfig(
                    1 << 30, 7L * 24 * 60 * 60 * 1000, 0, 4096, 10 << 20, TimestampType.CREATE_TIME)
            .withRetention(RetentionConfig.DEFAULT);

    public LogConfig {
        if (segmentBytes < 1 || segmentMillis < 1 || segmentJitterMillis < 0 || indexIntervalBytes < 0) {
            throw new IllegalArgumentException("segment and index settings must be positive");
        }
        if (indexMaxBytes < TimeIndex.ENTRY_BYTES * 2) {
            throw new IllegalArgumentException("an index of " + indexMaxBytes + " bytes holds no two entries");
        }
    }

    /** Keeps everything, whatever its age and size. */
    public LogConfig(
            int segmentBytes,
            long segmentMillis,
            long segmentJitterMillis,
            int indexIntervalBytes,
            int indexMaxBytes,
            TimestampType timestampType) {
        this(
                segmentBytes,
                segmentMillis,
                segmentJitterMillis,
                indexIntervalBytes,
                indexMaxBytes,
                timestampType,
                RetentionConfig.KEEP_ALL);
    }

    /** The same with another retention. */
    public LogConfig withRetention(RetentionConfig newRetention) {
        return new LogConfig(
                segmentBytes,
                segmentMillis,
                segmentJitterMillis,
                indexIntervalBytes,
                indexMaxBytes,
                timestampType,
                newRetention);
    }
}
