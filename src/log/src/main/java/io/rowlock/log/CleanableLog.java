package io.rowlock.log;

import io.rowlock.log.compaction.CleanableRange;
import io.rowlock.log.compaction.ClosedSegment;
import io.rowlock.log.compaction.CompactionConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Looks at a log for what compaction decides by. Stateless; may wait for the disk where lags are configured. */
public final class CleanableLog {

    private CleanableLog() {}

    /**
     * What of a log can be compacted.
     *
     * @param cleanedUntil where the last compaction ended; 0 if there was none
     * @param stableUntil the last stable offset
     * @param nowMillis by the wall clock
     */
    public static CleanableRange range(
            LogView view, long cleanedUntil, long stableUntil, long nowMillis, CompactionConfig config)
            throws IOException {
        List<ClosedSegment> segments = new ArrayList<>();
        for (int i = 0; i < view.closed().length; i++) {
            Segment segment = view.closed()[i];
            boolean dirty = view.segmentEndOffset(i) > cleanedUntil;
            segments.add(new ClosedSegment(
                    segment.baseOffset(),
                    view.segmentEndOffset(i),
                    segment.size(),
                    dirty && config.maxLagMillis() != Long.MAX_VALUE ? segment.firstTimestamp() : -1,
                    dirty && config.minLagMillis() > 0 ? segment.maxTimestamp() : -1));
        }
        return CleanableRange.of(segments, view.logStartOffset(), cleanedUntil, stableUntil, nowMillis, config);
    }
}
