package io.rowlock.broker.group;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member as it is kept.
 *
 * @param instanceId of a static member (KIP-345), or null
 * @param clientHost where its connection comes from, as Kafka prints it: {@code /127.0.0.1}
 * @param sessionTimeoutMs how long it may stay silent
 * @param rebalanceTimeoutMs how long it may take to join again
 * @param protocols in its order of preference; never empty
 * @param assignment opaque, from the leader; empty if it has none
 */
public record MemberSnapshot(
        String memberId,
        @Nullable String instanceId,
        String clientId,
        String clientHost,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        List<JoinProtocol> protocols,
        Bytes assignment) {}
