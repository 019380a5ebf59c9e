package io.rowlock.log;

import java.io.IOException;
import java.io.Serial;

/**
 * The log went offline: a write or a sync failed, and what the disk holds is unknown until the log is opened again. What
 * was published before stays readable.
 */
public final class LogFailedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final boolean outOfSpace;

    LogFailedException(String message, Throwable cause) {
        this(message, cause, false);
    }

    LogFailedException(String message, Throwable cause, boolean outOfSpace) {
        super(message, cause);
        this.outOfSpace = outOfSpace;
    }

    /**
     * Whether a write met a full disk, which {@link PartitionLog#takeBackFailedWrite()} makes good. A sync that meets one does
     * not count: it leaves in doubt what was written before.
     */
    public boolean outOfSpace() {
        return outOfSpace;
    }
}
