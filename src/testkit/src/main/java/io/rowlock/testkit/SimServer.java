package io.rowlock.testkit;

/** The server's end of simulated connections. Called within the process that listens. */
public interface SimServer {

    /** A connection has come. */
    Session connected(Peer peer);

    /** What becomes of one connection's requests. */
    interface Session {

        /** A whole request has arrived, without its length field. */
        void received(byte[] frame);

        /** The connection is gone. */
        void closed();
    }

    /** The way back. */
    interface Peer {

        /** Sends a whole answer, without its length field; does nothing once the connection is gone. */
        void send(byte[] frame);

        /** Closes the connection, because its client cannot be understood. */
        void close();
    }
}
