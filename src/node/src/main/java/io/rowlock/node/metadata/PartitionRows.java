package io.rowlock.node.metadata;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** New partitions: one statement for all of a topic. */
final class PartitionRows {

    /** Nodes that are known not to take part are not in sync, unless all are, since a new partition is empty. */
    private static final String INSERT = """
            INSERT INTO rowlock.topic_partition (
                topic_id, partition_index, leader, replicas, in_sync_replicas, version)
            SELECT
                ?,
                ordinality - 1 + ?,
                present.ids[1],
                given.ids,
                CASE WHEN present.ids = '{}' THEN given.ids ELSE present.ids END,
                ?
            FROM unnest(?) WITH ORDINALITY AS listed (replicas, ordinality)
            CROSS JOIN LATERAL (SELECT listed.replicas::integer[] AS ids) AS given
            CROSS JOIN LATERAL (
                SELECT ARRAY(
                    SELECT id
                    FROM unnest(given.ids) WITH ORDINALITY AS replica (id, preference)
                    WHERE NOT EXISTS (
                        SELECT 1 FROM rowlock.node WHERE node_id = id AND state <> 'ACTIVE'
                    )
                    ORDER BY preference
                ) AS ids
            ) AS present
            """;

    private static final String COUNT = "SELECT count(*) FROM rowlock.topic_partition WHERE topic_id = ?";

    private PartitionRows() {}

    /** Adds a topic's partitions from {@code firstIndex} on: led by their first active replica, all active replicas in sync. */
    static void insert(
            Connection connection, ClusterLock cluster, UUID topicId, int firstIndex, List<List<Integer>> replicas)
            throws SQLException {
        List<String> literals = replicas.stream().map(PartitionRows::literal).toList();
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setObject(1, topicId);
            insert.setInt(2, firstIndex);
            insert.setLong(3, cluster.nextVersion());
            insert.setArray(4, ClusterLock.array(connection, "text", literals));
            insert.executeUpdate();
        }
    }

    /** An array of node ids within an array, which SQL knows only with equal lengths. */
    static String literal(List<Integer> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
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
}
