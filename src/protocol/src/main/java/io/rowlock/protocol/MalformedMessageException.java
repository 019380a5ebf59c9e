package io.rowlock.protocol;

import java.io.Serial;

/** Bytes from the wire that are not the message they should be; the message says which field and why. */
public final class MalformedMessageException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Carries no stack trace of its own making: hostile input must not cost more than good input. */
    public MalformedMessageException(String message) {
        super(message, null, false, false);
    }
}
