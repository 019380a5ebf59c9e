package io.rowlock.node.metadata;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Set;

/**
 * The cluster's row, locked until the end of the transaction: whoever holds it is the only one that changes metadata.
 *
 * @param version of the last committed change
 */
record ClusterLock(String clusterId, long version, long lastBrokerEpoch) {

    /** How many versions followers can be behind and still be told the difference. */
    static final int VERSIONS_KEPT = 1_000;

    /**
     * More topics than this are not listed. Where they came or changed as a whole, reading everything costs followers less; where
     * only partitions changed, they look for those of this version. Deletions always are listed, because only what is listed as
     * deleted is removed from disk.
     */
    static final int TOPICS_LISTED = 1_000;

    private static final String LOCK = """
            SELECT cluster_id, metadata_version, last_broker_epoch
            FROM rowlock.cluster
            FOR UPDATE
            """;

    private static final String RAISE_VERSION = """
            UPDATE rowlock.cluster SET metadata_version = ?, last_broker_epoch = ?
            """;

    private static final String RECORD_CHANGE = """
            INSERT INTO rowlock.change (
                version, nodes, topics, deleted_topics, partition_topics, many_partitions, everything, broker_configs)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
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

    /** Records a change of topics or settings, or of nodes without a registration. */
    void commit(Connection connection, ChangedRows changed) throws SQLException {
        commit(connection, lastBrokerEpoch, changed);
    }

    /** Records the registration that this transaction makes. */
    void commitRegistration(Connection connection, ChangedRows changed) throws SQLException {
        commit(connection, nextBrokerEpoch(), changed);
    }

    private void commit(Connection connection, long brokerEpoch, ChangedRows changed) throws SQLException {
        try (PreparedStatement raise = connection.prepareStatement(RAISE_VERSION)) {
            raise.setLong(1, nextVersion());
            raise.setLong(2, brokerEpoch);
            raise.executeUpdate();
        }
        boolean everything = changed.topics.size() > TOPICS_LISTED;
        boolean manyPartitions = changed.partitionTopics.size() > TOPICS_LISTED;
        try (PreparedStatement change = connection.prepareStatement(RECORD_CHANGE)) {
            change.setLong(1, nextVersion());
            change.setArray(2, array(connection, "int4", changed.nodes));
            change.setArray(3, array(connection, "uuid", everything ? Set.of() : changed.topics));
            change.setArray(4, array(connection, "uuid", changed.deletedTopics));
            change.setArray(5, array(connection, "uuid", manyPartitions ? Set.of() : changed.partitionTopics));
            change.setBoolean(6, manyPartitions);
            change.setBoolean(7, everything);
            change.setBoolean(8, changed.brokerConfigs);
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
