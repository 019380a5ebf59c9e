package io.rowlock.ports;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The file system has no room left, or the user's quota is used up: an operator can mend that, the disk is not broken. */
public final class DiskFullException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    public DiskFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
