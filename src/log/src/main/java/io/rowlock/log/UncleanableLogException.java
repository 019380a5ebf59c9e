package io.rowlock.log;

import java.io.IOException;
import java.io.Serial;

/** A log cannot be compacted, and trying again would not help. The message is for an operator. */
public final class UncleanableLogException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    UncleanableLogException(String message) {
        super(message);
    }
}
