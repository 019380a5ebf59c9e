package io.rowlock.broker.api.fetch;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchResponse;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Fetch, versions 4 to 18, for clients: with incremental sessions (KIP-227) and long polls. Runs on the event loop. */
public final class FetchHandler implements ApiHandler<FetchRequest, FetchResponse> {

    private static final byte READ_COMMITTED = 1;

    private final SessionFetches sessions;

    /**
     * @param readers runs what reads from disk and so may block
     * @param maxBytes {@code fetch.max.bytes}: the most that one answer holds, whatever the client allows
     */
    public FetchHandler(
            Partitions partitions, Executor readers, RandomSource random, SessionSlots slots, int maxBytes) {
        this.sessions = new SessionFetches(partitions, readers, random, slots, maxBytes, false);
    }

    @Override
    public void handle(RequestContext context, FetchRequest request, Consumer<FetchResponse> reply) {
        if (request.replicaId() >= 0 || request.replicaState().replicaId() >= 0) {
            // Only a peer may say that it is a replica, and this is no listener for peers.
            reply.accept(SessionFetches.failed(ErrorCode.CLUSTER_AUTHORIZATION_FAILED));
            return;
        }
        FetchReader reader =
                request.isolationLevel() == READ_COMMITTED ? FetchReader.COMMITTED_CONSUMER : FetchReader.CONSUMER;
        sessions.handle(context, request, reader, sessions.of(context), reply);
    }
}
