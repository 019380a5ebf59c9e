package io.rowlock.net;

import java.io.IOException;

/** An address cannot be listened on: it is in use, not this machine's, or not permitted. */
public final class ListenException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int port;

    public ListenException(String host, int port, Throwable cause) {
        super("cannot listen on " + host + ":" + port + ": " + cause.getMessage(), cause);
        this.port = port;
    }

    /** The port that was asked for. */
    public int port() {
        return port;
    }
}
