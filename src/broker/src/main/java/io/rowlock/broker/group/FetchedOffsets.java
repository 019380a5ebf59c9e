package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;

/** The answer to a question for committed offsets; without any where there is an error. */
public record FetchedOffsets(ErrorCode error, List<CommittedOffset> offsets) {

    static FetchedOffsets refused(ErrorCode error) {
        return new FetchedOffsets(error, List.of());
    }
}
