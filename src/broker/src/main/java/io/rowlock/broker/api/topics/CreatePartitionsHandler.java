package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.CreatePartitionsRequest;
import io.rowlock.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.rowlock.protocol.message.CreatePartitionsResponse;
import io.rowlock.protocol.message.CreatePartitionsResponse.CreatePartitionsTopicResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** CreatePartitions, versions 0 to 3. New partitions are reported as created when this node serves its part of them. */
public final class CreatePartitionsHandler implements ApiHandler<CreatePartitionsRequest, CreatePartitionsResponse> {

    private final PartitionAdder adder;

    public CreatePartitionsHandler(PartitionAdder adder) {
        this.adder = adder;
    }

    @Override
    public void handle(
            RequestContext context, CreatePartitionsRequest request, Consumer<CreatePartitionsResponse> reply) {
        Map<String, CreatePartitionsTopic> wishes = new LinkedHashMap<>();
        Set<String> duplicates = new HashSet<>();
        for (CreatePartitionsTopic topic : request.topics()) {
            if (wishes.putIfAbsent(topic.name(), topic) != null) {
                duplicates.add(topic.name());
            }
        }
        Map<CreatePartitionsTopic, PartitionsDecision> decisions = adder.decide(wishes.values().stream()
                .filter(wish -> !duplicates.contains(wish.name()))
                .toList());
        Map<String, Refuse> refusals = new HashMap<>();
        duplicates.forEach(name -> refusals.put(name, new Refuse(ErrorCode.INVALID_REQUEST, "Duplicate topic name.")));
        decisions.forEach((wish, decision) -> {
            if (decision instanceof Refuse refusal) {
                refusals.put(wish.name(), refusal);
            }
        });
        if (request.validateOnly() || refusals.size() == wishes.size()) {
            reply.accept(answer(wishes.keySet(), refusals));
            return;
        }
        Deadline.limit(
                        adder.add(decisions)
                                .handle((refused, failure) ->
                                        failure == null ? refused : all(decisions, Failures.refusal(failure))),
                        context.scheduler(),
                        Deadline.ofMillis(request.timeoutMs()),
                        () -> all(decisions, late(request.timeoutMs())))
                .thenAccept(refused -> {
                    refused.forEach(refusals::putIfAbsent);
                    reply.accept(answer(wishes.keySet(), refusals));
                });
    }

    private static Refuse late(int timeoutMs) {
        return new Refuse(
                ErrorCode.REQUEST_TIMED_OUT,
                "The partitions are not there and served after " + timeoutMs + " ms; they may yet be.");
    }

    private static Map<String, Refuse> all(Map<CreatePartitionsTopic, PartitionsDecision> decisions, Refuse refusal) {
        Map<String, Refuse> refusals = new HashMap<>();
        decisions.keySet().forEach(wish -> refusals.put(wish.name(), refusal));
        return refusals;
    }

    private static CreatePartitionsResponse answer(Set<String> topics, Map<String, Refuse> refusals) {
        List<CreatePartitionsTopicResult> results = new ArrayList<>(topics.size());
        for (String topic : topics) {
            CreatePartitionsTopicResult result =
                    new CreatePartitionsTopicResult().setName(topic).setErrorMessage(null);
            Refuse refusal = refusals.get(topic);
            results.add(
                    refusal == null
                            ? result
                            : result.setErrorCode(refusal.error().code()).setErrorMessage(refusal.message()));
        }
        return new CreatePartitionsResponse().setResults(results);
    }
}
