package io.rowlock.broker.api;

import io.rowlock.protocol.ApiMessage;
import java.util.function.Consumer;

/**
 * Answers one Kafka API, in every version that is declared as served.
 *
 * @param <Q> the request
 * @param <R> the response
 */
public interface ApiHandler<Q extends ApiMessage, R extends ApiMessage> {

    /**
     * Handles a request. Called on the event loop of the client's connection, so it must not block; an exception ends the
     * connection. Records in {@code request} are slices of the frame: who needs them after this returns, retains them.
     *
     * @param reply takes the response, exactly once, on any thread; it takes over the references that the response's
     *     records hold
     */
    void handle(RequestContext context, Q request, Consumer<R> reply);

    /**
     * Whether the client waits for a response. Where it does not, {@code reply} only marks the end of the request, and the
     * connection is closed if the response tells of an error, because nothing else can.
     */
    default boolean expectsResponse(Q request) {
        return true;
    }
}
