package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.MetadataDelta;
import io.rowlock.broker.cluster.PartitionInfo;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what changed: one cheap statement when nothing did, and otherwise one consistent snapshot. */
final class ChangeReader {

    private static final String VERSION = "SELECT cluster_id, metadata_version FROM rowlock.cluster";

    private static final String CHANGES = """
            SELECT nodes, topics, deleted_topics, partition_topics, many_partitions, everything, broker_configs
            FROM rowlock.change
            WHERE version > ? AND version <= ?
            """;

    private record Version(String clusterId, long number) {}

    private static final class Changes {
        private final Set<Integer> nodes = new HashSet<>();
        private final Set<UUID> topics = new HashSet<>();
        private final Set<UUID> deleted = new HashSet<>();
        private final Set<UUID> partitionTopics = new HashSet<>();
        /** Partitions of more topics changed than are listed. */
        private boolean manyPartitions;

        private boolean brokerConfigs;
        /** So much changed that it is not listed: only the deletions are. */
        private boolean everything;
    }

    private ChangeReader() {}

    /** @param connection in auto-commit mode */
    static MetadataDelta since(Connection connection, long since) throws SQLException {
        Version version = version(connection);
        if (version.number() == since && since > 0) {
            return new MetadataDelta(since, false, version.clusterId(), List.of(), List.of(), Set.of());
        }
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try {
            MetadataDelta delta = snapshot(connection, since);
            connection.commit();
            return delta;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static MetadataDelta snapshot(Connection connection, long since) throws SQLException {
        Version version = version(connection);
        Changes changes = changes(connection, since, version.number());
        if (changes == null || changes.everything) {
            return new MetadataDelta(
                    version.number(),
                    true,
                    version.clusterId(),
                    ImageRows.nodes(connection),
                    ImageRows.topics(connection),
                    changes == null ? Set.of() : changes.deleted,
                    ConfigRows.brokerOverrides(connection));
        }
        return new MetadataDelta(
                version.number(),
                false,
                version.clusterId(),
                ImageRows.nodes(connection, changes.nodes),
                ImageRows.topics(connection, changes.topics),
                changes.deleted,
                partitions(connection, since, changes),
                changes.brokerConfigs ? ConfigRows.brokerOverrides(connection) : null);
    }

    /** Of topics that are not read as a whole: of new ones, too, all partitions are newer. */
    private static Map<UUID, List<PartitionInfo>> partitions(Connection connection, long since, Changes changes)
            throws SQLException {
        changes.partitionTopics.removeAll(changes.topics);
        changes.partitionTopics.removeAll(changes.deleted);
        Map<UUID, List<PartitionInfo>> partitions =
                ImageRows.partitionsSince(connection, since, changes.manyPartitions ? null : changes.partitionTopics);
        partitions.keySet().removeAll(changes.topics);
        return partitions;
    }

    private static Version version(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(VERSION);
                ResultSet row = select.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("rowlock.cluster has lost its row");
            }
            return new Version(row.getString(1), row.getLong(2));
        }
    }

    /** Null where they are not all known, so that everything must be read. */
    private static @Nullable Changes changes(Connection connection, long since, long version) throws SQLException {
        if (since <= 0 || since > version || version - since > ClusterLock.VERSIONS_KEPT) {
            return null;
        }
        Changes changes = new Changes();
        long known = 0;
        try (PreparedStatement select = connection.prepareStatement(CHANGES)) {
            select.setLong(1, since);
            select.setLong(2, version);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    addAll(changes.nodes, rows.getArray(1), Integer.class);
                    addAll(changes.topics, rows.getArray(2), UUID.class);
                    addAll(changes.deleted, rows.getArray(3), UUID.class);
                    addAll(changes.partitionTopics, rows.getArray(4), UUID.class);
                    changes.manyPartitions |= rows.getBoolean(5);
                    changes.everything |= rows.getBoolean(6);
                    changes.brokerConfigs |= rows.getBoolean(7);
                    known++;
                }
            }
        }
        changes.topics.removeAll(changes.deleted);
        return known == version - since ? changes : null;
    }

    private static <T> void addAll(Set<T> target, Array array, Class<T> type) throws SQLException {
        for (Object element : (Object[]) array.getArray()) {
            target.add(type.cast(element));
        }
    }
}
