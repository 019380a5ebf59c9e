package io.rowlock.broker.group;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which committed offsets of a group are asked for.
 *
 * @param topicIds of these topics all partitions; null for everything that the group has committed
 */
public record OffsetQuery(String groupId, @Nullable Set<UUID> topicIds) {}
