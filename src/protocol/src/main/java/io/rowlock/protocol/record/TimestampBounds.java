package io.rowlock.protocol.record;

import org.jspecify.annotations.Nullable;

/**
 * What a topic asks of records' timestamps (KIP-32, KIP-937).
 *
 * @param type {@code message.timestamp.type}; bounds hold only for create time
 * @param maxMillisBefore {@code message.timestamp.before.max.ms}: how far in the past a timestamp may lie
 * @param maxMillisAfter {@code message.timestamp.after.max.ms}: how far in the future
 */
public record TimestampBounds(TimestampType type, long maxMillisBefore, long maxMillisAfter) {

    /** Kafka's default of {@code message.timestamp.after.max.ms}, which every topic has that says nothing: an hour. */
    private static final long USUAL_AFTER = 3_600_000;

    /**
     * Whether every record is to be looked at, because someone set a bound. Under the defaults the header tells enough: no
     * record can be too old, and its largest timestamp is the one that retention and searches go by.
     */
    boolean areSet() {
        return type == TimestampType.CREATE_TIME
                && (maxMillisBefore != Long.MAX_VALUE
                        || (maxMillisAfter != USUAL_AFTER && maxMillisAfter != Long.MAX_VALUE));
    }

    /** Whether the header gives a reason to look at every record. */
    boolean doubt(RecordBatch batch, long nowMillis) {
        return batch.timestampType() == TimestampType.LOG_APPEND_TIME
                || (type == TimestampType.CREATE_TIME
                        && (isStrange(batch.baseTimestamp(), nowMillis) || isStrange(batch.maxTimestamp(), nowMillis)));
    }

    private boolean isStrange(long timestamp, long nowMillis) {
        return timestamp != RecordBatch.NO_TIMESTAMP && (timestamp < 0 || isOutOfBounds(timestamp, nowMillis));
    }

    /** Differences as Kafka takes them, also where they overflow. */
    private boolean isOutOfBounds(long timestamp, long nowMillis) {
        long age = nowMillis - timestamp;
        return age > maxMillisBefore || -age > maxMillisAfter;
    }

    /** What is wrong with a record's timestamp, or null. */
    @Nullable
    String problem(RecordBatch batch, long timestamp, long nowMillis) {
        if (type == TimestampType.CREATE_TIME && timestamp != RecordBatch.NO_TIMESTAMP) {
            return isOutOfBounds(timestamp, nowMillis)
                    ? "timestamp " + timestamp + " is out of range: now is " + nowMillis + ", allowed are "
                            + maxMillisBefore + " ms before and " + maxMillisAfter + " ms after"
                    : null;
        }
        return batch.timestampType() == TimestampType.LOG_APPEND_TIME
                ? "a producer may not say that its timestamps are the log's append time"
                : null;
    }
}
