package io.rowlock.node.config;

/** A setting is wrong; the message is one sentence that says which, why, and what to write instead. */
public final class InvalidConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public InvalidConfigException(String message) {
        super(message);
    }
}
