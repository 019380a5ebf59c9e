package io.rowlock.log.compaction;

import java.util.List;

/**
 * Which part of a log can be cleaned now, and whether it should be.
 *
 * @param from the first dirty offset
 * @param until where cleaning must end: the base offset of a segment
 * @param cleanBytes of the segments before {@code from}
 * @param dirtyBytes of the segments between
 * @param overdue whether a dirty segment waits for longer than {@code max.compaction.lag.ms}
 */
public record CleanableRange(long from, long until, long cleanBytes, long dirtyBytes, boolean overdue) {

    /**
     * Decides by Kafka's rules. Only whole segments are cleaned, of which every record is confirmed and its transaction decided.
     *
     * @param closed all closed segments, oldest first
     * @param logStart where the log begins
     * @param cleanedUntil where the last cleaning ended; anything outside of the log counts as its start
     * @param stableUntil the last stable offset
     * @param nowMillis by the wall clock
     */
    public static CleanableRange of(
            List<ClosedSegment> closed,
            long logStart,
            long cleanedUntil,
            long stableUntil,
            long nowMillis,
            CompactionConfig config) {
        long closedEnd =
                closed.isEmpty() ? logStart : closed.get(closed.size() - 1).endOffset();
        long from = cleanedUntil < logStart || cleanedUntil > closedEnd ? logStart : cleanedUntil;
        long until = from;
        long clean = 0;
        long dirty = 0;
        boolean overdue = false;
        for (ClosedSegment segment : closed) {
            if (segment.endOffset() <= from) {
                clean += segment.bytes();
            } else if (segment.endOffset() > stableUntil || isTooYoung(segment, nowMillis, config)) {
                break;
            } else {
                dirty += segment.bytes();
                until = segment.endOffset();
                overdue |= isOverdue(segment, nowMillis, config);
            }
        }
        return new CleanableRange(from, until, clean, dirty, overdue);
    }

    private static boolean isTooYoung(ClosedSegment segment, long now, CompactionConfig config) {
        return config.minLagMillis() > 0 && segment.maxTimestamp() > now - config.minLagMillis();
    }

    private static boolean isOverdue(ClosedSegment segment, long now, CompactionConfig config) {
        return segment.firstTimestamp() > 0 && segment.firstTimestamp() < now - config.maxLagMillis();
    }

    /** The dirty share of what could be clean, from 0 to 1. */
    public double dirtyRatio() {
        long total = cleanBytes + dirtyBytes;
        return total == 0 ? 0 : (double) dirtyBytes / total;
    }

    /** Whether the log should be cleaned. */
    public boolean isDue(CompactionConfig config) {
        return dirtyBytes > 0 && (overdue || dirtyRatio() > config.minCleanableRatio());
    }
}
