package io.rowlock.net;

/** A length field that no frame can have here. The connection it came from cannot be understood any further. */
public final class FrameException extends Exception {
    private static final long serialVersionUID = 1L;

    FrameException(String message) {
        super(message);
    }
}
