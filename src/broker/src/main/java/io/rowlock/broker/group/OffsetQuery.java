package io.rowlock.broker.group;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which committed offsets of a group are asked for.
 *
 * @param topicIds of these topics all partitions; null for everything that the group has committed
 * @param offsetsMax how many offsets that may be, as far as can be told; it decides how many questions go together
 */
public record OffsetQuery(String groupId, @Nullable Set<UUID> topicIds, int offsetsMax) {

    /** What everything that a group has committed counts for: much, because nobody knows. */
    static final int ALL = 1_000;

    /** Where nobody knows how many partitions topics have. */
    public OffsetQuery(String groupId, @Nullable Set<UUID> topicIds) {
        this(groupId, topicIds, topicIds == null ? ALL : topicIds.size());
    }
}
