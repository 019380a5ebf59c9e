package io.rowlock.broker.partition;

import java.util.UUID;

/** Which partition: by id, since a name may be given to another topic; the name is for people and for paths. */
public record PartitionKey(UUID topicId, String topic, int index) {

    /** The name of its directory, as in Kafka. */
    public String directoryName() {
        return topic + "-" + index;
    }

    @Override
    public String toString() {
        return directoryName();
    }
}
