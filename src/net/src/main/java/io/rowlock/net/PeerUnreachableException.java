package io.rowlock.net;

import org.jspecify.annotations.Nullable;

/** Another node cannot be reached now, or the connection to it has ended. Says nothing of what became of requests. */
public final class PeerUnreachableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean refused;

    /**
     * @param message one sentence
     * @param refused see {@link #refused()}
     */
    public PeerUnreachableException(String message, boolean refused, @Nullable Throwable cause) {
        super(message, cause);
        this.refused = refused;
    }

    /**
     * Whether the other machine answered that nobody listens at this address: its operating system lives, and the node's
     * process does not, or has not opened its listener yet. A silent network never looks like that.
     */
    public boolean refused() {
        return refused;
    }
}
