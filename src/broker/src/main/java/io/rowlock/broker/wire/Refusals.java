package io.rowlock.broker.wire;

import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ProduceResponse;

/** Finds errors in answers that are not sent. */
final class Refusals {
    private Refusals() {}

    /** Whether {@code answer} tells of an error. Only producers can do without an answer, so only theirs are looked at. */
    static boolean in(ApiMessage answer) {
        return answer instanceof ProduceResponse produce
                && produce.responses().stream()
                        .flatMap(topic -> topic.partitionResponses().stream())
                        .anyMatch(partition -> partition.errorCode() != ErrorCode.NONE.code());
    }
}
