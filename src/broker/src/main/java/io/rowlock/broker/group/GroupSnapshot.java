package io.rowlock.broker.group;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A group as it is kept: all that a coordinator must know to go on where another one ended, or the same one before a restart.
 *
 * @param protocolType what its members are, "consumer" for consumers; null for a group that never had members
 * @param generation raised with every completed rebalance; 0 before the first
 * @param protocol the assignor chosen for this generation, or null
 * @param leader member id of the member that assigns, or null
 * @param subscribedTopics names of the topics that the members of a consumer group consume; null where that cannot be told, as
 *     with other protocol types
 */
public record GroupSnapshot(
        String groupId,
        GroupPhase phase,
        @Nullable String protocolType,
        int generation,
        @Nullable String protocol,
        @Nullable String leader,
        @Nullable Set<String> subscribedTopics,
        List<MemberSnapshot> members) {

    /** The {@link #protocolType} of consumers. */
    public static final String CONSUMER_PROTOCOL_TYPE = "consumer";

    /** A group that has committed offsets and nothing else. */
    public static GroupSnapshot empty(String groupId) {
        return new GroupSnapshot(groupId, GroupPhase.EMPTY, null, 0, null, null, null, List.of());
    }
}
