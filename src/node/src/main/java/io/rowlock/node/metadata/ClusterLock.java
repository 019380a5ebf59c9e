package io.rowlock.node.metadata;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;

/**
 * The cluster's row, locked until the end of the transaction: whoever holds it is the only one that changes metadata.
 *
 * @param version of the last committed change
 */
record ClusterLock(String clusterId, long version, long lastBrokerEpoch) {

    /** How many versions followers can be behind and still be told the difference. */
    static final int VERSIONS_KEPT = 1_000;

    /**
     * A change of more topics than this is not listed: reading everything costs its followers less. Deletions always are,
     * because only what is listed as deleted is removed from disk.
     */
    private static final int TOPICS_LISTED = 1_000;

    private static final String LOCK = """
            SELECT cluster_id, metadata_version, last_broker_epoch
            FROM rowlock.cluster
            FOR UPDATE
            """;

    private static final String RAISE_VERSION = """
            UPDATE rowlock.cluster SET metadata_version = ?, last_broker_epoch = ?
            """;

    private static final String RECORD_CHANGE = """
            INSERT INTO rowlock.change (version, nodes, topics, deleted_topics, everything, broker_configs)
            VALUES (?, ?, ?, ?, ?, ?)
            """;

    private static final String FORGET_CHANGES = "DELETE FROM rowlock.change WHERE version <= ?";

    /** Locks the row; the first thing that a transaction does which changes metadata. */
    static ClusterLock take(Connection connection) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(LOCK);
                ResultSet row = lock.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("rowlock.cluster has lost its row");
            }
            return new ClusterLock(row.getString(1), row.getLong(2), row.getLong(3));
        }
    }

    /** The version of the change that this transaction makes. */
    long nextVersion() {
        return version + 1;
    }

    /** The broker epoch of the registration that this transaction makes. */
    long nextBrokerEpoch() {
        return lastBrokerEpoch + 1;
    }

    /** Records that topics came, changed or went. */
    void commitTopics(Connection connection, Collection<UUID> topics, Collection<UUID> deleted) throws SQLException {
        commit(connection, lastBrokerEpoch, Set.of(), topics, deleted, false);
    }

    /** Records that settings of topics changed, or of brokers. */
    void commitConfigs(Connection connection, Collection<UUID> topics, boolean brokers) throws SQLException {
        commit(connection, lastBrokerEpoch, Set.of(), topics, Set.of(), brokers);
    }

    /** Records that a node changed, and topics with it; {@code brokerEpoch} is the largest given out. */
    void commitNode(Connection connection, long brokerEpoch, int nodeId, Collection<UUID> topics) throws SQLException {
        commit(connection, brokerEpoch, Set.of(nodeId), topics, Set.of(), false);
    }

    private void commit(
            Connection connection,
            long brokerEpoch,
            Collection<Integer> nodes,
            Collection<UUID> topics,
            Collection<UUID> deleted,
            boolean brokerConfigs)
            throws SQLException {
        try (PreparedStatement raise = connection.prepareStatement(RAISE_VERSION)) {
            raise.setLong(1, nextVersion());
            raise.setLong(2, brokerEpoch);
            raise.executeUpdate();
        }
        boolean everything = topics.size() > TOPICS_LISTED;
        try (PreparedStatement change = connection.prepareStatement(RECORD_CHANGE)) {
            change.setLong(1, nextVersion());
            change.setArray(2, array(connection, "int4", everything ? Set.of() : nodes));
            change.setArray(3, array(connection, "uuid", everything ? Set.of() : topics));
            change.setArray(4, array(connection, "uuid", deleted));
            change.setBoolean(5, everything);
            change.setBoolean(6, brokerConfigs);
            change.executeUpdate();
        }
        try (PreparedStatement forget = connection.prepareStatement(FORGET_CHANGES)) {
            forget.setLong(1, nextVersion() - VERSIONS_KEPT);
            forget.executeUpdate();
        }
    }

    static Array array(Connection connection, String type, Collection<?> elements) throws SQLException {
        return connection.createArrayOf(type, elements.toArray());
    }
}
