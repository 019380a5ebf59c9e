package io.rowlock.log.compaction;

/**
 * A compacted topic's settings, under Kafka's meanings.
 *
 * @param minCleanableRatio {@code min.cleanable.dirty.ratio}: a log is cleaned when more than this share of it is dirty
 * @param minLagMillis {@code min.compaction.lag.ms}: a segment with a record younger than this is left alone
 * @param maxLagMillis {@code max.compaction.lag.ms}: a log with a dirty segment that began longer ago is cleaned whatever its
 *     ratio; {@link Long#MAX_VALUE} for never
 * @param deleteRetentionMillis {@code delete.retention.ms}: how long after it was first cleaned a tombstone stays
 */
public record CompactionConfig(
        double minCleanableRatio, long minLagMillis, long maxLagMillis, long deleteRetentionMillis) {

    /** Kafka's defaults. */
    public static final CompactionConfig DEFAULT = new CompactionConfig(0.5, 0, Long.MAX_VALUE, 24L * 60 * 60 * 1000);
}
