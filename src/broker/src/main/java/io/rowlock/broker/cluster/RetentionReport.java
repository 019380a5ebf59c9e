package io.rowlock.broker.cluster;

import java.util.UUID;

/**
 * What a partition's leader holds, and what it keeps of that: for those who want to know what will be deleted when.
 *
 * @param leaderEpoch of that leader
 * @param segments how many there are
 * @param bytes of all segments
 * @param oldestOffset where the oldest segment begins, at or before {@code logStartOffset}
 * @param oldestBytes of the oldest segment
 * @param oldestTimestamp the newest timestamp in the oldest segment, in milliseconds; -1 if it has none
 * @param byAgeAndSize whether {@code cleanup.policy} has {@code delete}
 * @param retentionMs {@code retention.ms} in force; -1 is no limit
 * @param retentionBytes {@code retention.bytes} in force; -1 is no limit
 */
public record RetentionReport(
        UUID topicId,
        int partition,
        int leaderEpoch,
        long logStartOffset,
        int segments,
        long bytes,
        long oldestOffset,
        int oldestBytes,
        long oldestTimestamp,
        boolean byAgeAndSize,
        long retentionMs,
        long retentionBytes) {}
