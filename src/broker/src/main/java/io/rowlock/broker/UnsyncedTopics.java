package io.rowlock.broker;

import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.partition.Durability;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** Which topics a node acknowledges before they are synced, although it promises to sync before. */
public final class UnsyncedTopics {

    private static final System.Logger LOG = System.getLogger(UnsyncedTopics.class.getName());

    private UnsyncedTopics() {}

    /**
     * Of the topics of which the node has replicas, those whose {@code flush.messages} or {@code flush.ms}, as they are set now,
     * leave what is acknowledged to the page cache.
     *
     * @param atStart the node's settings without those that were made at run time, which {@code image} has
     */
    public static Set<UUID> of(MetadataImage image, BrokerSettings atStart, int nodeId) {
        BrokerSettings inForce = atStart.inForce(
                image.brokerOverrides(),
                nodeId,
                unusable -> LOG.log(
                        System.Logger.Level.ERROR,
                        "A broker setting of the metadata is not in force: {0}",
                        unusable.getMessage()));
        TopicMeanings meanings = new TopicMeanings(() -> inForce, Durability.FSYNC);
        Set<UUID> unsynced = new HashSet<>();
        for (TopicInfo topic : image.topics()) {
            if (topic.partitions().stream().anyMatch(p -> p.replicas().contains(nodeId))
                    && !meanings.partitionSettings(topic).flushPolicy().beforeAcknowledging()) {
                unsynced.add(topic.id());
            }
        }
        return unsynced;
    }
}
