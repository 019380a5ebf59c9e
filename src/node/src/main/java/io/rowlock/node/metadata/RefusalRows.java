package io.rowlock.node.metadata;

import io.rowlock.broker.cluster.LeadershipStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** What nodes say of others where nobody listens. Each statement is safe without the cluster's lock. */
final class RefusalRows {

    /** @param witness who says it, under {@code witnessEpoch} */
    record Testimony(int witness, long witnessEpoch, int accused, long accusedEpoch) {}

    /** What a testimony meets. */
    enum Standing {
        /** It is of nobody that counts, or about a registration that is over, or stopped by plan. */
        VOID,
        /** The accused is deposed already. */
        DEPOSED,
        HEARD
    }

    private static final String STANDING = """
            SELECT n.state
            FROM rowlock.node AS n
            WHERE n.node_id = ? AND n.broker_epoch = ?
              AND EXISTS (
                  SELECT 1
                  FROM rowlock.node_lease AS w
                  WHERE w.node_id = ? AND w.broker_epoch = ? AND w.node_id <> n.node_id
                    AND NOT w.ended AND w.lease_until > clock_timestamp()
              )
            """;

    private static final String KEEP = """
            INSERT INTO rowlock.refusal (accused, witness, accused_epoch, witness_epoch, said_at)
            VALUES (?, ?, ?, ?, clock_timestamp())
            ON CONFLICT (accused, witness) DO UPDATE
            SET accused_epoch = excluded.accused_epoch,
                witness_epoch = excluded.witness_epoch,
                said_at = excluded.said_at
            """;

    /** Whether enough live witnesses have said so since the accused last renewed its lease. */
    private static final String SUFFICE = """
            SELECT count(*) >= ?
            FROM rowlock.refusal AS r
            JOIN rowlock.node_lease AS a
              ON a.node_id = r.accused AND a.broker_epoch = r.accused_epoch AND NOT a.ended
            JOIN rowlock.node_lease AS w
              ON w.node_id = r.witness AND w.broker_epoch = r.witness_epoch AND NOT w.ended
            WHERE r.accused = ?
              AND r.accused_epoch = ?
              AND r.said_at > a.renewed_at
              AND r.said_at >= clock_timestamp() - ? * interval '1 millisecond'
              AND w.lease_until > clock_timestamp()
            """;

    private RefusalRows() {}

    static Standing standing(Connection connection, Testimony testimony) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(STANDING)) {
            select.setInt(1, testimony.accused());
            select.setLong(2, testimony.accusedEpoch());
            select.setInt(3, testimony.witness());
            select.setLong(4, testimony.witnessEpoch());
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return Standing.VOID;
                }
                return switch (row.getString(1)) {
                    case "FENCED" -> Standing.DEPOSED;
                    case "ACTIVE", "STOPPING" -> Standing.HEARD;
                    default -> Standing.VOID;
                };
            }
        }
    }

    static void keep(Connection connection, Testimony testimony) throws SQLException {
        try (PreparedStatement keep = connection.prepareStatement(KEEP)) {
            keep.setInt(1, testimony.accused());
            keep.setInt(2, testimony.witness());
            keep.setLong(3, testimony.accusedEpoch());
            keep.setLong(4, testimony.witnessEpoch());
            keep.executeUpdate();
        }
    }

    static boolean suffice(Connection connection, Testimony testimony) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement(SUFFICE)) {
            count.setInt(1, LeadershipStore.REFUSALS_TO_DEPOSE);
            count.setInt(2, testimony.accused());
            count.setLong(3, testimony.accusedEpoch());
            count.setLong(4, LeadershipStore.REFUSAL_COUNTS_FOR.toMillis());
            try (ResultSet row = count.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
