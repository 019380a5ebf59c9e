package io.rowlock.broker.api.group;

import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.group.CommittedOffset;
import io.rowlock.broker.group.OffsetQuery;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.rowlock.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import io.rowlock.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The topics of which a client wants a group's committed offsets. For one group of one request. */
final class FetchedTopics {

    private final MetadataImage image;
    private final boolean byId;
    private final @Nullable Collection<OffsetFetchRequestTopics> asked;

    /**
     * @param byId whether topics are named by their ids
     * @param asked null for all that the group has committed
     */
    FetchedTopics(MetadataImage image, boolean byId, @Nullable List<OffsetFetchRequestTopics> asked) {
        this.image = image;
        this.byId = byId;
        this.asked = asked == null ? null : once(byId, asked);
    }

    /** Each topic, and of it each partition, once. */
    private static Collection<OffsetFetchRequestTopics> once(boolean byId, List<OffsetFetchRequestTopics> asked) {
        Map<Object, OffsetFetchRequestTopics> topics = new LinkedHashMap<>();
        Map<Object, Set<Integer>> indexes = new HashMap<>();
        for (OffsetFetchRequestTopics each : asked) {
            Object key = byId ? each.topicId() : each.name();
            topics.putIfAbsent(key, each);
            indexes.computeIfAbsent(key, topic -> new LinkedHashSet<>()).addAll(each.partitionIndexes());
        }
        return topics.entrySet().stream()
                .map(each -> new OffsetFetchRequestTopics()
                        .setName(each.getValue().name())
                        .setTopicId(each.getValue().topicId())
                        .setPartitionIndexes(List.copyOf(indexes.getOrDefault(each.getKey(), Set.of()))))
                .toList();
    }

    private @Nullable TopicInfo topic(OffsetFetchRequestTopics topic) {
        return byId ? image.topic(topic.topicId()) : image.topic(topic.name());
    }

    OffsetQuery query(String groupId) {
        if (asked == null) {
            return new OffsetQuery(groupId, null);
        }
        Set<UUID> ids = new HashSet<>();
        int partitions = 0;
        for (OffsetFetchRequestTopics each : asked) {
            TopicInfo topic = topic(each);
            if (topic != null && ids.add(topic.id())) {
                partitions += topic.partitions().size();
            }
        }
        return new OffsetQuery(groupId, ids, partitions);
    }

    List<OffsetFetchResponseTopics> answer(List<CommittedOffset> offsets) {
        Map<UUID, Map<Integer, CommittedOffset>> found = new LinkedHashMap<>();
        for (CommittedOffset offset : offsets) {
            found.computeIfAbsent(offset.topicId(), id -> new HashMap<>()).put(offset.partition(), offset);
        }
        List<OffsetFetchResponseTopics> answer = new ArrayList<>();
        if (asked == null) {
            found.forEach((id, partitions) -> addAll(answer, id, partitions));
        } else {
            asked.forEach(each -> answer.add(answer(each, found)));
        }
        return answer;
    }

    private void addAll(List<OffsetFetchResponseTopics> answer, UUID id, Map<Integer, CommittedOffset> partitions) {
        TopicInfo topic = image.topic(id);
        // One that this node has not heard of yet cannot be named.
        if (byId || topic != null) {
            answer.add(new OffsetFetchResponseTopics()
                    .setName(topic == null ? "" : topic.name())
                    .setTopicId(id)
                    .setPartitions(partitions.values().stream()
                            .map(FetchedTopics::committed)
                            .toList()));
        }
    }

    private OffsetFetchResponseTopics answer(
            OffsetFetchRequestTopics each, Map<UUID, Map<Integer, CommittedOffset>> found) {
        TopicInfo topic = topic(each);
        Map<Integer, CommittedOffset> committed = topic == null ? Map.of() : found.getOrDefault(topic.id(), Map.of());
        ErrorCode error = topic == null && byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.NONE;
        List<OffsetFetchResponsePartitions> partitions =
                new ArrayList<>(each.partitionIndexes().size());
        for (int index : each.partitionIndexes()) {
            CommittedOffset offset = committed.get(index);
            partitions.add(offset == null ? none(index, error) : committed(offset));
        }
        return new OffsetFetchResponseTopics()
                .setName(each.name())
                .setTopicId(each.topicId())
                .setPartitions(partitions);
    }

    private static OffsetFetchResponsePartitions committed(CommittedOffset offset) {
        return new OffsetFetchResponsePartitions()
                .setPartitionIndex(offset.partition())
                .setCommittedOffset(offset.offset())
                .setCommittedLeaderEpoch(offset.leaderEpoch())
                .setMetadata(offset.metadata());
    }

    private static OffsetFetchResponsePartitions none(int index, ErrorCode error) {
        return new OffsetFetchResponsePartitions()
                .setPartitionIndex(index)
                .setCommittedOffset(-1)
                .setCommittedLeaderEpoch(-1)
                .setMetadata("")
                .setErrorCode(error.code());
    }
}
