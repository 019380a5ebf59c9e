package io.rowlock.net;

/** The server's view of one connection: called on its event loop only. */
public interface RequestHandler {

    /**
     * A request has arrived. It is answered through {@code exchange}, now or later, by any thread; its frame is valid
     * until this returns, unless retained. An exception closes the connection.
     */
    void handle(Exchange exchange);

    /** The connection is gone; answers to what is under way are dropped. */
    default void closed() {}
}
