package io.rowlock.protocol.record;

import java.io.Serial;

/** The records inside a batch are not what the format, the codec or a bound asks for; the message says what is wrong. */
public final class InvalidRecordsException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Carries no stack trace: hostile input must not cost more than good input. */
    InvalidRecordsException(String message) {
        super(message, null, false, false);
    }
}
