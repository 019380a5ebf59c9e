package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.cluster.PartitionInfo;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Single partitions, read and replaced by a holder of the cluster's lock: one statement each, however many. */
final class PartitionUpdates {

    /** @param lastInSync {@link PartitionInfo#NO_LEADER} if there is none */
    record Row(PartitionInfo partition, int lastInSync) {}

    private static final String READ = """
            SELECT topic_id, partition_index, leader, leader_epoch, partition_epoch, replicas, in_sync_replicas,
                last_in_sync
            FROM rowlock.topic_partition
            JOIN unnest(?::uuid[], ?::integer[]) AS asked (topic_id, partition_index) USING (topic_id, partition_index)
            """;

    /** The epoch that the decision was made on is compared once more: nobody can have changed it, so none may be missing. */
    private static final String REPLACE = """
            UPDATE rowlock.topic_partition AS p
            SET leader = nullif(next.leader, -1),
                leader_epoch = next.leader_epoch,
                partition_epoch = next.partition_epoch,
                in_sync_replicas = next.in_sync_replicas::integer[],
                last_in_sync = NULL,
                version = ?
            FROM unnest(?::uuid[], ?::integer[], ?::integer[], ?::integer[], ?::integer[], ?::text[])
                AS next (topic_id, partition_index, leader, leader_epoch, partition_epoch, in_sync_replicas)
            WHERE p.topic_id = next.topic_id
              AND p.partition_index = next.partition_index
              AND p.partition_epoch = next.partition_epoch - 1
            """;

    private PartitionUpdates() {}

    /** Those that exist. */
    static Map<PartitionId, Row> read(Connection connection, Collection<PartitionId> ids) throws SQLException {
        Map<PartitionId, Row> partitions = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(READ)) {
            select.setArray(1, topics(connection, ids));
            select.setObject(2, ids.stream().mapToInt(PartitionId::index).toArray());
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    PartitionInfo partition = ImageRows.partition(rows);
                    Integer last = rows.getObject(8, Integer.class);
                    partitions.put(
                            new PartitionId(rows.getObject(1, UUID.class), partition.index()),
                            new Row(partition, last == null ? PartitionInfo.NO_LEADER : last));
                }
            }
        }
        return partitions;
    }

    /** Each has an in-sync replica, and the partition epoch that follows the one that was read. */
    static void replace(Connection connection, ClusterLock cluster, Map<PartitionId, PartitionInfo> changed)
            throws SQLException {
        List<PartitionInfo> next = List.copyOf(changed.values());
        try (PreparedStatement update = connection.prepareStatement(REPLACE)) {
            update.setLong(1, cluster.nextVersion());
            update.setArray(2, topics(connection, changed.keySet()));
            update.setObject(3, next.stream().mapToInt(PartitionInfo::index).toArray());
            update.setObject(4, next.stream().mapToInt(PartitionInfo::leader).toArray());
            update.setObject(
                    5, next.stream().mapToInt(PartitionInfo::leaderEpoch).toArray());
            update.setObject(
                    6, next.stream().mapToInt(PartitionInfo::partitionEpoch).toArray());
            update.setArray(
                    7,
                    ClusterLock.array(
                            connection,
                            "text",
                            next.stream()
                                    .map(p -> PartitionRows.literal(p.inSyncReplicas()))
                                    .toList()));
            int updated = update.executeUpdate();
            if (updated != next.size()) {
                throw new IllegalStateException(
                        "of " + next.size() + " partitions only " + updated + " are as they were under the same lock");
            }
        }
    }

    private static Array topics(Connection connection, Collection<PartitionId> ids) throws SQLException {
        return ClusterLock.array(
                connection, "uuid", ids.stream().map(PartitionId::topicId).toList());
    }
}
