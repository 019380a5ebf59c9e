package io.rowlock.broker.group;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client asks to become a member, or a member asks to be part of the next generation.
 *
 * @param memberId empty if the client has none yet
 * @param instanceId of a static member (KIP-345), or null
 * @param clientId as far as it can be kept; not empty only if the client named itself
 * @param clientHost as in {@link MemberSnapshot}
 * @param protocolType what all members must be alike; "consumer" for consumers
 * @param protocols in the client's order of preference, each name once
 * @param reason in words, or null (KIP-800, from version 8)
 * @param knownMemberIdRequired whether a dynamic member must join again with the id it is given (KIP-394, from version 4)
 * @param canSkipAssignment whether a leader can be told to assign nothing (KIP-814, from version 9)
 */
public record JoinCommand(
        String memberId,
        @Nullable String instanceId,
        String clientId,
        String clientHost,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        String protocolType,
        List<JoinProtocol> protocols,
        @Nullable String reason,
        boolean knownMemberIdRequired,
        boolean canSkipAssignment) {}
