package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.LeaseRenewal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/** The lease rows. Time is the database's own, at the moment of the statement. */
final class Leases {

    private static final String RENEW = """
            UPDATE rowlock.node_lease
            SET lease_until = clock_timestamp() + ? * interval '1 microsecond'
            WHERE node_id = ? AND broker_epoch = ? AND NOT ended
            """;

    private static final String REPLACED = """
            SELECT 1 FROM rowlock.node_lease WHERE node_id = ? AND broker_epoch > ?
            """;

    private static final String END = """
            UPDATE rowlock.node_lease
            SET ended = true, lease_until = least(lease_until, clock_timestamp())
            WHERE node_id = ?
            """;

    private static final String LOCK = """
            SELECT extract(epoch FROM lease_until - clock_timestamp()) * 1000000
            FROM rowlock.node_lease
            WHERE node_id = ?
            FOR UPDATE
            """;

    private static final String GIVE = """
            INSERT INTO rowlock.node_lease (node_id, broker_epoch, lease_until)
            VALUES (?, ?, clock_timestamp() + ? * interval '1 microsecond')
            ON CONFLICT (node_id) DO UPDATE
            SET broker_epoch = excluded.broker_epoch, lease_until = excluded.lease_until, ended = false
            """;

    private Leases() {}

    /** One statement, one row, a transaction of its own; only a refusal takes another one, to say why. */
    static LeaseRenewal renew(Connection connection, int nodeId, long brokerEpoch, Duration ttl) throws SQLException {
        try (PreparedStatement renew = connection.prepareStatement(RENEW)) {
            renew.setLong(1, micros(ttl));
            renew.setInt(2, nodeId);
            renew.setLong(3, brokerEpoch);
            if (renew.executeUpdate() == 1) {
                return LeaseRenewal.CONFIRMED;
            }
        }
        try (PreparedStatement replaced = connection.prepareStatement(REPLACED)) {
            replaced.setInt(1, nodeId);
            replaced.setLong(2, brokerEpoch);
            try (ResultSet row = replaced.executeQuery()) {
                return row.next() ? LeaseRenewal.REPLACED : LeaseRenewal.FENCED;
            }
        }
    }

    /** Locks a node's lease and returns how long it still runs; zero or less if it has lapsed, or there is none. */
    static Duration lock(Connection connection, int nodeId) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
            lock.setInt(1, nodeId);
            try (ResultSet row = lock.executeQuery()) {
                return row.next() ? Duration.ofNanos(Math.round(row.getDouble(1) * 1_000)) : Duration.ZERO;
            }
        }
    }

    static void give(Connection connection, int nodeId, long brokerEpoch, Duration ttl) throws SQLException {
        try (PreparedStatement give = connection.prepareStatement(GIVE)) {
            give.setInt(1, nodeId);
            give.setLong(2, brokerEpoch);
            give.setLong(3, micros(ttl));
            give.executeUpdate();
        }
    }

    /** From now on it does not run, and cannot be renewed. */
    static void end(Connection connection, int nodeId) throws SQLException {
        try (PreparedStatement end = connection.prepareStatement(END)) {
            end.setInt(1, nodeId);
            end.executeUpdate();
        }
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
