package io.rowlock.broker.group;

import org.jspecify.annotations.Nullable;

/**
 * A member that leaves or is made to leave (KIP-345).
 *
 * @param memberId empty if the member is named by its instance id alone
 * @param instanceId of a static member, or null
 * @param reason in words, or null (KIP-800)
 */
public record LeavingMember(
        String memberId,
        @Nullable String instanceId,
        @Nullable String reason) {}
