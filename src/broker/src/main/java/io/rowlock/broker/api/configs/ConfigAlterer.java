package io.rowlock.broker.api.configs;

import io.rowlock.broker.api.configs.ConfigWish.Outcome;
import io.rowlock.broker.api.topics.Deadline;
import io.rowlock.broker.api.topics.TopicNames;
import io.rowlock.broker.cluster.AlterConfigsResult;
import io.rowlock.broker.cluster.ConfigChange;
import io.rowlock.broker.cluster.ConfigChange.Decision;
import io.rowlock.broker.cluster.ConfigResource;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Changes settings as requests want them: each resource for itself, all settings of one or none. Thread-safe, never blocks. */
public final class ConfigAlterer {

    /** As Kafka's controller has it: what one request may change must fit one transaction. */
    static final int CHANGES_PER_REQUEST_MAX = 10_000;

    /** These requests name no time; clients give up after 30 seconds of their own. */
    static final Duration ANSWER_MAX = Duration.ofSeconds(15);

    private static final System.Logger LOG = System.getLogger(ConfigAlterer.class.getName());

    /** One resource whose settings are kept, and where its outcome belongs. */
    private record Kept(int index, ConfigChange change) {}

    private final MetadataStore store;
    private final Supplier<MetadataImage> image;
    private final LongFunction<CompletionStage<Void>> awaitServed;
    private final ConfigEdits edits;
    private final LogLevelChange logLevels;
    private final int self;

    /**
     * @param awaitServed completes when this node has applied all up to that version of the metadata
     * @param atStart what was set where this node was started
     * @param self id of this node
     */
    public ConfigAlterer(
            MetadataStore store,
            Supplier<MetadataImage> image,
            LongFunction<CompletionStage<Void>> awaitServed,
            BrokerSettings atStart,
            int self,
            LogLevels logLevels) {
        this.store = store;
        this.image = image;
        this.awaitServed = awaitServed;
        this.edits = new ConfigEdits(atStart, self);
        this.logLevels = new LogLevelChange(self, logLevels);
        this.self = self;
    }

    /** Completes with one outcome for each wish, in order, when this node has applied what was changed. */
    CompletionStage<List<Outcome>> alter(List<ConfigWish> wishes, boolean validateOnly, Scheduler scheduler) {
        if (wishes.stream().mapToLong(wish -> wish.ops().size()).sum() > CHANGES_PER_REQUEST_MAX
                || wishes.size() > CHANGES_PER_REQUEST_MAX) {
            Outcome tooMany =
                    new Outcome(ErrorCode.POLICY_VIOLATION, "Unable to perform excessively large batch operation.");
            return CompletableFuture.completedFuture(Collections.nCopies(wishes.size(), tooMany));
        }
        List<@Nullable Outcome> checked = WishCheck.all(wishes);
        List<Outcome> outcomes = new ArrayList<>(wishes.size());
        List<Kept> kept = new ArrayList<>();
        for (int i = 0; i < wishes.size(); i++) {
            Outcome refusal = checked.get(i);
            outcomes.add(refusal != null ? refusal : begin(i, wishes.get(i), validateOnly, kept));
        }
        if (kept.isEmpty()) {
            return CompletableFuture.completedFuture(outcomes);
        }
        if (validateOnly) {
            kept.forEach(one -> outcomes.set(one.index(), validated(one.change())));
            return CompletableFuture.completedFuture(outcomes);
        }
        return Deadline.limit(change(kept), scheduler, ANSWER_MAX, () -> same(kept, late()))
                .thenApply(results -> {
                    for (int i = 0; i < kept.size(); i++) {
                        outcomes.set(kept.get(i).index(), results.get(i));
                    }
                    return outcomes;
                });
    }

    /** What is not kept is done at once; of the rest, which goes to {@code kept}, the outcome is replaced later. */
    private Outcome begin(int index, ConfigWish wish, boolean validateOnly, List<Kept> kept) {
        switch (wish.type()) {
            case ResourceTypes.TOPIC -> {
                String problem = TopicNames.problem(wish.name());
                if (wish.name().isEmpty()) {
                    return Outcome.invalidRequest("Default topic resources are not allowed.");
                } else if (problem != null) {
                    return new Outcome(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
                }
                kept.add(new Kept(index, new ConfigChange(new ConfigResource.Topic(wish.name()), edits.ofTopic(wish))));
            }
            case ResourceTypes.BROKER -> {
                Outcome refusal = checkNode(wish.name());
                if (refusal != null) {
                    return refusal;
                }
                ConfigResource resource =
                        wish.name().isEmpty() ? new ConfigResource.AllNodes() : new ConfigResource.Node(self);
                kept.add(new Kept(index, new ConfigChange(resource, edits.ofBroker(resource, wish))));
            }
            case ResourceTypes.BROKER_LOGGER -> {
                return logLevels.make(wish, validateOnly);
            }
            default -> throw new IllegalArgumentException("unchecked resource type " + wish.type());
        }
        return Outcome.DONE;
    }

    private @Nullable Outcome checkNode(String name) {
        if (name.isEmpty()) {
            return null;
        }
        try {
            int id = Integer.parseInt(name);
            return id == self
                    ? null
                    : Outcome.invalidRequest("Unexpected broker id, expected " + self + ", but received " + name);
        } catch (NumberFormatException e) {
            return Outcome.invalidRequest("Node id must be an integer, but it is: " + name);
        }
    }

    private Outcome validated(ConfigChange change) {
        MetadataImage now = image.get();
        Map<String, String> current = ConfigResource.brokerConfigs(change.resource(), now.brokerOverrides());
        if (change.resource() instanceof ConfigResource.Topic named) {
            TopicInfo topic = now.topic(named.name());
            if (topic == null) {
                return unknownTopic(change);
            }
            current = topic.configs();
        }
        return change.edit().decide(current, now.brokerOverrides()) instanceof Decision.Refuse refusal
                ? new Outcome(refusal.error(), refusal.message())
                : Outcome.DONE;
    }

    /** As Kafka does, tells what is wrong with the settings rather than that there is no such topic. */
    private Outcome unknownTopic(ConfigChange change) {
        Decision decision = change.edit().decide(Map.of(), image.get().brokerOverrides());
        if (decision instanceof Decision.Refuse refusal) {
            return new Outcome(refusal.error(), refusal.message());
        }
        String name = ((ConfigResource.Topic) change.resource()).name();
        return new Outcome(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + name + "' does not exist.");
    }

    private CompletionStage<List<Outcome>> change(List<Kept> kept) {
        return store.alterConfigs(kept.stream().map(Kept::change).toList())
                .thenCompose(results -> settled(kept, results))
                .exceptionally(failure -> same(kept, failed(failure)));
    }

    private CompletionStage<List<Outcome>> settled(List<Kept> kept, List<AlterConfigsResult> results) {
        List<Outcome> outcomes = new ArrayList<>(results.size());
        long version = 0;
        for (int i = 0; i < results.size(); i++) {
            AlterConfigsResult result = results.get(i);
            if (result instanceof AlterConfigsResult.Altered altered) {
                version = Math.max(version, altered.version());
                outcomes.add(Outcome.DONE);
            } else if (result instanceof AlterConfigsResult.Refused refused) {
                outcomes.add(
                        new Outcome(refused.refusal().error(), refused.refusal().message()));
            } else {
                outcomes.add(unknownTopic(kept.get(i).change()));
            }
        }
        return version == 0
                ? CompletableFuture.completedFuture(outcomes)
                : awaitServed.apply(version).thenApply(served -> outcomes);
    }

    private static List<Outcome> same(List<Kept> kept, Outcome outcome) {
        return Collections.nCopies(kept.size(), outcome);
    }

    private static Outcome late() {
        return new Outcome(
                ErrorCode.REQUEST_TIMED_OUT,
                "The settings are not changed and in force after " + ANSWER_MAX.toMillis() + " ms; they may yet be.");
    }

    /** Retriable where the store cannot be asked; anything else is a defect, and is logged. */
    private static Outcome failed(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof MetadataUnavailableException) {
            return new Outcome(ErrorCode.NOT_CONTROLLER, "The metadata store cannot be asked now; try again.");
        }
        LOG.log(System.Logger.Level.ERROR, "A change of settings failed", cause);
        return new Outcome(ErrorCode.UNKNOWN_SERVER_ERROR, "The change failed; the node's log says why.");
    }
}
