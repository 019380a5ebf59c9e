package io.rowlock.broker.api.topics;

import io.rowlock.broker.api.topics.TopicDecision.Refuse;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NewPartitions;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import io.rowlock.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides, by one image of the cluster and without I/O, what becomes of the wish that a topic have more partitions; with
 * Kafka's errors and messages.
 */
final class PartitionsPlanner {

    private final MetadataImage image;
    private final RandomSource random;
    private final Placement placement;

    PartitionsPlanner(MetadataImage image, RandomSource random) {
        this.image = image;
        this.random = random;
        this.placement = new Placement(image);
    }

    /** How many partitions the wish is for; 0 if it is for none. */
    long additional(CreatePartitionsTopic wish) {
        TopicInfo topic = image.topic(wish.name());
        return topic == null
                ? 0
                : Math.max(0L, (long) wish.count() - topic.partitions().size());
    }

    /** @param earlier what an earlier try of the same request may have added, with unknown outcome; or null */
    PartitionsDecision plan(CreatePartitionsTopic wish, @Nullable NewPartitions earlier) {
        TopicInfo topic = image.topic(wish.name());
        if (topic == null) {
            return new Refuse(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null);
        }
        int count = topic.partitions().size();
        if (earlier != null && earlier.topicId().equals(topic.id()) && earlier.countAfter() == wish.count()) {
            return new PartitionsDecision.Add(earlier);
        }
        if (wish.count() <= count) {
            return new Refuse(
                    ErrorCode.INVALID_PARTITIONS,
                    wish.count() == count
                            ? "Topic already has " + count + " partition(s)."
                            : "The topic " + wish.name() + " currently has " + count + " partition(s); " + wish.count()
                                    + " would not be an increase.");
        }
        List<CreatePartitionsAssignment> assignments = wish.assignments();
        return assignments == null
                ? placed(topic, wish.count() - count)
                : assigned(
                        topic,
                        wish.count() - count,
                        assignments.stream()
                                .map(CreatePartitionsAssignment::brokerIds)
                                .toList());
    }

    private static int replicationFactor(TopicInfo topic) {
        return topic.partitions().get(0).replicas().size();
    }

    private PartitionsDecision placed(TopicInfo topic, int additional) {
        int replicationFactor = replicationFactor(topic);
        Refuse refusal = placement.checkReplicationFactor(replicationFactor);
        return refusal != null ? refusal : add(topic, placement.spread(additional, replicationFactor, random));
    }

    private PartitionsDecision assigned(TopicInfo topic, int additional, List<List<Integer>> replicas) {
        if (replicas.size() != additional) {
            return new Refuse(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    "Attempted to add " + additional + " additional partition(s), but only " + replicas.size()
                            + " assignment(s) were specified.");
        }
        Refuse refusal = placement.checkAdded(topic.partitions().size(), replicas, replicationFactor(topic));
        return refusal != null ? refusal : add(topic, replicas);
    }

    private static PartitionsDecision add(TopicInfo topic, List<List<Integer>> replicas) {
        return new PartitionsDecision.Add(
                new NewPartitions(topic.id(), topic.partitions().size(), replicas));
    }
}
