package io.rowlock.log;

import org.jspecify.annotations.Nullable;

/** Whether a log can be used, and why not. Confined to the log's owner. */
final class LogHealth {

    private @Nullable LogFailedException failure;

    void requireUsable() throws LogFailedException {
        if (failure != null) {
            throw failure;
        }
    }

    /** Whether nothing is wrong but that a write met a full disk. */
    boolean ranOut() {
        return failure != null && failure.outOfSpace();
    }

    /** Whether something is wrong that only opening the log anew can mend. */
    boolean broken() {
        return failure != null && !failure.outOfSpace();
    }

    /** After a write that met a full disk was taken back. */
    void recovered() {
        failure = null;
    }

    /** Ends the use of the log; what is returned is to be thrown. */
    LogFailedException fail(String message, Exception cause) {
        return fail(message, cause, false);
    }

    /** Ends the use of the log until the write is taken back; what is returned is to be thrown. */
    LogFailedException runOut(String message, Exception cause) {
        return fail(message, cause, true);
    }

    private LogFailedException fail(String message, Exception cause, boolean outOfSpace) {
        LogFailedException failed = new LogFailedException(message + ": " + cause.getMessage(), cause, outOfSpace);
        failure = failed;
        return failed;
    }
}
