package io.rowlock.broker.group;

import java.util.UUID;

/** One partition, as one group consumes it. */
public record OffsetKey(String groupId, UUID topicId, int partition) {}
