package io.rowlock.broker.api;

/** Who connects to a listener. */
public enum ListenerKind {
    /** Producers, consumers and tools. */
    CLIENT,
    /** The other nodes of the cluster. */
    PEER
}
