package io.rowlock.broker.api.fetch;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchRequest.FetchPartition;
import io.rowlock.protocol.message.FetchRequest.FetchTopic;
import io.rowlock.protocol.message.FetchRequest.ForgottenTopic;
import io.rowlock.protocol.message.FetchResponse;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Fetch, versions 4 to 18, for clients: with incremental sessions (KIP-227) and long polls. Runs on the event loop. */
public final class FetchHandler implements ApiHandler<FetchRequest, FetchResponse> {

    private static final int TOPIC_ID_VERSION = 13;
    private static final int EPOCH_OF_NEW_SESSION = 0;
    private static final int EPOCH_WITHOUT_SESSION = -1;
    private static final byte READ_COMMITTED = 1;
    /** A session that names more partitions than this is ended: partitions that do not exist cost memory too. */
    private static final int INTEREST_MAX = 200_000;

    private final Partitions partitions;
    private final Executor readers;
    private final RandomSource random;
    private final SessionSlots slots;
    private final int maxBytes;

    /**
     * @param readers runs what reads from disk and so may block
     * @param maxBytes {@code fetch.max.bytes}: the most that one answer holds, whatever the client allows
     */
    public FetchHandler(
            Partitions partitions, Executor readers, RandomSource random, SessionSlots slots, int maxBytes) {
        this.partitions = partitions;
        this.readers = readers;
        this.random = random;
        this.slots = slots;
        this.maxBytes = maxBytes;
    }

    @Override
    public void handle(RequestContext context, FetchRequest request, Consumer<FetchResponse> reply) {
        if (request.replicaId() >= 0 || request.replicaState().replicaId() >= 0) {
            // Only a peer may say that it is a replica, and this is no listener for peers.
            reply.accept(failed(ErrorCode.CLUSTER_AUTHORIZATION_FAILED));
            return;
        }
        ConnectionFetches fetches = context.attachment(ConnectionFetches.class, () -> {
            ConnectionFetches fresh = new ConnectionFetches(slots, random);
            context.onClose(fresh::close);
            return fresh;
        });
        boolean byTopicId = context.apiVersion() >= TOPIC_ID_VERSION;
        switch (request.sessionEpoch()) {
            case EPOCH_OF_NEW_SESSION -> startSession(context, request, fetches, byTopicId, reply);
            case EPOCH_WITHOUT_SESSION -> {
                fetches.endSession(request.sessionId());
                fetchOnce(context, request, fetches, reply);
            }
            default -> continueSession(context, request, fetches, byTopicId, reply);
        }
    }

    private void startSession(
            RequestContext context,
            FetchRequest request,
            ConnectionFetches fetches,
            boolean byTopicId,
            Consumer<FetchResponse> reply) {
        fetches.endSession(request.sessionId());
        long named = named(request);
        FetchSession session =
                named <= INTEREST_MAX && slots.haveRoomFor(named) ? fetches.startSession(byTopicId) : null;
        if (session == null) {
            fetchOnce(context, request, fetches, reply);
            return;
        }
        FetchInterest interest = session.interest();
        ask(interest, request);
        fetch(
                context,
                request,
                fetches,
                interest,
                plan -> reply.accept(FetchAnswers.everything(session.id(), readsCommitted(request), interest, plan)));
    }

    private void continueSession(
            RequestContext context,
            FetchRequest request,
            ConnectionFetches fetches,
            boolean byTopicId,
            Consumer<FetchResponse> reply) {
        FetchSession session = fetches.session(request.sessionId());
        if (session == null) {
            reply.accept(failed(ErrorCode.FETCH_SESSION_ID_NOT_FOUND));
        } else if (session.nextEpoch() != request.sessionEpoch()) {
            reply.accept(failed(ErrorCode.INVALID_FETCH_SESSION_EPOCH));
        } else if (session.byTopicId() != byTopicId) {
            reply.accept(failed(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR));
        } else {
            session.advanceEpoch();
            FetchInterest interest = session.interest();
            ask(interest, request);
            if (interest.size() > INTEREST_MAX || !slots.haveRoomFor(0)) {
                fetches.endSession(session.id());
                reply.accept(failed(ErrorCode.FETCH_SESSION_ID_NOT_FOUND));
                return;
            }
            if (interest.size() == 0) {
                // Kafka too keeps no session of which nothing is left, and says so.
                fetches.endSession(session.id());
                reply.accept(new FetchResponse());
                return;
            }
            fetch(
                    context,
                    request,
                    fetches,
                    interest,
                    plan -> reply.accept(FetchAnswers.changes(session.id(), readsCommitted(request), interest, plan)));
        }
    }

    private void fetchOnce(
            RequestContext context, FetchRequest request, ConnectionFetches fetches, Consumer<FetchResponse> reply) {
        FetchInterest interest = new FetchInterest(slots);
        ask(interest, request);
        fetch(context, request, fetches, interest, plan -> {
            FetchResponse response =
                    FetchAnswers.everything(FetchAnswers.NO_SESSION, readsCommitted(request), interest, plan);
            interest.forgetAll();
            reply.accept(response);
        });
    }

    private static long named(FetchRequest request) {
        return request.topics().stream()
                .mapToLong(topic -> topic.partitions().size())
                .sum();
    }

    /** What is both asked for and to be forgotten is forgotten, as in Kafka. */
    private static void ask(FetchInterest interest, FetchRequest request) {
        for (FetchTopic topic : request.topics()) {
            for (FetchPartition partition : topic.partitions()) {
                interest.want(topic.topicId(), topic.topic(), partition.partition())
                        .ask(partition);
            }
        }
        for (ForgottenTopic topic : request.forgottenTopicsData()) {
            topic.partitions().forEach(index -> interest.forget(topic.topicId(), topic.topic(), index));
        }
    }

    private void fetch(
            RequestContext context,
            FetchRequest request,
            ConnectionFetches fetches,
            FetchInterest interest,
            Consumer<FetchPlan> completion) {
        FetchLimits limits = new FetchLimits(
                Math.max(0, Math.min(request.minBytes(), maxBytes)),
                Math.min(request.maxBytes(), maxBytes),
                readsCommitted(request));
        // Where there is no room to keep note of what is asked for, nobody waits for more of it.
        boolean waits = interest.size() > 0 && slots.haveRoomFor(0);
        Duration maxWait = waits ? Duration.ofMillis(request.maxWaitMs()) : Duration.ZERO;
        new PendingFetch(context, fetches, interest, limits, partitions, readers, completion).start(maxWait);
    }

    private static boolean readsCommitted(FetchRequest request) {
        return request.isolationLevel() == READ_COMMITTED;
    }

    private static FetchResponse failed(ErrorCode error) {
        return new FetchResponse().setErrorCode(error.code());
    }
}
