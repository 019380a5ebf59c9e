package io.rowlock.broker.partition;

import io.rowlock.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * How an append to one partition ended.
 *
 * @param message what to tell a person about an error, or null
 * @param baseOffset offset of the first record, or -1
 * @param logAppendTime milliseconds since 1970 where the topic takes the broker's time, otherwise -1
 * @param logStartOffset first offset that the log still has, or -1
 */
public record AppendOutcome(
        ErrorCode error, @Nullable String message, long baseOffset, long logAppendTime, long logStartOffset) {

    /** A refusal: nothing was written. */
    public static AppendOutcome refused(ErrorCode error, @Nullable String message) {
        return new AppendOutcome(error, message, -1, -1, -1);
    }
}
