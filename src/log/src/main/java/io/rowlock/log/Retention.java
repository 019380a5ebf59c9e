package io.rowlock.log;

import java.io.IOException;

/**
 * Kafka's rules for which segments leave a log: the oldest ones that lie below the log start, that are more than the log may
 * hold, or whose newest record is too old. Nothing at or above the high watermark goes. Unlike in Kafka, the active segment
 * goes with the others where all of it lies below the log start.
 */
final class Retention {

    private final Segments segments;
    private final long highWatermark;

    private Retention(Segments segments, long highWatermark) {
        this.segments = segments;
        this.highWatermark = highWatermark;
    }

    /** What a decision needs to know of a log; segments are counted from the oldest (0) to the active one. */
    interface Segments {

        long logStartOffset();

        int segmentCount();

        long segmentBaseOffset(int i);

        /** The offset after the last that segment {@code i} may hold. */
        long segmentEndOffset(int i);

        int segmentSizeInBytes(int i);

        /** Milliseconds. May wait for the disk. */
        long largestTimestamp(int i) throws IOException;
    }

    /**
     * The offset below which everything may go: where a segment begins, or the end of the log if all of it goes.
     *
     * @param nowMillis wall-clock time
     */
    static long firstKept(Segments segments, long highWatermark, RetentionConfig config, long nowMillis)
            throws IOException {
        return new Retention(segments, highWatermark).firstKept(config, nowMillis);
    }

    private long firstKept(RetentionConfig config, long nowMillis) throws IOException {
        int gone = 0;
        while (mayGo(gone) && segments.segmentEndOffset(gone) <= segments.logStartOffset()) {
            gone++;
        }
        if (config.byAgeAndSize()) {
            gone = pastTooMany(gone, config.bytes());
            gone = pastTooOld(gone, config.millis(), nowMillis);
        }
        int count = segments.segmentCount();
        return gone < count ? segments.segmentBaseOffset(gone) : segments.segmentEndOffset(count - 1);
    }

    private boolean mayGo(int i) {
        int last = segments.segmentCount() - 1;
        return i <= last
                && segments.segmentEndOffset(i) <= highWatermark
                && (i < last || segments.segmentSizeInBytes(i) > 0);
    }

    private int pastTooMany(int from, long bytesMax) {
        if (bytesMax == RetentionConfig.UNLIMITED) {
            return from;
        }
        long over = -bytesMax;
        for (int i = from; i < segments.segmentCount(); i++) {
            over += segments.segmentSizeInBytes(i);
        }
        int gone = from;
        while (mayGo(gone) && over >= segments.segmentSizeInBytes(gone)) {
            over -= segments.segmentSizeInBytes(gone);
            gone++;
        }
        return gone;
    }

    private int pastTooOld(int from, long millisMax, long nowMillis) throws IOException {
        int gone = from;
        while (millisMax != RetentionConfig.UNLIMITED
                && mayGo(gone)
                && nowMillis - segments.largestTimestamp(gone) > millisMax) {
            gone++;
        }
        return gone;
    }
}
