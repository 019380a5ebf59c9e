package io.rowlock.broker.api.topics;

import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/** What follows from the wish for a topic. */
sealed interface TopicDecision {

    /** It may be created like this. */
    record Create(NewTopic topic) implements TopicDecision {

        int partitions() {
            return topic.replicas().size();
        }

        int replicationFactor() {
            return topic.replicas().get(0).size();
        }
    }

    /** It may not. The message is for the one who asked; null where the error alone says it. */
    record Refuse(ErrorCode error, @Nullable String message) implements TopicDecision, PartitionsDecision {}
}
