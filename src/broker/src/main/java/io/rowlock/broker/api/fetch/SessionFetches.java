package io.rowlock.broker.api.fetch;

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

/** Fetches with and without a session (KIP-227), whoever asks. Runs on the event loop of the connection. */
final class SessionFetches {

    private static final int TOPIC_ID_VERSION = 13;
    private static final int EPOCH_OF_NEW_SESSION = 0;
    private static final int EPOCH_WITHOUT_SESSION = -1;
    /** A session that names more partitions than this is ended: partitions that do not exist cost memory too. */
    private static final int INTEREST_MAX = 200_000;

    private final Partitions partitions;
    private final Executor readers;
    private final RandomSource random;
    private final SessionSlots slots;
    private final int maxBytes;
    private final boolean forReplicas;

    /**
     * @param readers runs what reads from disk and so may block
     * @param maxBytes the most that one answer holds, whatever a request allows
     */
    SessionFetches(
            Partitions partitions,
            Executor readers,
            RandomSource random,
            SessionSlots slots,
            int maxBytes,
            boolean forReplicas) {
        this.partitions = partitions;
        this.readers = readers;
        this.random = random;
        this.slots = slots;
        this.maxBytes = maxBytes;
        this.forReplicas = forReplicas;
    }

    ConnectionFetches of(RequestContext context) {
        return context.attachment(ConnectionFetches.class, () -> {
            ConnectionFetches fresh = new ConnectionFetches(slots, random, forReplicas);
            context.onClose(fresh::close);
            return fresh;
        });
    }

    /** @param reply gets the answer on the event loop, unless the connection closes before */
    void handle(
            RequestContext context,
            FetchRequest request,
            FetchReader reader,
            ConnectionFetches fetches,
            Consumer<FetchResponse> reply) {
        boolean byTopicId = context.apiVersion() >= TOPIC_ID_VERSION;
        FetchLimits limits = new FetchLimits(
                Math.max(0, Math.min(request.minBytes(), maxBytes)), Math.min(request.maxBytes(), maxBytes), reader);
        switch (request.sessionEpoch()) {
            case EPOCH_OF_NEW_SESSION -> startSession(context, request, limits, fetches, byTopicId, reply);
            case EPOCH_WITHOUT_SESSION -> {
                fetches.endSession(request.sessionId());
                fetchOnce(context, request, limits, fetches, reply);
            }
            default -> continueSession(context, request, limits, fetches, byTopicId, reply);
        }
    }

    private void startSession(
            RequestContext context,
            FetchRequest request,
            FetchLimits limits,
            ConnectionFetches fetches,
            boolean byTopicId,
            Consumer<FetchResponse> reply) {
        fetches.endSession(request.sessionId());
        long named = named(request);
        FetchSession session =
                named <= INTEREST_MAX && slots.haveRoomFor(named) ? fetches.startSession(byTopicId) : null;
        if (session == null) {
            fetchOnce(context, request, limits, fetches, reply);
            return;
        }
        FetchInterest interest = session.interest();
        ask(interest, request);
        fetch(
                context,
                request,
                limits,
                fetches,
                interest,
                plan -> reply.accept(FetchAnswers.everything(session.id(), limits, interest, plan)));
    }

    private void continueSession(
            RequestContext context,
            FetchRequest request,
            FetchLimits limits,
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
                    limits,
                    fetches,
                    interest,
                    plan -> reply.accept(FetchAnswers.changes(session.id(), limits, interest, plan)));
        }
    }

    private void fetchOnce(
            RequestContext context,
            FetchRequest request,
            FetchLimits limits,
            ConnectionFetches fetches,
            Consumer<FetchResponse> reply) {
        FetchInterest interest = new FetchInterest(slots, forReplicas);
        ask(interest, request);
        fetch(context, request, limits, fetches, interest, plan -> {
            FetchResponse response = FetchAnswers.everything(FetchAnswers.NO_SESSION, limits, interest, plan);
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
            FetchLimits limits,
            ConnectionFetches fetches,
            FetchInterest interest,
            Consumer<FetchPlan> completion) {
        // Where there is no room to keep note of what is asked for, nobody waits for more of it.
        boolean waits = interest.size() > 0 && slots.haveRoomFor(0);
        Duration maxWait = waits ? Duration.ofMillis(request.maxWaitMs()) : Duration.ZERO;
        new PendingFetch(context, fetches, interest, limits, partitions, readers, completion).start(maxWait);
    }

    static FetchResponse failed(ErrorCode error) {
        return new FetchResponse().setErrorCode(error.code());
    }
}
