package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.AddPartitionsResult;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.NewPartitions;
import io.rowlock.ports.Clock;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Brings partitions into topics that there are. Thread-safe, never blocks. */
public final class PartitionAdder {

    /** How often a wish is decided anew because somebody else added partitions to the topic meanwhile. */
    static final int ROUNDS_MAX = 5;

    private final MetadataStore store;
    private final Supplier<MetadataImage> image;
    private final LongFunction<CompletionStage<Void>> awaitServed;
    private final RandomSource random;
    private final Supplier<@Nullable String> shortage;
    private final UnknownOutcomes<NewPartitions> unknown;

    /**
     * @param awaitServed completes when this node serves what it holds at that version of the metadata
     * @param shortage why this node has no room for more, or null
     */
    public PartitionAdder(
            MetadataStore store,
            Supplier<MetadataImage> image,
            LongFunction<CompletionStage<Void>> awaitServed,
            Clock clock,
            RandomSource random,
            Supplier<@Nullable String> shortage) {
        this.store = store;
        this.image = image;
        this.awaitServed = awaitServed;
        this.random = random;
        this.shortage = shortage;
        this.unknown = new UnknownOutcomes<>(clock);
    }

    /** What becomes of each wish, by the cluster as it is now and with nothing added yet. No topic stands twice. */
    Map<CreatePartitionsTopic, PartitionsDecision> decide(List<CreatePartitionsTopic> wishes) {
        PartitionsPlanner planner = new PartitionsPlanner(image.get(), random);
        // What is added at once must fit one transaction, and is counted before anything is made of it.
        boolean tooMany =
                wishes.stream().mapToLong(planner::additional).sum() > CreateTopicsHandler.PARTITIONS_PER_REQUEST_MAX;
        Map<CreatePartitionsTopic, PartitionsDecision> decisions = new LinkedHashMap<>();
        for (CreatePartitionsTopic wish : wishes) {
            decisions.put(
                    wish,
                    tooMany && planner.additional(wish) > 0
                            ? new Refuse(
                                    ErrorCode.POLICY_VIOLATION, "Excessively large number of partitions per request.")
                            : planner.plan(wish, unknown.find(wish.name())));
        }
        return decisions;
    }

    /**
     * Adds what was decided on, and completes when this node serves it, with the refusals by the topic's name: what is not
     * among them is there. Fails as the store does, and then remembers: who wishes for the same again is told that it is done.
     */
    CompletionStage<Map<String, Refuse>> add(Map<CreatePartitionsTopic, PartitionsDecision> decisions) {
        return add(decisions, 1);
    }

    private CompletionStage<Map<String, Refuse>> add(
            Map<CreatePartitionsTopic, PartitionsDecision> decisions, int round) {
        Map<String, Refuse> refusals = new LinkedHashMap<>();
        List<CreatePartitionsTopic> wishes = new ArrayList<>();
        List<NewPartitions> additions = new ArrayList<>();
        String noRoom = shortage.get();
        decisions.forEach((wish, decision) -> {
            if (decision instanceof Refuse refusal) {
                refusals.put(wish.name(), refusal);
            } else if (noRoom != null) {
                refusals.put(wish.name(), new Refuse(ErrorCode.KAFKA_STORAGE_ERROR, noRoom));
            } else if (decision instanceof PartitionsDecision.Add add) {
                wishes.add(wish);
                additions.add(add.partitions());
            }
        });
        if (wishes.isEmpty()) {
            return CompletableFuture.completedFuture(refusals);
        }
        return store.addPartitions(additions)
                .whenComplete((results, failure) -> {
                    if (failure != null) {
                        for (int i = 0; i < wishes.size(); i++) {
                            unknown.remember(wishes.get(i).name(), additions.get(i));
                        }
                    }
                })
                .thenCompose(results -> settle(wishes, additions, results, refusals, round));
    }

    private CompletionStage<Map<String, Refuse>> settle(
            List<CreatePartitionsTopic> wishes,
            List<NewPartitions> additions,
            List<AddPartitionsResult> results,
            Map<String, Refuse> refusals,
            int round) {
        List<CreatePartitionsTopic> anew = new ArrayList<>();
        long version = 0;
        for (int i = 0; i < wishes.size(); i++) {
            String name = wishes.get(i).name();
            NewPartitions tried = additions.get(i);
            AddPartitionsResult result = results.get(i);
            if (result instanceof AddPartitionsResult.Added added) {
                version = Math.max(version, added.version());
            } else if (result instanceof AddPartitionsResult.CountDiffers differs) {
                version = Math.max(version, differs.version());
                if (!tried.equals(unknown.find(name)) || differs.count() != tried.countAfter()) {
                    anew.add(wishes.get(i));
                }
            } else {
                refusals.put(name, new Refuse(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null));
            }
            unknown.forget(name);
        }
        if (version == 0) {
            return CompletableFuture.completedFuture(refusals);
        }
        return awaitServed
                .apply(version)
                .thenCompose(served -> again(anew, round))
                .thenApply(later -> {
                    refusals.putAll(later);
                    return refusals;
                });
    }

    /** What somebody else changed is decided anew, by what it is now. */
    private CompletionStage<Map<String, Refuse>> again(List<CreatePartitionsTopic> wishes, int round) {
        if (round < ROUNDS_MAX) {
            return add(decide(wishes), round + 1);
        }
        Map<String, Refuse> refusals = new LinkedHashMap<>();
        wishes.forEach(wish -> refusals.put(
                wish.name(),
                new Refuse(
                        ErrorCode.INVALID_PARTITIONS, "Others add partitions to the topic all the time; try again.")));
        return CompletableFuture.completedFuture(refusals);
    }
}
