package io.rowlock.node.postgres;

import org.jspecify.annotations.Nullable;

/** The embedded PostgreSQL cannot run; the message says why and what to do, in sentences for the operator. */
public final class EmbeddedPostgresException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public EmbeddedPostgresException(String message) {
        this(message, null);
    }

    public EmbeddedPostgresException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Ends every message that another PostgreSQL would help. */
    static final String CONFIGURE_ANOTHER = "or set quarkus.datasource.jdbc.url to a PostgreSQL of your own";
}
