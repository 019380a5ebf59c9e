package io.rowlock.broker.api.replicas;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.topics.Deadline;
import io.rowlock.broker.cluster.ElectionOutcome;
import io.rowlock.broker.cluster.ElectionType;
import io.rowlock.broker.cluster.LeadershipStore;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ElectLeadersRequest;
import io.rowlock.protocol.message.ElectLeadersRequest.TopicPartitions;
import io.rowlock.protocol.message.ElectLeadersResponse;
import io.rowlock.protocol.message.ElectLeadersResponse.PartitionResult;
import io.rowlock.protocol.message.ElectLeadersResponse.ReplicaElectionResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** ElectLeaders, versions 0 to 2: has leaders elected where somebody asks for it, in one change of the metadata. */
public final class ElectLeadersHandler implements ApiHandler<ElectLeadersRequest, ElectLeadersResponse> {

    private static final System.Logger LOG = System.getLogger(ElectLeadersHandler.class.getName());
    private static final int ERROR_VERSION = 1;
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final Supplier<MetadataImage> image;
    private final LeadershipStore store;

    public ElectLeadersHandler(Supplier<MetadataImage> image, LeadershipStore store) {
        this.image = image;
        this.store = store;
    }

    @Override
    public void handle(RequestContext context, ElectLeadersRequest request, Consumer<ElectLeadersResponse> reply) {
        byte code = context.apiVersion() >= ERROR_VERSION ? request.electionType() : PREFERRED;
        List<TopicPartitions> asked = request.topicPartitions();
        if (code != PREFERRED && code != UNCLEAN) {
            reply.accept(failed(ErrorCode.INVALID_REQUEST, "Unknown election type " + code, asked));
            return;
        }
        ElectionType type = code == PREFERRED ? ElectionType.PREFERRED : ElectionType.UNCLEAN;
        ElectionPlan plan = ElectionPlan.of(type, image.get(), asked);
        if (plan.wanted().isEmpty()) {
            reply.accept(plan.answer(Map.of()));
            return;
        }
        Deadline.limit(
                        store.elect(type, plan.wanted())
                                .handle((outcomes, failure) ->
                                        failure == null ? plan.answer(outcomes) : failed(failure, asked)),
                        context.scheduler(),
                        Deadline.ofMillis(request.timeoutMs()),
                        () -> failed(
                                ErrorCode.REQUEST_TIMED_OUT,
                                "Not done after " + request.timeoutMs() + " ms; it may yet be.",
                                asked))
                .thenAccept(reply);
    }

    private static ElectLeadersResponse failed(Throwable failure, @Nullable List<TopicPartitions> asked) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof MetadataUnavailableException) {
            return failed(ErrorCode.NOT_CONTROLLER, "The metadata store cannot be asked now; try again.", asked);
        }
        LOG.log(System.Logger.Level.ERROR, "An election failed", cause);
        return failed(ErrorCode.UNKNOWN_SERVER_ERROR, "The election failed; the node's log says why.", asked);
    }

    /** For the request as a whole, and for each partition that it names: version 0 has no error of the whole. */
    private static ElectLeadersResponse failed(ErrorCode error, String message, @Nullable List<TopicPartitions> asked) {
        Reasons reasons = new Reasons();
        List<ReplicaElectionResult> results = new ArrayList<>();
        for (TopicPartitions topic : asked == null ? List.<TopicPartitions>of() : asked) {
            results.add(new ReplicaElectionResult()
                    .setTopic(topic.topic())
                    .setPartitionResult(topic.partitions().stream()
                            .map(index -> new PartitionResult()
                                    .setPartitionId(index)
                                    .setErrorCode(error.code())
                                    .setErrorMessage(reasons.of(message)))
                            .toList()));
        }
        return new ElectLeadersResponse().setErrorCode(error.code()).setReplicaElectionResults(results);
    }

    /** The error that stands for an outcome. */
    static ErrorCode error(ElectionOutcome outcome) {
        return switch (outcome) {
            case ELECTED -> ErrorCode.NONE;
            case NOT_NEEDED -> ErrorCode.ELECTION_NOT_NEEDED;
            case PREFERRED_NOT_AVAILABLE -> ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE;
            case NONE_ELIGIBLE -> ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE;
            case UNKNOWN_PARTITION -> ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        };
    }
}
