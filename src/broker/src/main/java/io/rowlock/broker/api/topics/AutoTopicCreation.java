package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.topics.TopicCreator.Outcome;
import io.rowlock.broker.api.topics.TopicDecision.Create;
import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Creates topics because a client asked for their metadata. The client is told at once that they are not there yet, which it
 * takes as a reason to ask again. Thread-safe, never blocks; however many clients ask, a topic is created once.
 */
public final class AutoTopicCreation {

    /** Topics being created at once; what comes on top is created when its client asks again. */
    static final int UNDER_WAY_MAX = 1_000;

    private static final System.Logger LOG = System.getLogger(AutoTopicCreation.class.getName());

    private final BrokerSettings settings;
    private final TopicCreator creator;
    private final RandomSource random;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    public AutoTopicCreation(BrokerSettings settings, TopicCreator creator, RandomSource random) {
        this.settings = settings;
        this.creator = creator;
        this.random = random;
    }

    /** Whether the node does it at all. */
    public boolean enabled() {
        return settings.autoCreateTopicsEnable();
    }

    /**
     * Starts to create topics that {@code image} does not have.
     *
     * @return for each name the error to answer with: UNKNOWN_TOPIC_OR_PARTITION for what is being created, the reason for what
     *     cannot be
     */
    public Map<String, ErrorCode> request(Collection<String> names, MetadataImage image) {
        Map<String, ErrorCode> errors = new HashMap<>();
        List<NewTopic> wanted = new ArrayList<>();
        if (underWay.size() >= UNDER_WAY_MAX) {
            // What exists may wait long to be served, for a disk perhaps; it needs no protection from a second
            // creation.
            underWay.removeIf(name -> image.topic(name) != null);
        }
        TopicPlanner planner = new TopicPlanner(image, settings, random, creator::isRepeat);
        for (String name : names) {
            errors.put(name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            // Kafka's own topics are not for clients to bring about: nothing here would fill them.
            if (TopicNames.isInternal(name) || name.equals(TopicNames.CLUSTER_METADATA) || underWay.contains(name)) {
                continue;
            }
            TopicDecision decision = planner.plan(name);
            if (decision instanceof Refuse refuse) {
                errors.put(name, refuse.error());
            } else if (decision instanceof Create create && underWay.size() < UNDER_WAY_MAX && underWay.add(name)) {
                wanted.add(create.topic());
            }
        }
        if (creator.hasNoRoom()) {
            // Clients ask again and again: the disk's shortage is told once, not each time.
            wanted.forEach(topic -> underWay.remove(topic.name()));
        } else if (!wanted.isEmpty()) {
            create(wanted);
        }
        return errors;
    }

    private void create(List<NewTopic> topics) {
        creator.create(topics).whenComplete((outcomes, failure) -> {
            topics.forEach(topic -> underWay.remove(topic.name()));
            report(topics, outcomes, failure);
        });
    }

    private static void report(List<NewTopic> topics, @Nullable List<Outcome> outcomes, @Nullable Throwable failure) {
        for (int i = 0; i < topics.size(); i++) {
            String name = topics.get(i).name();
            if (outcomes == null || failure != null) {
                LOG.log(System.Logger.Level.WARNING, "Topic {0} could not be created on demand: {1}", name, failure);
            } else if (outcomes.get(i) instanceof Outcome.Refused refused) {
                // Another node, or a client, was quicker: the topic is there, which is all that was wanted.
                if (refused.refusal().error() != ErrorCode.TOPIC_ALREADY_EXISTS) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "Topic {0} could not be created on demand: {1}",
                            name,
                            refused.refusal().message());
                }
            } else {
                LOG.log(System.Logger.Level.INFO, "Topic {0} was created on demand", name);
            }
        }
    }
}
