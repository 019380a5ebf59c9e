package io.rowlock.node.boot;

import org.jspecify.annotations.Nullable;

/** The node cannot start; the message tells the operator in one sentence what is wrong and what to do. */
public final class StartupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    public StartupException(ExitCode exitCode, String message) {
        this(exitCode, message, null);
    }

    public StartupException(ExitCode exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
