package io.rowlock.node.metadata;

import io.quarkus.narayana.jta.QuarkusTransactionException;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.StatementTimedOutException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells a database that is away, whose answer can be asked for again, from a defect. */
final class StoreFailures {

    /** Classes of SQL states: connection, resources, operator intervention, system error. */
    private static final Set<String> AWAY = Set.of("08", "53", "57", "58");

    /** A primary that became a standby refuses to write. */
    private static final Set<String> AWAY_STATES = Set.of("25006");

    /** Rolled back for certain: the server's limit on a statement's time, or on its wait for a lock, was reached. */
    private static final Set<String> TIMED_OUT = Set.of("57014", "55P03");

    /** Rolled back for certain, because of another transaction: serialization failure, deadlock. */
    private static final Set<String> ROLLED_BACK = Set.of("40001", "40P01");

    /** A connection that broke since it was last used: closed by the server, or by the server's end. */
    private static final Set<String> BROKEN = Set.of("08003", "08006", "57P01", "57P02");

    private StoreFailures() {}

    /** Whether the transaction certainly did nothing and can be run again at once. */
    static boolean isRolledBack(Throwable failure) {
        SQLException cause = sqlCause(failure);
        return cause != null && cause.getSQLState() != null && ROLLED_BACK.contains(cause.getSQLState());
    }

    /**
     * Whether a pooled connection was found broken, as all of them are after a restart of the server: another one, or a
     * new one, may serve. Not so after a timeout, which the next one would only wait for again.
     */
    static boolean isBrokenConnection(Throwable failure) {
        SQLException cause = sqlCause(failure);
        return cause != null
                && cause.getSQLState() != null
                && BROKEN.contains(cause.getSQLState())
                && !(cause.getCause() instanceof SocketTimeoutException);
    }

    static RuntimeException translate(Throwable failure) {
        SQLException cause = sqlCause(failure);
        if (cause != null && cause.getSQLState() != null && TIMED_OUT.contains(cause.getSQLState())) {
            return new StatementTimedOutException("PostgreSQL gave up: " + cause.getMessage(), failure);
        }
        if (cause != null && (isAway(cause.getSQLState()) || isRolledBack(failure))) {
            return new MetadataUnavailableException("PostgreSQL is away: " + cause.getMessage(), failure);
        }
        if (cause == null && failure instanceof QuarkusTransactionException) {
            // The transaction manager could not say how the commit ended.
            return new MetadataUnavailableException("PostgreSQL did not confirm: " + failure.getMessage(), failure);
        }
        return failure instanceof RuntimeException runtime ? runtime : new IllegalStateException(failure);
    }

    /** The pool's own failures, such as no connection in time, have no state. */
    private static boolean isAway(@Nullable String state) {
        return state == null
                || AWAY_STATES.contains(state)
                || (state.length() == 5 && AWAY.contains(state.substring(0, 2)));
    }

    private static @Nullable SQLException sqlCause(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }
}
