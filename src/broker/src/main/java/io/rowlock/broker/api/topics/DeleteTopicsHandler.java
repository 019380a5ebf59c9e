package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DeleteTopicsRequest;
import io.rowlock.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.rowlock.protocol.message.DeleteTopicsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** DeleteTopics, versions 1 to 6. A topic is reported as deleted when it is gone from this node too. */
public final class DeleteTopicsHandler implements ApiHandler<DeleteTopicsRequest, DeleteTopicsResponse> {

    private static final short TOPIC_ID_VERSION = 6;
    private static final short DELETION_DISABLED_VERSION = 3;

    private final Supplier<MetadataImage> image;
    private final BrokerSettings settings;
    private final TopicDeleter deleter;

    public DeleteTopicsHandler(Supplier<MetadataImage> image, BrokerSettings settings, TopicDeleter deleter) {
        this.image = image;
        this.settings = settings;
        this.deleter = deleter;
    }

    @Override
    public void handle(RequestContext context, DeleteTopicsRequest request, Consumer<DeleteTopicsResponse> reply) {
        List<DeleteTopicState> asked = context.apiVersion() >= TOPIC_ID_VERSION
                ? request.topics()
                : request.topicNames().stream()
                        .map(name -> new DeleteTopicState().setName(name))
                        .toList();
        DeletePlan plan = DeletePlan.of(asked, image.get(), deleter::earlierDeletion);
        if (!settings.deleteTopicEnable()) {
            ErrorCode error = context.apiVersion() >= DELETION_DISABLED_VERSION
                    ? ErrorCode.TOPIC_DELETION_DISABLED
                    : ErrorCode.INVALID_REQUEST;
            reply.accept(DeletePlan.refuseAll(asked, new Refuse(error, "Topic deletion is disabled.")));
            return;
        }
        List<DeletePlan.Target> targets = plan.targets();
        CompletionStage<List<TopicDeleter.Outcome>> deleted = targets.isEmpty()
                ? CompletableFuture.completedFuture(List.of())
                : deleter.delete(targets)
                        .handle((outcomes, failure) ->
                                failure == null ? outcomes : all(targets, Failures.refusal(failure)));
        Deadline.limit(
                        deleted,
                        context.scheduler(),
                        Deadline.ofMillis(request.timeoutMs()),
                        () -> all(targets, late(request.timeoutMs())))
                .thenAccept(outcomes -> reply.accept(plan.answer(outcomes)));
    }

    private static Refuse late(int timeoutMs) {
        return new Refuse(
                ErrorCode.REQUEST_TIMED_OUT, "The topic is not gone after " + timeoutMs + " ms; it may yet go.");
    }

    private static List<TopicDeleter.Outcome> all(List<DeletePlan.Target> targets, Refuse refusal) {
        List<TopicDeleter.Outcome> outcomes = new ArrayList<>(targets.size());
        targets.forEach(target -> outcomes.add(new TopicDeleter.Outcome.Refused(refusal)));
        return outcomes;
    }
}
