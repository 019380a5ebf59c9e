package io.rowlock.node.metadata;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Changes of partitions: each one statement, however many partitions it changes. */
final class PartitionRows {

    private static final String INSERT = """
            INSERT INTO rowlock.topic_partition (topic_id, partition_index, leader, replicas, in_sync_replicas)
            SELECT ?, ordinality - 1 + ?, (replicas::integer[])[1], replicas::integer[], replicas::integer[]
            FROM unnest(?) WITH ORDINALITY AS given (replicas, ordinality)
            """;

    private static final String COUNT = "SELECT count(*) FROM rowlock.topic_partition WHERE topic_id = ?";

    private static final String RAISE_LEADER_EPOCHS = """
            UPDATE rowlock.topic_partition
            SET leader = ?1,
                leader_epoch = leader_epoch + 1,
                partition_epoch = partition_epoch + 1
            WHERE leader = ?1
               OR (leader IS NULL AND ?1 = ANY (in_sync_replicas))
            RETURNING topic_id
            """;

    private static final String LEAVE_IN_SYNC_REPLICAS = """
            UPDATE rowlock.topic_partition AS p
            SET leader = CASE WHEN p.leader = ?1 THEN (
                    SELECT candidate.node_id
                    FROM unnest(p.replicas) WITH ORDINALITY AS candidate (node_id, preference)
                    JOIN rowlock.node_lease AS lease USING (node_id)
                    WHERE candidate.node_id <> ?1
                      AND candidate.node_id = ANY (p.in_sync_replicas)
                      AND lease.lease_until > clock_timestamp()
                    ORDER BY candidate.preference
                    LIMIT 1
                ) ELSE p.leader END,
                leader_epoch = p.leader_epoch + CASE WHEN p.leader = ?1 THEN 1 ELSE 0 END,
                partition_epoch = p.partition_epoch + 1,
                in_sync_replicas = array_remove(p.in_sync_replicas, ?1)
            WHERE p.leader = ?1
               OR ?1 = ANY (p.in_sync_replicas)
            RETURNING topic_id
            """;

    private PartitionRows() {}

    /** Adds a topic's partitions from {@code firstIndex} on: led by their first replica, all replicas in sync. */
    static void insert(Connection connection, UUID topicId, int firstIndex, List<List<Integer>> replicas)
            throws SQLException {
        List<String> literals = replicas.stream()
                .map(ids -> ids.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}")))
                .toList();
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setObject(1, topicId);
            insert.setInt(2, firstIndex);
            insert.setArray(3, ClusterLock.array(connection, "text", literals));
            insert.executeUpdate();
        }
    }

    /** How many partitions a topic has; 0 where there is none of that id, since every topic has one. */
    static int count(Connection connection, UUID topicId) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement(COUNT)) {
            count.setObject(1, topicId);
            try (ResultSet row = count.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /**
     * A node came back with its data: a new leader epoch for all that it leads, and for all that nobody leads and it can.
     * Returns the topics that changed.
     */
    static Set<UUID> raiseLeaderEpochs(Connection connection, int nodeId) throws SQLException {
        return changeOf(connection, RAISE_LEADER_EPOCHS, nodeId);
    }

    /**
     * A node came back without its data: it is in sync nowhere, and what it led goes to the first in-sync replica that is
     * alive, or to nobody. Returns the topics that changed.
     */
    static Set<UUID> leaveInSyncReplicas(Connection connection, int nodeId) throws SQLException {
        return changeOf(connection, LEAVE_IN_SYNC_REPLICAS, nodeId);
    }

    /** JDBC knows no numbered parameters: every {@code ?1} is the same node. */
    private static Set<UUID> changeOf(Connection connection, String sql, int nodeId) throws SQLException {
        int parameters = (sql.length() - sql.replace("?1", "").length()) / 2;
        try (PreparedStatement change = connection.prepareStatement(sql.replace("?1", "?"))) {
            for (int i = 1; i <= parameters; i++) {
                change.setInt(i, nodeId);
            }
            Set<UUID> topics = new HashSet<>();
            try (ResultSet rows = change.executeQuery()) {
                while (rows.next()) {
                    topics.add(rows.getObject(1, UUID.class));
                }
            }
            return topics;
        }
    }
}
