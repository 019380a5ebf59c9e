package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.CreateTopicResult;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.ports.Clock;
import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Brings decided topics into the cluster. Thread-safe, never blocks. */
public final class TopicCreator {

    /** How it ended for one topic. */
    sealed interface Outcome {

        /** It is there, and this node serves what it holds of it. */
        record Created(UUID id) implements Outcome {}

        record Refused(Refuse refusal) implements Outcome {}
    }

    private final MetadataStore store;
    private final LongFunction<CompletionStage<Void>> awaitServed;
    private final Supplier<@Nullable String> shortage;
    private final UnknownOutcomes<NewTopic> unknown;

    /**
     * @param awaitServed completes when this node serves what it holds at that version of the metadata
     * @param shortage why this node has no room for more, or null: a topic takes some of the disk even while it is empty
     */
    public TopicCreator(
            MetadataStore store,
            LongFunction<CompletionStage<Void>> awaitServed,
            Clock clock,
            Supplier<@Nullable String> shortage) {
        this.store = store;
        this.awaitServed = awaitServed;
        this.shortage = shortage;
        this.unknown = new UnknownOutcomes<>(clock);
    }

    /** Whether no topic can be created now, for want of room. */
    boolean hasNoRoom() {
        return shortage.get() != null;
    }

    /** Whether topic {@code id} may have been created by a try whose answer was lost. */
    boolean isRepeat(String name, UUID id) {
        NewTopic earlier = unknown.find(name);
        return earlier != null && earlier.id().equals(id);
    }

    /** That a topic of this name was deleted: whoever wishes for it from now on means another one. */
    void deleted(String name) {
        unknown.forget(name);
    }

    /**
     * Creates topics, each for itself, and completes with one outcome for each when this node serves them. Fails as the store
     * does, and then remembers them: who wishes for the same again gets the same topic.
     */
    CompletionStage<List<Outcome>> create(List<NewTopic> topics) {
        String noRoom = shortage.get();
        if (noRoom != null) {
            Outcome refused = new Outcome.Refused(new Refuse(ErrorCode.KAFKA_STORAGE_ERROR, noRoom));
            return CompletableFuture.completedFuture(Collections.nCopies(topics.size(), refused));
        }
        List<NewTopic> tried = topics.stream().map(this::repeated).toList();
        return store.createTopics(tried)
                .whenComplete((results, failure) -> {
                    if (failure != null) {
                        tried.forEach(topic -> unknown.remember(topic.name(), topic));
                    }
                })
                .thenCompose(results -> settle(tried, results));
    }

    private NewTopic repeated(NewTopic topic) {
        NewTopic earlier = unknown.find(topic.name());
        return earlier != null && sameWish(earlier, topic) ? earlier : topic;
    }

    /** Placement is chance, and no part of the wish. */
    private static boolean sameWish(NewTopic one, NewTopic other) {
        return one.replicas().size() == other.replicas().size()
                && one.replicas().get(0).size() == other.replicas().get(0).size()
                && one.configs().equals(other.configs());
    }

    private CompletionStage<List<Outcome>> settle(List<NewTopic> topics, List<CreateTopicResult> results) {
        List<Outcome> outcomes = new ArrayList<>(topics.size());
        long version = 0;
        for (int i = 0; i < topics.size(); i++) {
            String name = topics.get(i).name();
            unknown.forget(name);
            CreateTopicResult result = results.get(i);
            if (result instanceof CreateTopicResult.Created created) {
                version = Math.max(version, created.version());
                outcomes.add(new Outcome.Created(created.id()));
            } else if (result instanceof CreateTopicResult.NameTaken taken) {
                outcomes.add(new Outcome.Refused(TopicPlanner.nameTaken(name, taken.existingName())));
            }
        }
        return version == 0
                ? CompletableFuture.completedFuture(outcomes)
                : awaitServed.apply(version).thenApply(served -> outcomes);
    }
}
