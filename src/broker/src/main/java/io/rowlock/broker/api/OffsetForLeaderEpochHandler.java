package io.rowlock.broker.api;

import io.rowlock.broker.partition.Located;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionView;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.log.EpochEnd;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.OffsetForLeaderEpochRequest;
import io.rowlock.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderPartition;
import io.rowlock.protocol.message.OffsetForLeaderEpochResponse;
import io.rowlock.protocol.message.OffsetForLeaderEpochResponse.EpochEndOffset;
import io.rowlock.protocol.message.OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult;
import java.util.UUID;
import java.util.function.Consumer;

/** OffsetForLeaderEpoch, versions 2 to 4: where an epoch ends in the leader's log (KIP-101, KIP-320). */
public final class OffsetForLeaderEpochHandler
        implements ApiHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse> {

    private static final UUID BY_NAME = new UUID(0, 0);

    private final Partitions partitions;

    public OffsetForLeaderEpochHandler(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public void handle(
            RequestContext context, OffsetForLeaderEpochRequest request, Consumer<OffsetForLeaderEpochResponse> reply) {
        reply.accept(new OffsetForLeaderEpochResponse()
                .setTopics(request.topics().stream()
                        .map(topic -> new OffsetForLeaderTopicResult()
                                .setTopic(topic.topic())
                                .setPartitions(topic.partitions().stream()
                                        .map(partition -> answer(topic.topic(), partition))
                                        .toList()))
                        .toList()));
    }

    private EpochEndOffset answer(String topic, OffsetForLeaderPartition asked) {
        EpochEndOffset answer = new EpochEndOffset().setPartition(asked.partition());
        Located located = partitions.find(BY_NAME, topic, asked.partition());
        Partition partition = located.partition();
        if (partition == null) {
            return answer.setErrorCode(located.error().code());
        }
        PartitionView view = partition.view();
        ErrorCode error = view.checkLeader(asked.currentLeaderEpoch());
        if (error != ErrorCode.NONE) {
            return answer.setErrorCode(error.code());
        }
        EpochEnd end = view.leaderLog().epochEnd(asked.leaderEpoch());
        return answer.setLeaderEpoch(end.epoch()).setEndOffset(end.endOffset());
    }
}
