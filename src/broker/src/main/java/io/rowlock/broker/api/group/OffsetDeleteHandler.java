package io.rowlock.broker.api.group;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.group.DeletedOffsets;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.OffsetKey;
import io.rowlock.broker.group.TopicOffsets;
import io.rowlock.broker.group.WriteRules;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.OffsetDeleteRequest;
import io.rowlock.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestPartition;
import io.rowlock.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import io.rowlock.protocol.message.OffsetDeleteResponse;
import io.rowlock.protocol.message.OffsetDeleteResponse.OffsetDeleteResponsePartition;
import io.rowlock.protocol.message.OffsetDeleteResponse.OffsetDeleteResponseTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** OffsetDelete, version 0 (KIP-496): not those of topics that members of the group subscribe to. */
public final class OffsetDeleteHandler implements ApiHandler<OffsetDeleteRequest, OffsetDeleteResponse> {

    private final GroupCoordinator coordinator;
    private final Supplier<MetadataImage> image;

    public OffsetDeleteHandler(GroupCoordinator coordinator, Supplier<MetadataImage> image) {
        this.coordinator = coordinator;
        this.image = image;
    }

    @Override
    public void handle(RequestContext context, OffsetDeleteRequest request, Consumer<OffsetDeleteResponse> reply) {
        String groupId = request.groupId();
        if (groupId.isEmpty() || !WriteRules.isGroupId(groupId)) {
            reply.accept(new OffsetDeleteResponse().setErrorCode(ErrorCode.INVALID_GROUP_ID.code()));
            return;
        }
        MetadataImage now = image.get();
        List<TopicOffsets> known = new ArrayList<>();
        for (OffsetDeleteRequestTopic asked : request.topics()) {
            TopicInfo topic = now.topic(asked.name());
            if (topic != null) {
                known.add(offsets(groupId, topic, asked));
            }
        }
        coordinator.deleteOffsets(groupId, known, context, deleted -> reply.accept(answer(request, now, deleted)));
    }

    private static TopicOffsets offsets(String groupId, TopicInfo topic, OffsetDeleteRequestTopic asked) {
        return new TopicOffsets(
                topic.name(),
                asked.partitions().stream()
                        .filter(partition -> exists(topic, partition))
                        .map(partition -> new OffsetKey(groupId, topic.id(), partition.partitionIndex()))
                        .toList());
    }

    private static boolean exists(@Nullable TopicInfo topic, OffsetDeleteRequestPartition partition) {
        return topic != null
                && partition.partitionIndex() >= 0
                && partition.partitionIndex() < topic.partitions().size();
    }

    private static OffsetDeleteResponse answer(
            OffsetDeleteRequest request, MetadataImage image, DeletedOffsets deleted) {
        if (deleted.error() != ErrorCode.NONE) {
            return new OffsetDeleteResponse().setErrorCode(deleted.error().code());
        }
        List<OffsetDeleteResponseTopic> topics = new ArrayList<>();
        for (OffsetDeleteRequestTopic asked : request.topics()) {
            TopicInfo topic = image.topic(asked.name());
            boolean subscribed = deleted.subscribed().contains(asked.name());
            topics.add(new OffsetDeleteResponseTopic()
                    .setName(asked.name())
                    .setPartitions(asked.partitions().stream()
                            .map(partition -> new OffsetDeleteResponsePartition()
                                    .setPartitionIndex(partition.partitionIndex())
                                    .setErrorCode(error(exists(topic, partition), subscribed)
                                            .code()))
                            .toList()));
        }
        return new OffsetDeleteResponse().setTopics(topics);
    }

    private static ErrorCode error(boolean exists, boolean subscribed) {
        if (!exists) {
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        }
        return subscribed ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
    }
}
