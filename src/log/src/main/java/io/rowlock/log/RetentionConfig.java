package io.rowlock.log;

/**
 * The settings that decide which segments leave a log, under Kafka's meanings.
 *
 * @param byAgeAndSize whether {@code cleanup.policy} has {@code delete}; otherwise only what lies below the log start goes
 * @param millis {@code retention.ms}: how old the newest record of a segment may be; -1 is no limit
 * @param bytes {@code retention.bytes}: how large the log may be; -1 is no limit
 * @param fileDeleteDelayMillis {@code file.delete.delay.ms}: how long the files of a segment that left the log stay on disk
 */
public record RetentionConfig(boolean byAgeAndSize, long millis, long bytes, long fileDeleteDelayMillis) {

    /** No limit. */
    public static final long UNLIMITED = -1;

    /** Kafka's defaults. */
    public static final RetentionConfig DEFAULT =
            new RetentionConfig(true, 7L * 24 * 60 * 60 * 1000, UNLIMITED, 60_000);

    /** Only {@link PartitionLog#advanceLogStart} takes anything away. */
    public static final RetentionConfig KEEP_ALL = new RetentionConfig(false, UNLIMITED, UNLIMITED, 60_000);

    public RetentionConfig {
        if (millis < UNLIMITED || bytes < UNLIMITED || fileDeleteDelayMillis < 0) {
            throw new IllegalArgumentException("retention settings must be positive, or -1 for no limit");
        }
    }
}
