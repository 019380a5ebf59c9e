package io.rowlock.broker.api.fetch;

import io.rowlock.log.EpochEnd;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What to tell a client about one partition.
 *
 * @param highWatermark -1 with an error, as are the next two
 * @param diverging where the client's log parts from this one (KIP-595), or null
 * @param slice records to send, holding a reference on their file, or null
 * @param crowdedOut whether there are records for which this answer had no room
 */
record FetchAnswer(
        FetchTarget target,
        ErrorCode error,
        long highWatermark,
        long lastStableOffset,
        long logStartOffset,
        @Nullable EpochEnd diverging,
        @Nullable FetchSlice slice,
        boolean crowdedOut) {

    static FetchAnswer failed(FetchTarget target, ErrorCode error) {
        return new FetchAnswer(target, error, -1, -1, -1, null, null, false);
    }

    /** Whether the client should hear of it at once, without waiting for records. */
    boolean isUrgent() {
        return error != ErrorCode.NONE || diverging != null;
    }

    /** Whether looking at the partition again is of no use until it changes. */
    boolean isSettled() {
        return bytes() == 0 && !isUrgent() && !crowdedOut;
    }

    /** Whether a replica that is told this asks for something else next. */
    boolean needsReply() {
        return bytes() > 0 || isUrgent();
    }

    int bytes() {
        return slice == null ? 0 : slice.records().sizeInBytes();
    }

    void release() {
        if (slice != null) {
            slice.records().release();
        }
    }
}
