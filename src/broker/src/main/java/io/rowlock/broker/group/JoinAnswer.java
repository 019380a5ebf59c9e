package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a {@link JoinCommand}.
 *
 * @param memberId the id to go on with; with an error empty if the client should ask for a new one
 * @param generation that the member is in now; -1 with an error
 * @param protocolType null with an error
 * @param protocol the assignor chosen; null with an error
 * @param leader member id of the member that assigns; empty with an error
 * @param skipAssignment whether the leader must not assign, because the members keep what they have (KIP-814)
 * @param members all of this generation, for the leader; otherwise none
 */
public record JoinAnswer(
        ErrorCode error,
        String memberId,
        int generation,
        @Nullable String protocolType,
        @Nullable String protocol,
        String leader,
        boolean skipAssignment,
        List<Joined> members) {

    /** A member as the leader sees it. */
    public record Joined(String memberId, @Nullable String instanceId, Bytes metadata) {}

    public static JoinAnswer refused(ErrorCode error, String memberId) {
        return new JoinAnswer(error, memberId, -1, null, null, "", false, List.of());
    }
}
