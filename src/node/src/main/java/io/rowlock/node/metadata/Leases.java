package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.LeaseRenewal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** The lease rows. Time is the database's own, at the moment of the statement. */
final class Leases {

    private static final String RENEW = """
            UPDATE rowlock.node_lease
            SET lease_until = clock_timestamp() + ? * interval '1 microsecond', renewed_at = clock_timestamp(),
                steady_since = CASE
                    WHEN clock_timestamp() <= renewed_at + (lease_until - renewed_at) / 2 THEN steady_since
                    ELSE clock_timestamp()
                END
            WHERE node_id = ? AND broker_epoch = ? AND NOT ended
            """;

    private static final String REPLACED = """
            SELECT 1 FROM rowlock.node_lease WHERE node_id = ? AND broker_epoch > ?
            """;

    private static final String END = """
            UPDATE rowlock.node_lease
            SET ended = true, lease_until = least(lease_until, clock_timestamp())
            WHERE node_id = ANY (?)
            """;

    private static final String ANY_LAPSED = """
            SELECT 1 FROM rowlock.node_lease WHERE NOT ended AND lease_until <= clock_timestamp() LIMIT 1
            """;

    /**
     * One moment for the asker's lease and for those of all others: if the database is held up before that, the asker's is not
     * steady, and if it is held up after that, it found nobody's lease run out by that.
     */
    private static final String LOCK_LAPSED = """
            SELECT l.node_id
            FROM rowlock.node_lease AS own
            JOIN rowlock.node_lease AS l ON NOT l.ended AND l.lease_until <= statement_timestamp()
            WHERE own.node_id = ? AND own.broker_epoch = ? AND NOT own.ended
              AND statement_timestamp() <= own.renewed_at + (own.lease_until - own.renewed_at) / 2
              AND statement_timestamp() >= own.steady_since + (own.lease_until - own.renewed_at)
            ORDER BY l.node_id
            FOR UPDATE OF l SKIP LOCKED
            """;

    private static final String LOCK_UNLESS_RENEWING = """
            SELECT 1 FROM rowlock.node_lease WHERE node_id = ? FOR UPDATE SKIP LOCKED
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
            SET broker_epoch = excluded.broker_epoch, lease_until = excluded.lease_until,
                renewed_at = clock_timestamp(), steady_since = clock_timestamp(), ended = false
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

    /** From now on they do not run, and cannot be renewed. */
    static void end(Connection connection, Collection<Integer> nodeIds) throws SQLException {
        try (PreparedStatement end = connection.prepareStatement(END)) {
            end.setArray(1, ClusterLock.array(connection, "int4", nodeIds));
            end.executeUpdate();
        }
    }

    /** A look that locks nothing. */
    static boolean hasAnyLapsed(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ANY_LAPSED);
                ResultSet row = select.executeQuery()) {
            return row.next();
        }
    }

    /**
     * Locks all leases that have run out, but those whose renewal is under way: these nodes live. None if the asker's own is not
     * {@linkplain io.rowlock.broker.cluster.LeadershipStore#deposeLapsed steady}.
     */
    static Set<Integer> lockLapsed(Connection connection, int asker, long brokerEpoch) throws SQLException {
        Set<Integer> lapsed = new TreeSet<>();
        try (PreparedStatement lock = connection.prepareStatement(LOCK_LAPSED)) {
            lock.setInt(1, asker);
            lock.setLong(2, brokerEpoch);
            try (ResultSet rows = lock.executeQuery()) {
                while (rows.next()) {
                    lapsed.add(rows.getInt(1));
                }
            }
        }
        return lapsed;
    }

    /** Locks a lease; false where its renewal is under way. */
    static boolean lockUnlessRenewing(Connection connection, int nodeId) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(LOCK_UNLESS_RENEWING)) {
            lock.setInt(1, nodeId);
            try (ResultSet row = lock.executeQuery()) {
                return row.next();
            }
        }
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
