package io.rowlock.node.metadata;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** A change of metadata in plain SQL: one transaction, which holds the cluster's lock from its first statement on. */
final class MetadataTransaction {

    /** What the transaction does. */
    interface Change<T> {
        T apply(Connection connection, ClusterLock cluster) throws SQLException;
    }

    private MetadataTransaction() {}

    static <T> T run(DataSource dataSource, Change<T> change) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = change.apply(connection, ClusterLock.take(connection));
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private static void rollBack(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // A broken connection: the server rolls back by itself, and what broke it is what the caller hears.
            cause.addSuppressed(e);
        }
    }
}
