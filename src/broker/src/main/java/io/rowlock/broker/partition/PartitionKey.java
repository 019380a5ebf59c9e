package io.rowlock.broker.partition;

import io.rowlock.broker.cluster.PartitionId;
import java.util.UUID;

/** Which partition: by id, since a name may be given to another topic; the name is for people and for paths. */
public record PartitionKey(UUID topicId, String topic, int index) {

    /** The name of its directory, as in Kafka. */
    public String directoryName() {
        return topic + "-" + index;
    }

    /** As the metadata names it. */
    public PartitionId id() {
        return new PartitionId(topicId, index);
    }

    @Override
    public String toString() {
        return directoryName();
    }
}
