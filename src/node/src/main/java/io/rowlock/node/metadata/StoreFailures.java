package io.rowlock.node.metadata;

import io.quarkus.narayana.jta.QuarkusTransactionException;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells a database that is away, whose answer can be asked for again, from a defect. */
final class StoreFailures {

    /** Classes of SQL states: connection, resources, operator intervention, system error. */
    private static final Set<String> AWAY = Set.of("08", "53", "57", "58");

    /** A primary that became a standby refuses to write; a lock was waited for too long. */
    private static final Set<String> AWAY_STATES = Set.of("25006", "55P03");

    /** Rolled back for certain, because of another transaction: serialization failure, deadlock. */
    private static final Set<String> ROLLED_BACK = Set.of("40001", "40P01");

    private StoreFailures() {}

    /** Whether the transaction certainly did nothing and can be run again at once. */
    static boolean isRolledBack(Throwable failure) {
        SQLException cause = sqlCause(failure);
        return cause != null && cause.getSQLState() != null && ROLLED_BACK.contains(cause.getSQLState());
    }

    static RuntimeException translate(Throwable failure) {
        SQLException cause = sqlCause(failure);
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
