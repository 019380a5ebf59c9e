package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request to leave.
 *
 * @param error of the request as a whole
 * @param members in the order of the request; none with an error of the whole
 */
public record LeaveAnswer(ErrorCode error, List<Left> members) {

    /** What became of one of them; the ids are those of the request. */
    public record Left(String memberId, @Nullable String instanceId, ErrorCode error) {}

    public static LeaveAnswer refused(ErrorCode error) {
        return new LeaveAnswer(error, List.of());
    }
}
