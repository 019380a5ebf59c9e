package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.DeleteTopicResult;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.ports.Clock;
import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Takes topics out of the cluster. Thread-safe, never blocks. */
public final class TopicDeleter {

    /** How it ended for one topic. */
    sealed interface Outcome {

        /** It is gone, from this node too. */
        record Deleted() implements Outcome {}

        record Refused(Refuse refusal) implements Outcome {}
    }

    private final MetadataStore store;
    private final LongFunction<CompletionStage<Void>> awaitServed;
    private final TopicCreator creator;
    private final UnknownOutcomes<UUID> unknown;

    /** @param awaitServed completes when this node serves what it holds, and nothing else, at that version of the metadata */
    public TopicDeleter(
            MetadataStore store, LongFunction<CompletionStage<Void>> awaitServed, TopicCreator creator, Clock clock) {
        this.store = store;
        this.awaitServed = awaitServed;
        this.creator = creator;
        this.unknown = new UnknownOutcomes<>(clock);
    }

    /** The topic of that name that an earlier try may have deleted, its answer being lost; or null. */
    @Nullable
    UUID earlierDeletion(String name) {
        return unknown.find(name);
    }

    /**
     * Deletes topics and completes with one outcome for each when they are gone here. Fails as the store does, and then
     * remembers them: who deletes them again is told that it is done.
     */
    CompletionStage<List<Outcome>> delete(List<DeletePlan.Target> targets) {
        return store.deleteTopics(targets.stream().map(DeletePlan.Target::id).toList())
                .whenComplete((results, failure) -> {
                    if (failure != null) {
                        targets.forEach(target -> unknown.remember(target.name(), target.id()));
                    }
                })
                .thenCompose(results -> settle(targets, results));
    }

    private CompletionStage<List<Outcome>> settle(List<DeletePlan.Target> targets, List<DeleteTopicResult> results) {
        List<Outcome> outcomes = new ArrayList<>(targets.size());
        long version = 0;
        for (int i = 0; i < targets.size(); i++) {
            DeletePlan.Target target = targets.get(i);
            if (results.get(i) instanceof DeleteTopicResult.Deleted deleted) {
                version = Math.max(version, deleted.version());
                outcomes.add(new Outcome.Deleted());
            } else if (target.id().equals(unknown.find(target.name()))) {
                outcomes.add(new Outcome.Deleted());
            } else {
                ErrorCode error = target.byName() ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.UNKNOWN_TOPIC_ID;
                outcomes.add(new Outcome.Refused(new Refuse(error, error.defaultMessage())));
            }
            unknown.forget(target.name());
            creator.deleted(target.name());
        }
        return version == 0
                ? CompletableFuture.completedFuture(outcomes)
                : awaitServed.apply(version).thenApply(served -> outcomes);
    }
}
