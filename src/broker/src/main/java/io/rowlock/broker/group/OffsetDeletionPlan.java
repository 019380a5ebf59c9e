package io.rowlock.broker.group;

import io.rowlock.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of the offsets that a client wants to be forgotten may be.
 *
 * @param error why none may, or NONE
 * @param offsets that may
 * @param subscribed names of the topics whose offsets stay
 */
record OffsetDeletionPlan(ErrorCode error, List<OffsetKey> offsets, Set<String> subscribed) {

    /** @param group null if there is none */
    static OffsetDeletionPlan of(@Nullable ClassicGroup group, List<TopicOffsets> topics) {
        ErrorCode error = group == null ? ErrorCode.GROUP_ID_NOT_FOUND : group.checkOffsetDelete();
        List<OffsetKey> offsets = new ArrayList<>();
        Set<String> subscribed = new HashSet<>();
        if (error == ErrorCode.NONE && group != null) {
            for (TopicOffsets topic : topics) {
                if (group.isSubscribedTo(topic.topic())) {
                    subscribed.add(topic.topic());
                } else {
                    offsets.addAll(topic.offsets());
                }
            }
        }
        return new OffsetDeletionPlan(error, offsets, subscribed);
    }
}
