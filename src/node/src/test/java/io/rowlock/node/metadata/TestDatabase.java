package io.rowlock.node.metadata;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/** What tests do to the database behind the store's back. */
final class TestDatabase {

    private TestDatabase() {}

    static void empty(DataSource dataSource) throws SQLException {
        run(
                dataSource,
                "TRUNCATE rowlock.node, rowlock.node_lease, rowlock.node_endpoint, rowlock.topic,"
                        + " rowlock.topic_partition, rowlock.config, rowlock.change",
                "UPDATE rowlock.cluster SET metadata_version = 0");
    }

    /** As if that much time had passed since the leases were given. */
    static void ageLeases(DataSource dataSource, Duration time) {
        try {
            run(
                    dataSource,
                    "UPDATE rowlock.node_lease SET lease_until = lease_until - interval '" + time.toMillis()
                            + " milliseconds'");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    static void run(DataSource dataSource, String... statements) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of the first row. */
    static String ask(DataSource dataSource, String sql) throws SQLException {
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
