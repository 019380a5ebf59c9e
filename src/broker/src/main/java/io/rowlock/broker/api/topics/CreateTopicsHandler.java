package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.topics.TopicCreator.Outcome;
import io.rowlock.broker.api.topics.TopicDecision.Create;
import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.CreateTopicsRequest;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.rowlock.protocol.message.CreateTopicsResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** CreateTopics, versions 2 to 7. A topic is reported as created when this node serves its part of it. */
public final class CreateTopicsHandler implements ApiHandler<CreateTopicsRequest, CreateTopicsResponse> {

    /** As Kafka's controller has it: what one request may create must fit one transaction. */
    static final int PARTITIONS_PER_REQUEST_MAX = 10_000;

    private final Supplier<MetadataImage> image;
    private final Supplier<BrokerSettings> settings;
    private final TopicCreator creator;
    private final RandomSource random;

    public CreateTopicsHandler(
            Supplier<MetadataImage> image,
            Supplier<BrokerSettings> settings,
            TopicCreator creator,
            RandomSource random) {
        this.image = image;
        this.settings = settings;
        this.creator = creator;
        this.random = random;
    }

    @Override
    public void handle(RequestContext context, CreateTopicsRequest request, Consumer<CreateTopicsResponse> reply) {
        Map<String, TopicDecision> decisions = decide(request);
        CreateTopicsAnswer answer = new CreateTopicsAnswer(settings.get(), decisions);
        List<NewTopic> wanted = answer.wanted();
        if (request.validateOnly() || wanted.isEmpty()) {
            reply.accept(answer.validated());
            return;
        }
        Deadline.limit(
                        creator.create(wanted)
                                .handle((outcomes, failure) ->
                                        failure == null ? outcomes : allRefused(wanted, Failures.refusal(failure))),
                        context.scheduler(),
                        Deadline.ofMillis(request.timeoutMs()),
                        () -> allRefused(wanted, late(request.timeoutMs())))
                .thenAccept(outcomes -> reply.accept(answer.created(outcomes)));
    }

    /** What becomes of each name, in the order of the request. */
    private Map<String, TopicDecision> decide(CreateTopicsRequest request) {
        Set<String> duplicates = duplicates(request.topics());
        Refuse tooMany = partitions(request) > PARTITIONS_PER_REQUEST_MAX
                ? new Refuse(ErrorCode.POLICY_VIOLATION, "Excessively large number of partitions per request.")
                : null;
        TopicPlanner planner = new TopicPlanner(image.get(), settings.get(), random, creator::isRepeat);
        Map<String, TopicDecision> decisions = new LinkedHashMap<>();
        Map<String, String> accepted = new HashMap<>();
        for (CreatableTopic topic : request.topics()) {
            String name = topic.name();
            if (duplicates.contains(name)) {
                decisions.put(name, new Refuse(ErrorCode.INVALID_REQUEST, "Duplicate topic name."));
            } else if (name.equals(TopicNames.CLUSTER_METADATA)) {
                decisions.put(
                        name,
                        new Refuse(
                                ErrorCode.INVALID_REQUEST, "Creation of internal topic " + name + " is prohibited."));
            } else {
                TopicDecision decision = tooMany != null ? tooMany : planner.plan(topic);
                decisions.put(name, decision instanceof Create ? withoutCollision(name, accepted, decision) : decision);
            }
        }
        return decisions;
    }

    /** Of two names in one request that collide, the first is created. */
    private static TopicDecision withoutCollision(String name, Map<String, String> accepted, TopicDecision decision) {
        String earlier = accepted.putIfAbsent(TopicNames.collisionKey(name), name);
        return earlier == null ? decision : TopicPlanner.nameTaken(name, earlier);
    }

    private static Set<String> duplicates(List<CreatableTopic> topics) {
        Set<String> seen = new HashSet<>();
        Set<String> duplicates = new HashSet<>();
        for (CreatableTopic topic : topics) {
            if (!seen.add(topic.name())) {
                duplicates.add(topic.name());
            }
        }
        return duplicates;
    }

    private long partitions(CreateTopicsRequest request) {
        long partitions = 0;
        for (CreatableTopic topic : request.topics()) {
            if (!topic.assignments().isEmpty()) {
                partitions += topic.assignments().size();
            } else if (topic.numPartitions() == TopicPlanner.USE_DEFAULT) {
                partitions += settings.get().numPartitions();
            } else {
                partitions += Math.max(0, topic.numPartitions());
            }
        }
        return partitions;
    }

    private static Refuse late(int timeoutMs) {
        return new Refuse(
                ErrorCode.REQUEST_TIMED_OUT,
                "The topic is not there and served after " + timeoutMs + " ms; it may yet be.");
    }

    private static List<Outcome> allRefused(List<NewTopic> topics, Refuse refusal) {
        List<Outcome> outcomes = new ArrayList<>(topics.size());
        topics.forEach(topic -> outcomes.add(new Outcome.Refused(refusal)));
        return outcomes;
    }
}
