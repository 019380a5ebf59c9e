package io.rowlock.ports;

import java.io.IOException;
import java.io.Serial;

/** The process, or the system, may open no more files at this moment: closing others helps. */
public final class TooManyOpenFilesException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    public TooManyOpenFilesException(String message, Throwable cause) {
        super(message, cause);
    }
}
