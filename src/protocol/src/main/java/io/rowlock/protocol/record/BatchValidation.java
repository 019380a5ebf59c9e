package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.ErrorCode;
import java.util.List;

/** What a validator found. */
public sealed interface BatchValidation {

    /** The batch may be appended. */
    enum Valid implements BatchValidation {
        VALID
    }

    /**
     * Another batch may be appended in its place.
     *
     * @param batch whose reference is the caller's
     */
    record Rewritten(ByteBuf batch) implements BatchValidation {}

    /**
     * The batch must be refused as a whole.
     *
     * @param error what the producer is told
     * @param message why, for people
     * @param recordErrors the records at fault (KIP-467), as far as they are known; bounded
     */
    record Invalid(ErrorCode error, String message, List<RecordError> recordErrors) implements BatchValidation {
        public Invalid(ErrorCode error, String message) {
            this(error, message, List.of());
        }
    }

    /** One record at fault: its place in the batch, from 0, and why. */
    record RecordError(int batchIndex, String message) {}
}
