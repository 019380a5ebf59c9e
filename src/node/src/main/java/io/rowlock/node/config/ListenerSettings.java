package io.rowlock.node.config;

import io.rowlock.broker.cluster.Endpoint;

/**
 * A listener, checked.
 *
 * @param host address to bind
 * @param port to bind, 1 to 65535
 * @param advertised what others are told
 */
public record ListenerSettings(String name, String host, int port, Endpoint advertised) {

    /** The one that nodes talk to each other on. */
    public static final String PEER = "peer";

    public boolean isForPeers() {
        return name.equals(PEER);
    }
}
