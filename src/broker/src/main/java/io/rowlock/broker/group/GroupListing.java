package io.rowlock.broker.group;

import org.jspecify.annotations.Nullable;

/**
 * What a list tells of a group.
 *
 * @param protocolType as in {@link GroupSnapshot}
 */
public record GroupListing(
        String groupId, GroupPhase phase, @Nullable String protocolType) {

    static GroupListing of(GroupSnapshot group) {
        return new GroupListing(group.groupId(), group.phase(), group.protocolType());
    }
}
