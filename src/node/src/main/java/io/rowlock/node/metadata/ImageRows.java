package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.cluster.NodeState;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads nodes and topics as the image holds them: everything, or those with given ids. */
final class ImageRows {

    private static final String NODES = """
            SELECT n.node_id, n.broker_epoch, n.directory_id, n.rack, n.state, e.listener, e.host, e.port, e.protocol
            FROM rowlock.node AS n
            LEFT JOIN rowlock.node_endpoint AS e USING (node_id)
            """;
    private static final String OF_NODES = "WHERE n.node_id = ANY (?)";

    private static final String TOPICS = "SELECT topic_id, name, internal FROM rowlock.topic ";
    private static final String OF_TOPICS = "WHERE topic_id = ANY (?)";

    private static final String PARTITIONS = """
            SELECT topic_id, partition_index, leader, leader_epoch, partition_epoch, replicas, in_sync_replicas
            FROM rowlock.topic_partition
            """;
    private static final String IN_ORDER = " ORDER BY topic_id, partition_index";

    private static final String CONFIGS = """
            SELECT topic_id, key, value
            FROM rowlock.config
            JOIN rowlock.topic ON kind = 'topic' AND config.name = topic.name
            """;

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private ImageRows() {}

    static List<NodeInfo> nodes(Connection connection) throws SQLException {
        return readNodes(connection, NODES, null);
    }

    static List<NodeInfo> nodes(Connection connection, Collection<Integer> ids) throws SQLException {
        return ids.isEmpty()
                ? List.of()
                : readNodes(connection, NODES + OF_NODES, ClusterLock.array(connection, "int4", ids));
    }

    static List<TopicInfo> topics(Connection connection) throws SQLException {
        return readTopics(connection, "", null);
    }

    static List<TopicInfo> topics(Connection connection, Collection<UUID> ids) throws SQLException {
        return ids.isEmpty()
                ? List.of()
                : readTopics(connection, OF_TOPICS, ClusterLock.array(connection, "uuid", ids));
    }

    /** Partitions that changed after {@code since}, of these topics, or, where that is null, of all; by topic. */
    static Map<UUID, List<PartitionInfo>> partitionsSince(
            Connection connection, long since, @Nullable Collection<UUID> topics) throws SQLException {
        Map<UUID, List<PartitionInfo>> partitions = new HashMap<>();
        if (topics != null && topics.isEmpty()) {
            return partitions;
        }
        String sql = PARTITIONS + "WHERE version > ?" + (topics == null ? "" : " AND topic_id = ANY (?)") + IN_ORDER;
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, since);
            if (topics != null) {
                select.setArray(2, ClusterLock.array(connection, "uuid", topics));
            }
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    partitions
                            .computeIfAbsent(rows.getObject(1, UUID.class), id -> new ArrayList<>())
                            .add(partition(rows));
                }
            }
        }
        return partitions;
    }

    private static List<NodeInfo> readNodes(Connection connection, String sql, @Nullable Array ids)
            throws SQLException {
        Map<Integer, NodeInfo> nodes = new HashMap<>();
        Map<Integer, Map<String, Endpoint>> endpoints = new HashMap<>();
        forEach(connection, sql, ids, row -> {
            int id = row.getInt(1);
            nodes.put(
                    id,
                    new NodeInfo(
                            id,
                            row.getLong(2),
                            row.getObject(3, UUID.class),
                            row.getString(4),
                            Map.of(),
                            NodeState.valueOf(row.getString(5))));
            Map<String, Endpoint> ofNode = endpoints.computeIfAbsent(id, key -> new HashMap<>());
            String listener = row.getString(6);
            if (listener != null) {
                ofNode.put(listener, new Endpoint(row.getString(7), row.getInt(8), row.getString(9)));
            }
        });
        return nodes.values().stream()
                .map(node -> new NodeInfo(
                        node.id(),
                        node.brokerEpoch(),
                        node.directoryId(),
                        node.rack(),
                        endpoints.getOrDefault(node.id(), Map.of()),
                        node.state()))
                .toList();
    }

    private static List<TopicInfo> readTopics(Connection connection, String where, @Nullable Array ids)
            throws SQLException {
        Map<UUID, List<PartitionInfo>> partitions = new HashMap<>();
        forEach(
                connection,
                PARTITIONS + where + IN_ORDER,
                ids,
                row -> partitions
                        .computeIfAbsent(row.getObject(1, UUID.class), id -> new ArrayList<>())
                        .add(partition(row)));
        Map<UUID, Map<String, String>> configs = new HashMap<>();
        forEach(
                connection,
                CONFIGS + where,
                ids,
                row -> configs.computeIfAbsent(row.getObject(1, UUID.class), id -> new HashMap<>())
                        .put(row.getString(2), row.getString(3)));
        List<TopicInfo> topics = new ArrayList<>();
        forEach(connection, TOPICS + where, ids, row -> {
            UUID id = row.getObject(1, UUID.class);
            topics.add(new TopicInfo(
                    id,
                    row.getString(2),
                    row.getBoolean(3),
                    partitions.getOrDefault(id, List.of()),
                    configs.getOrDefault(id, Map.of())));
        });
        return topics;
    }

    /** Of a row that begins with these columns: topic, index, leader, its epoch, the partition's, replicas, in-sync replicas. */
    static PartitionInfo partition(ResultSet row) throws SQLException {
        Integer leader = row.getObject(3, Integer.class);
        return new PartitionInfo(
                row.getInt(2),
                leader == null ? PartitionInfo.NO_LEADER : leader,
                row.getInt(4),
                row.getInt(5),
                ids(row.getArray(6)),
                ids(row.getArray(7)));
    }

    private static List<Integer> ids(Array array) throws SQLException {
        return Arrays.asList((Integer[]) array.getArray());
    }

    private static void forEach(Connection connection, String sql, @Nullable Array ids, RowReader reader)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            if (ids != null) {
                select.setArray(1, ids);
            }
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }
}
