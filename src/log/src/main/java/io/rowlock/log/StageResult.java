package io.rowlock.log;

import io.rowlock.protocol.ErrorCode;

/** What became of a batch that was to be appended. */
public sealed interface StageResult {

    /**
     * Goes out with the next {@link PartitionLog#write()}.
     *
     * @param logAppendTime in milliseconds, or -1 where the topic keeps the producers' timestamps
     */
    record Staged(long baseOffset, long lastOffset, long logAppendTime) implements StageResult {}

    /**
     * Stands in the log (or is staged) already; a confirmation must wait until these offsets are as durable as the request
     * asks.
     */
    record Duplicate(long baseOffset, long lastOffset, long logAppendTime) implements StageResult {}

    /** Must not be appended. */
    record Rejected(ErrorCode error, String message) implements StageResult {}
}
