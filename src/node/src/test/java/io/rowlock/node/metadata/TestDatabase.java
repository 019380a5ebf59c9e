package io.rowlock.node.metadata;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/** What tests do to the database behind the store's back. */
public final class TestDatabase {

    private TestDatabase() {}

    public static void empty(DataSource dataSource) throws SQLException {
        run(
                dataSource,
                "TRUNCATE rowlock.node, rowlock.node_lease, rowlock.node_endpoint, rowlock.topic,"
                        + " rowlock.topic_partition, rowlock.config, rowlock.change, rowlock.consumer_group,"
                        + " rowlock.group_member, rowlock.committed_offset, rowlock.partition_progress,"
                        + " rowlock.partition_retention, rowlock.refusal, rowlock.deposition",
                "UPDATE rowlock.coordinator_slot SET node_id = NULL, broker_epoch = NULL",
                "UPDATE rowlock.cluster SET metadata_version = 0");
    }

    /** As if that much time had passed since the leases were given, and nodes were said to refuse connections. */
    public static void ageLeases(DataSource dataSource, Duration time) {
        age(
                dataSource,
                time,
                "UPDATE rowlock.node_lease SET lease_until = lease_until - ?, renewed_at = renewed_at - ?,"
                        + " steady_since = steady_since - ?");
        age(dataSource, time, "UPDATE rowlock.refusal SET said_at = said_at - ?");
    }

    /** As if that much time had passed since groups changed and offsets were committed. */
    public static void ageGroups(DataSource dataSource, Duration time) {
        age(dataSource, time, "UPDATE rowlock.consumer_group SET phase_since = phase_since - ?");
        age(
                dataSource,
                time,
                "UPDATE rowlock.committed_offset SET committed_at = committed_at - ?, expires_at = expires_at - ?");
    }

    private static void age(DataSource dataSource, Duration time, String update) {
        try {
            run(dataSource, update.replace("?", "interval '" + time.toMillis() + " milliseconds'"));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    public static void run(DataSource dataSource, String... statements) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of the first row. */
    public static String ask(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            if (!rows.next()) {
                throw new AssertionError("no row: " + sql);
            }
            return String.valueOf(rows.getString(1));
        }
    }
}
