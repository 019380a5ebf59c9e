package io.rowlock.net;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * The way to other nodes: a port, so that a simulation can delay, cut and heal it. Thread-safe, never blocks.
 */
public interface PeerNetwork {

    /**
     * Opens a connection to another node's peer listener. Completes with it, or fails with a {@link
     * PeerUnreachableException}, within {@code limit}.
     */
    CompletionStage<PeerConnection> connect(String host, int port, Duration limit);
}
