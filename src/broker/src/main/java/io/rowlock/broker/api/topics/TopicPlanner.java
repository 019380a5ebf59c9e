package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.topics.TopicDecision.Create;
import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.config.InvalidSettingException;
import io.rowlock.broker.config.TopicConfigs;
import io.rowlock.broker.config.TopicSettings;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides, by one image of the cluster and without I/O, what becomes of the wish for a topic; with Kafka's errors and
 * messages. For one request; not thread-safe.
 */
final class TopicPlanner {

    static final int USE_DEFAULT = -1;

    private final MetadataImage image;
    private final BrokerSettings settings;
    private final RandomSource random;
    private final BiPredicate<String, UUID> isRepeat;
    private final Placement placement;
    private @Nullable Map<String, String> namesByCollisionKey;

    /** @param isRepeat whether that topic was created by an earlier try of the same request, of unknown outcome */
    TopicPlanner(
            MetadataImage image, BrokerSettings settings, RandomSource random, BiPredicate<String, UUID> isRepeat) {
        this.image = image;
        this.settings = settings;
        this.random = random;
        this.isRepeat = isRepeat;
        this.placement = new Placement(image);
    }

    /** A topic with everything by default. */
    TopicDecision plan(String name) {
        return plan(
                new CreatableTopic().setName(name).setNumPartitions(USE_DEFAULT).setReplicationFactor((short)
                        USE_DEFAULT));
    }

    TopicDecision plan(CreatableTopic wish) {
        Refuse refusal = checkName(wish.name());
        if (refusal != null) {
            return refusal;
        }
        Map<String, String> configs = new HashMap<>();
        try {
            for (CreatableTopicConfig config : wish.configs()) {
                configs.put(config.name(), TopicConfigs.accept(config.name(), config.value()));
            }
            TopicSettings.checkTogether(configs, settings);
        } catch (InvalidSettingException e) {
            return new Refuse(ErrorCode.INVALID_CONFIG, String.valueOf(e.getMessage()));
        }
        return wish.assignments().isEmpty() ? placed(wish, configs) : assigned(wish, configs);
    }

    private @Nullable Refuse checkName(String name) {
        String problem = TopicNames.problem(name);
        if (problem != null) {
            return new Refuse(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
        }
        TopicInfo existing = image.topic(name);
        if (existing != null) {
            return isRepeat.test(name, existing.id()) ? null : nameTaken(name, name);
        }
        if (TopicNames.mayCollide(name)) {
            String colliding = namesByCollisionKey().get(TopicNames.collisionKey(name));
            if (colliding != null) {
                return nameTaken(name, colliding);
            }
        }
        return null;
    }

    /** The refusal of a name that is taken by a topic of that name, or of one that collides with it. */
    static Refuse nameTaken(String name, String existing) {
        return existing.equals(name)
                ? new Refuse(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.")
                : new Refuse(
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        "Topic '" + name + "' collides with existing topic: " + existing);
    }

    private Map<String, String> namesByCollisionKey() {
        if (namesByCollisionKey == null) {
            Map<String, String> names = new HashMap<>();
            for (TopicInfo topic : image.topics()) {
                if (TopicNames.mayCollide(topic.name())) {
                    names.put(TopicNames.collisionKey(topic.name()), topic.name());
                }
            }
            namesByCollisionKey = names;
        }
        return namesByCollisionKey;
    }

    private TopicDecision placed(CreatableTopic wish, Map<String, String> configs) {
        int replicationFactor = wish.replicationFactor();
        if (replicationFactor < USE_DEFAULT || replicationFactor == 0) {
            return new Refuse(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Replication factor must be larger than 0, or -1 to use the default value.");
        }
        int partitions = wish.numPartitions();
        if (partitions < USE_DEFAULT || partitions == 0) {
            return new Refuse(
                    ErrorCode.INVALID_PARTITIONS, "Number of partitions was set to an invalid non-positive value.");
        }
        int replicas = replicationFactor == USE_DEFAULT ? settings.defaultReplicationFactor() : replicationFactor;
        Refuse refusal = placement.checkReplicationFactor(replicas);
        if (refusal != null) {
            return refusal;
        }
        int count = partitions == USE_DEFAULT ? settings.numPartitions() : partitions;
        return create(wish.name(), placement.spread(count, replicas, random), configs);
    }

    private TopicDecision assigned(CreatableTopic wish, Map<String, String> configs) {
        if (wish.replicationFactor() != USE_DEFAULT) {
            return new Refuse(
                    ErrorCode.INVALID_REQUEST,
                    "A manual partition assignment was specified, but replication factor was not set to -1.");
        }
        if (wish.numPartitions() != USE_DEFAULT) {
            return new Refuse(
                    ErrorCode.INVALID_REQUEST,
                    "A manual partition assignment was specified, but numPartitions was not set to -1.");
        }
        Refuse refusal = placement.checkManual(wish.assignments());
        return refusal != null ? refusal : create(wish.name(), Placement.manual(wish.assignments()), configs);
    }

    private Create create(String name, List<List<Integer>> replicas, Map<String, String> configs) {
        return new Create(new NewTopic(random.uuid(), name, TopicNames.isInternal(name), replicas, configs));
    }
}
