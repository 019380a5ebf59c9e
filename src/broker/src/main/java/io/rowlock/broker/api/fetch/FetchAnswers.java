package io.rowlock.broker.api.fetch;

import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.Records;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchResponse.EpochEndOffset;
import io.rowlock.protocol.message.FetchResponse.FetchableTopicResponse;
import io.rowlock.protocol.message.FetchResponse.PartitionData;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns a plan into the response, and notes what the client was told. */
final class FetchAnswers {

    /** How a response says that it belongs to no session. */
    static final int NO_SESSION = 0;

    private final List<FetchableTopicResponse> topics = new ArrayList<>();
    private @Nullable FetchableTopicResponse current;

    private final FetchLimits limits;

    private FetchAnswers(FetchLimits limits) {
        this.limits = limits;
    }

    /** Every partition of interest, also one for which there was no room or nothing new. */
    static FetchResponse everything(int sessionId, FetchLimits limits, FetchInterest interest, FetchPlan plan) {
        FetchAnswers answers = new FetchAnswers(limits);
        Set<FetchTarget> unanswered = new LinkedHashSet<>(interest.all());
        for (FetchAnswer answer : plan.answers()) {
            unanswered.remove(answer.target());
            answers.add(answer);
            answers.note(interest, answer);
        }
        for (FetchTarget target : unanswered) {
            FetchAnswer answer = FetchPlan.withoutRecords(target, limits);
            answers.add(answer);
            target.told(answer.highWatermark(), answer.logStartOffset());
        }
        return answers.response(sessionId);
    }

    /** Only what the client does not know yet. */
    static FetchResponse changes(int sessionId, FetchLimits limits, FetchInterest interest, FetchPlan plan) {
        FetchAnswers answers = new FetchAnswers(limits);
        for (FetchAnswer answer : plan.answers()) {
            boolean news = answer.isUrgent()
                    || answer.bytes() > 0
                    || !answer.target().wasTold(answer.highWatermark(), answer.logStartOffset());
            if (news) {
                answers.add(answer);
            }
            answers.note(interest, answer);
        }
        return answers.response(sessionId);
    }

    private void note(FetchInterest interest, FetchAnswer answer) {
        FetchTarget target = answer.target();
        target.told(answer.highWatermark(), answer.logStartOffset());
        if (limits.forReplica() && answer.needsReply()) {
            // Until it says where it is now, nothing else would be of use to it.
            interest.rest(target);
        } else if (answer.isSettled()) {
            interest.settle(target);
        } else if (!answer.crowdedOut()) {
            interest.moveToEnd(target);
        }
    }

    private void add(FetchAnswer answer) {
        FetchTarget target = answer.target();
        FetchableTopicResponse topic = current;
        if (topic == null
                || !topic.topicId().equals(target.topicId())
                || !topic.topic().equals(target.topicName())) {
            topic = new FetchableTopicResponse().setTopic(target.topicName()).setTopicId(target.topicId());
            topics.add(topic);
            current = topic;
        }
        topic.partitions().add(data(answer));
    }

    /** An empty list says that nobody aborted anything, null that nobody looked; Kafka says the former where it knows no partition, too. */
    private boolean saysNoneAborted(ErrorCode error) {
        return switch (error) {
            case NONE -> limits.reader() == FetchReader.COMMITTED_CONSUMER;
            case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID -> true;
            default -> false;
        };
    }

    private PartitionData data(FetchAnswer answer) {
        Records records =
                answer.slice() == null ? BufferRecords.EMPTY : answer.slice().records();
        PartitionData data = new PartitionData()
                .setPartitionIndex(answer.target().index())
                .setErrorCode(answer.error().code())
                .setHighWatermark(answer.highWatermark())
                .setLastStableOffset(answer.lastStableOffset())
                .setLogStartOffset(answer.logStartOffset())
                .setAbortedTransactions(saysNoneAborted(answer.error()) ? List.of() : null)
                .setRecords(records);
        if (answer.diverging() != null) {
            data.setDivergingEpoch(new EpochEndOffset()
                    .setEpoch(answer.diverging().epoch())
                    .setEndOffset(answer.diverging().endOffset()));
        }
        return data;
    }

    private FetchResponse response(int sessionId) {
        return new FetchResponse()
                .setErrorCode(ErrorCode.NONE.code())
                .setSessionId(sessionId)
                .setResponses(topics);
    }
}
