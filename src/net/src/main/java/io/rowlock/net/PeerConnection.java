package io.rowlock.net;

import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * The asking end of one Kafka connection to another node. Requests may be sent while earlier ones wait; they are answered in
 * their order. Thread-safe, never blocks.
 */
public interface PeerConnection {

    /**
     * Sends a request. Completes with the answer, or fails with a {@link PeerUnreachableException} once the connection is
     * closed, by whomever, or the answer did not come within {@code limit}, which closes the connection: then it is unknown
     * whether the other node acted upon the request. Fails with a {@link java.util.concurrent.RejectedExecutionException}, and
     * without sending anything, while the other node has too much to answer or to take already. Completes on the connection's
     * event loop. The request is left alone by the caller until then.
     *
     * <p>Records in the answer are slices of what was received. They belong to the caller, who releases them ({@code
     * BufferRecords}).
     */
    CompletionStage<ApiMessage> send(ApiKey api, short version, ApiMessage request, Duration limit);

    /** Completes when the connection is closed, by whomever and for whatever reason; never fails. */
    CompletionStage<Void> closed();

    /** Closes the connection; what waits for an answer fails. */
    void close();
}
