package io.rowlock.log;

import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.io.Serial;

/**
 * The log went offline: a write or a sync failed, and what the disk holds is unknown until the log is opened again. What
 * was published before stays readable.
 */
public final class LogFailedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    LogFailedException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether the cause was a full disk and not a broken one. */
    public boolean outOfSpace() {
        return getCause() instanceof DiskFullException;
    }
}
