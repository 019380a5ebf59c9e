package io.rowlock.broker.api.offsets;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.offsets.OffsetQuery.Answer;
import io.rowlock.broker.partition.Located;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionView;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ListOffsetsRequest;
import io.rowlock.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.rowlock.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.rowlock.protocol.message.ListOffsetsResponse;
import io.rowlock.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import io.rowlock.protocol.message.ListOffsetsResponse.ListOffsetsTopicResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** ListOffsets, versions 1 to 11. */
public final class ListOffsetsHandler implements ApiHandler<ListOffsetsRequest, ListOffsetsResponse> {

    private static final System.Logger LOG = System.getLogger(ListOffsetsHandler.class.getName());
    private static final UUID BY_NAME = new UUID(0, 0);
    private static final byte READ_COMMITTED = 1;
    /** Since this version answers tell the leader epoch (KIP-320). */
    private static final int LEADER_EPOCH_VERSION = 4;
    /** Since this version clients know the error that says so (KIP-207). */
    private static final int OFFSET_NOT_AVAILABLE_VERSION = 5;

    private final Partitions partitions;
    private final Executor readers;

    /** @param readers runs lookups that read records, which block */
    public ListOffsetsHandler(Partitions partitions, Executor readers) {
        this.partitions = partitions;
        this.readers = readers;
    }

    @Override
    public void handle(RequestContext context, ListOffsetsRequest request, Consumer<ListOffsetsResponse> reply) {
        Runnable answer = () -> reply.accept(answer(context.apiVersion(), request));
        boolean blocks = request.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(asked -> OffsetQuery.of(asked.timestamp()).readsRecords());
        if (blocks) {
            readers.execute(answer);
        } else {
            answer.run();
        }
    }

    private ListOffsetsResponse answer(int version, ListOffsetsRequest request) {
        boolean readCommitted = request.isolationLevel() == READ_COMMITTED;
        List<ListOffsetsTopicResponse> topics = new ArrayList<>(request.topics().size());
        askedOnce(request).forEach((name, partitions) -> {
            List<ListOffsetsPartitionResponse> answers = new ArrayList<>(partitions.size());
            partitions.forEach((index, asked) -> {
                Answer answer = asked.isPresent()
                        ? answer(version, name, asked.get(), readCommitted)
                        : Answer.failed(ErrorCode.INVALID_REQUEST);
                answers.add(new ListOffsetsPartitionResponse()
                        .setPartitionIndex(index)
                        .setErrorCode(answer.error().code())
                        .setTimestamp(answer.timestamp())
                        .setOffset(answer.offset())
                        .setLeaderEpoch(version >= LEADER_EPOCH_VERSION ? answer.leaderEpoch() : -1));
            });
            topics.add(new ListOffsetsTopicResponse().setName(name).setPartitions(answers));
        });
        return new ListOffsetsResponse().setTopics(topics);
    }

    /** What is asked, by topic and partition; nothing where a partition is asked for more than once, which Kafka refuses. */
    private static Map<String, Map<Integer, Optional<ListOffsetsPartition>>> askedOnce(ListOffsetsRequest request) {
        Map<String, Map<Integer, Optional<ListOffsetsPartition>>> once = new LinkedHashMap<>();
        for (ListOffsetsTopic topic : request.topics()) {
            for (ListOffsetsPartition asked : topic.partitions()) {
                once.computeIfAbsent(topic.name(), name -> new LinkedHashMap<>())
                        .merge(asked.partitionIndex(), Optional.of(asked), (first, again) -> Optional.empty());
            }
        }
        return once;
    }

    private Answer answer(int version, String topic, ListOffsetsPartition asked, boolean readCommitted) {
        OffsetQuery query = OffsetQuery.of(asked.timestamp());
        if (!query.isKnown(asked.timestamp(), version)) {
            return Answer.failed(ErrorCode.UNSUPPORTED_VERSION);
        }
        Located located = partitions.find(BY_NAME, topic, asked.partitionIndex());
        Partition partition = located.partition();
        if (partition == null) {
            return Answer.failed(located.error());
        }
        PartitionView view = partition.view();
        ErrorCode error = view.checkLeader(asked.currentLeaderEpoch());
        if (error != ErrorCode.NONE) {
            return Answer.failed(error);
        }
        try {
            Answer answer = query.ask(view, asked.timestamp(), readCommitted);
            boolean unknownToClient =
                    answer.error() == ErrorCode.OFFSET_NOT_AVAILABLE && version < OFFSET_NOT_AVAILABLE_VERSION;
            return unknownToClient ? Answer.failed(ErrorCode.LEADER_NOT_AVAILABLE) : answer;
        } catch (IOException | RuntimeException e) {
            ErrorCode now = partition.view().checkLeader(asked.currentLeaderEpoch());
            if (now != ErrorCode.NONE) {
                // Its files were taken away under the reader.
                return Answer.failed(now);
            }
            LOG.log(System.Logger.Level.ERROR, "Cannot look up an offset of " + partition, e);
            return Answer.failed(ErrorCode.KAFKA_STORAGE_ERROR);
        }
    }
}
