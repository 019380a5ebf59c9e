package io.rowlock.broker.api.metadata;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.metadata.ListenerView.PartitionState;
import io.rowlock.broker.api.metadata.ListenerView.Wording;
import io.rowlock.broker.api.topics.TopicNames;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeTopicPartitionsRequest;
import io.rowlock.protocol.message.DescribeTopicPartitionsRequest.TopicRequest;
import io.rowlock.protocol.message.DescribeTopicPartitionsResponse;
import io.rowlock.protocol.message.DescribeTopicPartitionsResponse.Cursor;
import io.rowlock.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition;
import io.rowlock.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** DescribeTopicPartitions, version 0: topics in the order of their names, page by page (KIP-966). */
public final class DescribeTopicPartitionsHandler
        implements ApiHandler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse> {

    private final Supplier<MetadataImage> image;
    private final BrokerSettings settings;

    public DescribeTopicPartitionsHandler(Supplier<MetadataImage> image, BrokerSettings settings) {
        this.image = image;
        this.settings = settings;
    }

    @Override
    public void handle(
            RequestContext context,
            DescribeTopicPartitionsRequest request,
            Consumer<DescribeTopicPartitionsResponse> reply) {
        DescribeTopicPartitionsRequest.Cursor cursor = request.cursor();
        if (cursor != null && (cursor.partitionIndex() < 0 || leavesOut(request, cursor.topicName()))) {
            reply.accept(invalid(request));
            return;
        }
        int limit = Math.max(1, Math.min(settings.maxRequestPartitionSizeLimit(), request.responsePartitionLimit()));
        MetadataImage now = image.get();
        Page page = new Page(now, new ListenerView(now, context.listener()), limit);
        String from = cursor == null ? "" : cursor.topicName();
        boolean everything = request.topics().isEmpty();
        for (String name : names(request, now, from)) {
            int firstPartition = cursor != null && name.equals(from) ? cursor.partitionIndex() : 0;
            if (!page.add(name, firstPartition, everything)) {
                break;
            }
        }
        reply.accept(page.response);
    }

    /** Whether the page would begin with a topic that is not among those asked for. */
    private static boolean leavesOut(DescribeTopicPartitionsRequest request, String name) {
        return !request.topics().isEmpty()
                && request.topics().stream().noneMatch(topic -> topic.name().equals(name));
    }

    private static SortedSet<String> names(DescribeTopicPartitionsRequest request, MetadataImage now, String from) {
        TreeSet<String> names = new TreeSet<>();
        if (request.topics().isEmpty()) {
            now.topics().forEach(topic -> names.add(topic.name()));
        } else {
            request.topics().forEach(topic -> names.add(topic.name()));
        }
        return names.tailSet(from);
    }

    /** The response has no error of its own, so each topic that was named carries it. */
    private static DescribeTopicPartitionsResponse invalid(DescribeTopicPartitionsRequest request) {
        List<DescribeTopicPartitionsResponseTopic> topics = new ArrayList<>();
        for (TopicRequest topic : request.topics()) {
            topics.add(new DescribeTopicPartitionsResponseTopic()
                    .setErrorCode(ErrorCode.INVALID_REQUEST.code())
                    .setName(topic.name()));
        }
        return new DescribeTopicPartitionsResponse().setTopics(topics);
    }

    /** One response, filled up to a number of partitions. */
    private static final class Page {
        private final MetadataImage image;
        private final ListenerView view;
        private final List<DescribeTopicPartitionsResponseTopic> topics = new ArrayList<>();
        private final DescribeTopicPartitionsResponse response =
                new DescribeTopicPartitionsResponse().setTopics(topics);
        private int remaining;

        Page(MetadataImage image, ListenerView view, int limit) {
            this.image = image;
            this.view = view;
            this.remaining = limit;
        }

        /** Adds what fits of a topic from a partition on; false if that was not all, and the cursor says where to go on. */
        boolean add(String name, int firstPartition, boolean skipUnknown) {
            if (remaining == 0) {
                response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(0));
                return false;
            }
            TopicInfo topic = image.topic(name);
            if (topic == null) {
                if (!skipUnknown) {
                    topics.add(unknown(name));
                }
                return true;
            }
            int total = topic.partitions().size();
            int begin = Math.min(firstPartition, total);
            int end = begin + Math.min(remaining, total - begin);
            topics.add(new DescribeTopicPartitionsResponseTopic()
                    .setName(name)
                    .setTopicId(topic.id())
                    .setIsInternal(topic.internal())
                    .setPartitions(partitions(topic.partitions().subList(begin, end)))
                    .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC));
            remaining -= end - begin;
            if (end < total) {
                response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(end));
                return false;
            }
            return true;
        }

        private static DescribeTopicPartitionsResponseTopic unknown(String name) {
            ErrorCode error = TopicNames.problem(name) == null
                    ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                    : ErrorCode.INVALID_TOPIC_EXCEPTION;
            return new DescribeTopicPartitionsResponseTopic()
                    .setErrorCode(error.code())
                    .setName(name)
                    .setIsInternal(TopicNames.isInternal(name))
                    .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC);
        }

        private List<DescribeTopicPartitionsResponsePartition> partitions(List<PartitionInfo> partitions) {
            List<DescribeTopicPartitionsResponsePartition> answers = new ArrayList<>(partitions.size());
            for (PartitionInfo partition : partitions) {
                PartitionState state = view.state(partition, Wording.CURRENT);
                answers.add(new DescribeTopicPartitionsResponsePartition()
                        .setErrorCode(state.error().code())
                        .setPartitionIndex(partition.index())
                        .setLeaderId(state.leader())
                        .setLeaderEpoch(partition.leaderEpoch())
                        .setReplicaNodes(state.replicas())
                        .setIsrNodes(state.inSyncReplicas())
                        .setEligibleLeaderReplicas(List.of())
                        .setLastKnownElr(List.of())
                        .setOfflineReplicas(state.offlineReplicas()));
            }
            return answers;
        }
    }
}
