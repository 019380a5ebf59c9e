package io.rowlock.broker.api.group;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.group.FetchedOffsets;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.WriteRules;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.OffsetFetchRequest;
import io.rowlock.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.rowlock.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.rowlock.protocol.message.OffsetFetchResponse;
import io.rowlock.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import io.rowlock.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartition;
import io.rowlock.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopic;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * OffsetFetch, versions 1 to 10. No offset is ever unstable, because there are no transactions; so RequireStable asks for
 * nothing. A group that is named twice is answered once, for what is asked of it first, and so is each of its partitions.
 */
public final class OffsetFetchHandler implements ApiHandler<OffsetFetchRequest, OffsetFetchResponse> {

    private static final short GROUP_ERROR_VERSION = 2;
    private static final short BATCH_VERSION = 8;
    private static final short TOPIC_ID_VERSION = 10;

    /** What a partition takes in the answer besides its metadata; roughly. */
    static final int OFFSET_BYTES = 32;

    private final GroupCoordinator coordinator;
    private final Supplier<MetadataImage> image;

    public OffsetFetchHandler(GroupCoordinator coordinator, Supplier<MetadataImage> image) {
        this.coordinator = coordinator;
        this.image = image;
    }

    @Override
    public void handle(RequestContext context, OffsetFetchRequest request, Consumer<OffsetFetchResponse> reply) {
        short version = context.apiVersion();
        AnswerBudget budget = new AnswerBudget();
        if (version < BATCH_VERSION) {
            fetch(context, budget, asGroup(request), answer -> reply.accept(single(version, request, answer)));
            return;
        }
        Gathering.<OffsetFetchRequestGroup, OffsetFetchResponseGroup>of(
                firstOfEach(request.groups()),
                (group, answer) -> fetch(context, budget, group, answer),
                groups -> reply.accept(new OffsetFetchResponse().setGroups(groups)));
    }

    private static Collection<OffsetFetchRequestGroup> firstOfEach(List<OffsetFetchRequestGroup> groups) {
        Map<String, OffsetFetchRequestGroup> first = new LinkedHashMap<>();
        groups.forEach(group -> first.putIfAbsent(group.groupId(), group));
        return first.values();
    }

    private void fetch(
            RequestContext context,
            AnswerBudget budget,
            OffsetFetchRequestGroup asked,
            Consumer<OffsetFetchResponseGroup> answer) {
        if (!WriteRules.isGroupId(asked.groupId())) {
            answer.accept(new OffsetFetchResponseGroup()
                    .setGroupId(asked.groupId())
                    .setErrorCode(ErrorCode.INVALID_GROUP_ID.code()));
            return;
        }
        boolean byId = context.apiVersion() >= TOPIC_ID_VERSION;
        FetchedTopics topics = new FetchedTopics(image.get(), byId, asked.topics());
        coordinator.fetch(
                topics.query(asked.groupId()),
                context,
                found -> answer.accept(
                        budget.take(bytes(found))
                                ? group(asked, topics, found)
                                : new OffsetFetchResponseGroup()
                                        .setGroupId(asked.groupId())
                                        .setErrorCode(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS.code())));
    }

    private static long bytes(FetchedOffsets found) {
        return found.offsets().stream()
                .mapToLong(offset -> OFFSET_BYTES + offset.metadata().length())
                .sum();
    }

    private static OffsetFetchResponseGroup group(
            OffsetFetchRequestGroup asked, FetchedTopics topics, FetchedOffsets found) {
        OffsetFetchResponseGroup group = new OffsetFetchResponseGroup().setGroupId(asked.groupId());
        return found.error() == ErrorCode.NONE
                ? group.setTopics(topics.answer(found.offsets()))
                : group.setErrorCode(found.error().code());
    }

    // Before version 8 there is one group

    private static OffsetFetchRequestGroup asGroup(OffsetFetchRequest request) {
        OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().setGroupId(request.groupId());
        return request.topics() == null
                ? group.setTopics(null)
                : group.setTopics(request.topics().stream()
                        .map(topic -> new OffsetFetchRequestTopics()
                                .setName(topic.name())
                                .setPartitionIndexes(topic.partitionIndexes()))
                        .toList());
    }

    private static OffsetFetchResponse single(
            short version, OffsetFetchRequest request, OffsetFetchResponseGroup answer) {
        short error = answer.errorCode();
        if (error != ErrorCode.NONE.code() && version < GROUP_ERROR_VERSION && request.topics() != null) {
            // Version 1 has no other place for an error.
            return new OffsetFetchResponse()
                    .setTopics(request.topics().stream()
                            .map(topic -> new OffsetFetchResponseTopic()
                                    .setName(topic.name())
                                    .setPartitions(topic.partitionIndexes().stream()
                                            .map(index -> refused(index, error))
                                            .toList()))
                            .toList());
        }
        return new OffsetFetchResponse()
                .setErrorCode(error)
                .setTopics(answer.topics().stream()
                        .map(topic -> new OffsetFetchResponseTopic()
                                .setName(topic.name())
                                .setPartitions(topic.partitions().stream()
                                        .map(each -> new OffsetFetchResponsePartition()
                                                .setPartitionIndex(each.partitionIndex())
                                                .setCommittedOffset(each.committedOffset())
                                                .setCommittedLeaderEpoch(each.committedLeaderEpoch())
                                                .setMetadata(each.metadata())
                                                .setErrorCode(each.errorCode()))
                                        .toList()))
                        .toList());
    }

    private static OffsetFetchResponsePartition refused(int index, short error) {
        return new OffsetFetchResponsePartition()
                .setPartitionIndex(index)
                .setCommittedOffset(-1)
                .setCommittedLeaderEpoch(-1)
                .setMetadata("")
                .setErrorCode(error);
    }
}
