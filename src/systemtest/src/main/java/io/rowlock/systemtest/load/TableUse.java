package io.rowlock.systemtest.load;

import io.rowlock.systemtest.process.PostgresAccess;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a table takes and how it was changed.
 *
 * @param totalBytes with its indexes
 * @param updates since the database was created
 * @param hotUpdates those of them that touched no index
 */
public record TableUse(long totalBytes, long updates, long hotUpdates) {
    private static final String SQL = """
            SELECT relname, pg_total_relation_size(relid), n_tup_upd, n_tup_hot_upd
            FROM pg_stat_user_tables
            WHERE schemaname = 'rowlock'
            """;

    /** All tables of Rowlock, by name. Updates of the last seconds may be missing from the counts. */
    public static Map<String, TableUse> all(PostgresAccess postgres) {
        Map<String, TableUse> all = new TreeMap<>();
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SQL)) {
            while (rows.next()) {
                all.put(rows.getString(1), new TableUse(rows.getLong(2), rows.getLong(3), rows.getLong(4)));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot ask " + postgres, e);
        }
        return all;
    }

    /** From 0 to 1; NaN before the first update. */
    public double hotShare() {
        return hotUpdates / (double) updates;
    }
}
