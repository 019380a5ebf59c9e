package io.rowlock.broker.cluster;

/** Told what a node sees of its peers when it connects to them. Thread-safe, never blocks; may be told as often as it happens. */
public interface PeerWatch {

    /** There is a connection to the peer listener of {@code nodeId} now. */
    void connected(int nodeId);

    /** Nobody listens at the address of {@code nodeId}: its host refused the connection. */
    void refused(int nodeId);
}
