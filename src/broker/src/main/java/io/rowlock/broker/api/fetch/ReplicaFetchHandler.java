package io.rowlock.broker.api.fetch;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.partition.FollowerLiveness;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.ports.Clock;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchRequest.ReplicaState;
import io.rowlock.protocol.message.FetchResponse;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Fetch for the followers of this node's partitions, in the versions that carry a replica's broker epoch (KIP-903). Each
 * offset asked for acknowledges what lies before it, which is taken note of as soon as the request arrives. A request of
 * the same connection that comes meanwhile ends the wait of the one before: so a follower that has something to
 * acknowledge says it at once. A partition of which a follower was sent records, or told that something is wrong, is left
 * alone until it is named anew. Runs on the event loop.
 */
public final class ReplicaFetchHandler implements ApiHandler<FetchRequest, FetchResponse> {

    /** The first version that carries the broker epoch. */
    public static final int LOWEST_VERSION = 15;

    private final SessionFetches sessions;
    private final FollowerAcks acks;
    private final FollowerLiveness liveness;
    private final Supplier<MetadataImage> image;
    private final Clock clock;
    private final int nodeId;

    /**
     * @param readers runs what reads from disk and so may block
     * @param slots for sessions of replicas alone, so that no client takes them
     * @param liveness told of each request
     * @param image the newest
     * @param nodeId this node
     */
    public ReplicaFetchHandler(
            Partitions partitions,
            Executor readers,
            Clock clock,
            RandomSource random,
            SessionSlots slots,
            FollowerLiveness liveness,
            Supplier<MetadataImage> image,
            int nodeId) {
        // How much an answer may hold is the follower's to say: its own settings bound what it has in memory.
        this.sessions = new SessionFetches(partitions, readers, random, slots, Integer.MAX_VALUE, true);
        this.acks = new FollowerAcks(partitions);
        this.liveness = liveness;
        this.image = image;
        this.clock = clock;
        this.nodeId = nodeId;
    }

    @Override
    public void handle(RequestContext context, FetchRequest request, Consumer<FetchResponse> reply) {
        ErrorCode refusal = check(request);
        if (refusal != ErrorCode.NONE) {
            reply.accept(SessionFetches.failed(refusal));
            return;
        }
        ReplicaState replica = request.replicaState();
        long now = clock.monotonicNanos();
        liveness.fetched(replica.replicaId(), replica.replicaEpoch(), now);
        acks.take(request, now, context);
        ConnectionFetches fetches = sessions.of(context);
        fetches.inTurn(() -> sessions.handle(context, request, FetchReader.REPLICA, fetches, answer -> {
            reply.accept(answer);
            fetches.turnOver();
        }));
    }

    private ErrorCode check(FetchRequest request) {
        ReplicaState replica = request.replicaState();
        MetadataImage known = image.get();
        if (replica.replicaId() < 0) {
            // Consumers have listeners of their own.
            return ErrorCode.CLUSTER_AUTHORIZATION_FAILED;
        }
        if (request.clusterId() != null && !request.clusterId().equals(known.clusterId())) {
            return ErrorCode.INCONSISTENT_CLUSTER_ID;
        }
        NodeInfo node = known.node(replica.replicaId());
        if (node == null || node.id() == nodeId) {
            return ErrorCode.BROKER_ID_NOT_REGISTERED;
        }
        // One that is newer than what is known here comes from a registration that this node will hear of.
        return replica.replicaEpoch() < node.brokerEpoch() ? ErrorCode.STALE_BROKER_EPOCH : ErrorCode.NONE;
    }
}
