package io.rowlock.broker.cluster;

import java.util.UUID;

/** Names a partition of the cluster. */
public record PartitionId(UUID topicId, int index) {}
