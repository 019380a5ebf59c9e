package io.rowlock.broker.group;

import org.jspecify.annotations.Nullable;

/**
 * Who a request says it comes from.
 *
 * @param memberId as the coordinator gave it; empty for a client that is no member
 * @param instanceId of a static member (KIP-345), or null
 * @param generation that the client believes to be in; negative for a client that is no member
 */
public record MemberClaim(String memberId, @Nullable String instanceId, int generation) {}
