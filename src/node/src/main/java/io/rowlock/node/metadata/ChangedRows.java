package io.rowlock.node.metadata;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** What a transaction changed, as followers hear of it. For one transaction. */
final class ChangedRows {

    final Set<Integer> nodes = new HashSet<>();
    /** Whole topics, with all their partitions and settings. */
    final Set<UUID> topics = new HashSet<>();

    final Set<UUID> deletedTopics = new HashSet<>();
    /** Topics of which single partitions changed: their rows have the version. */
    final Set<UUID> partitionTopics = new HashSet<>();

    boolean brokerConfigs;

    boolean isEmpty() {
        return nodes.isEmpty()
                && topics.isEmpty()
                && deletedTopics.isEmpty()
                && partitionTopics.isEmpty()
                && !brokerConfigs;
    }

    ChangedRows node(int id) {
        nodes.add(id);
        return this;
    }

    ChangedRows topics(Collection<UUID> ids) {
        topics.addAll(ids);
        return this;
    }

    ChangedRows deletedTopics(Collection<UUID> ids) {
        deletedTopics.addAll(ids);
        return this;
    }

    ChangedRows partitionsOf(Collection<UUID> ids) {
        partitionTopics.addAll(ids);
        return this;
    }

    ChangedRows brokerConfigs(boolean changed) {
        brokerConfigs |= changed;
        return this;
    }
}
