package io.rowlock.broker.api.replicas;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ElectLeadersRequest;
import io.rowlock.protocol.message.ElectLeadersRequest.TopicPartitions;
import io.rowlock.protocol.message.ElectLeadersResponse;
import io.rowlock.protocol.message.ElectLeadersResponse.PartitionResult;
import io.rowlock.protocol.message.ElectLeadersResponse.ReplicaElectionResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * ElectLeaders, versions 0 to 2. While partitions have one replica there is never another to elect: a leader is the preferred
 * one, and where there is none, nobody has the data.
 */
public final class ElectLeadersHandler implements ApiHandler<ElectLeadersRequest, ElectLeadersResponse> {

    private static final int ERROR_VERSION = 1;
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final Supplier<MetadataImage> image;

    public ElectLeadersHandler(Supplier<MetadataImage> image) {
        this.image = image;
    }

    @Override
    public void handle(RequestContext context, ElectLeadersRequest request, Consumer<ElectLeadersResponse> reply) {
        byte type = context.apiVersion() >= ERROR_VERSION ? request.electionType() : PREFERRED;
        List<TopicPartitions> asked = request.topicPartitions();
        if (type != PREFERRED && type != UNCLEAN) {
            reply.accept(unknownType(type, asked == null ? List.of() : asked));
        } else {
            List<ReplicaElectionResult> results = asked == null ? all(type) : named(type, asked);
            reply.accept(new ElectLeadersResponse().setReplicaElectionResults(results));
        }
    }

    /** Every topic, but only those partitions of it that lack the leader: as Kafka answers when none are named. */
    private List<ReplicaElectionResult> all(byte type) {
        List<ReplicaElectionResult> results = new ArrayList<>();
        for (TopicInfo topic : image.get().topics()) {
            List<PartitionResult> partitions = new ArrayList<>();
            for (PartitionInfo partition : topic.partitions()) {
                ErrorCode error = elect(type, partition);
                if (error != ErrorCode.ELECTION_NOT_NEEDED) {
                    partitions.add(result(partition.index(), error, error.defaultMessage()));
                }
            }
            results.add(new ReplicaElectionResult().setTopic(topic.name()).setPartitionResult(partitions));
        }
        return results;
    }

    private List<ReplicaElectionResult> named(byte type, List<TopicPartitions> asked) {
        MetadataImage now = image.get();
        Reasons reasons = new Reasons();
        List<ReplicaElectionResult> results = new ArrayList<>(asked.size());
        for (TopicPartitions topic : asked) {
            TopicInfo known = now.topic(topic.topic());
            List<PartitionResult> partitions =
                    new ArrayList<>(topic.partitions().size());
            for (int index : topic.partitions()) {
                partitions.add(elect(type, topic.topic(), known, index, reasons));
            }
            results.add(new ReplicaElectionResult().setTopic(topic.topic()).setPartitionResult(partitions));
        }
        return results;
    }

    private static PartitionResult elect(
            byte type, String topic, @Nullable TopicInfo known, int index, Reasons reasons) {
        if (known == null) {
            return result(index, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, reasons.of("No such topic as " + topic));
        }
        if (index < 0 || index >= known.partitions().size()) {
            return result(
                    index,
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    reasons.of("No such partition as " + topic + "-" + index));
        }
        ErrorCode error = elect(type, known.partitions().get(index));
        return result(index, error, reasons.of(error.defaultMessage()));
    }

    private static ErrorCode elect(byte type, PartitionInfo partition) {
        if (type == PREFERRED) {
            return partition.leader() == partition.replicas().get(0)
                    ? ErrorCode.ELECTION_NOT_NEEDED
                    : ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE;
        }
        return partition.leader() == PartitionInfo.NO_LEADER
                ? ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE
                : ErrorCode.ELECTION_NOT_NEEDED;
    }

    private static ElectLeadersResponse unknownType(byte type, List<TopicPartitions> asked) {
        Reasons reasons = new Reasons();
        List<ReplicaElectionResult> results = new ArrayList<>(asked.size());
        for (TopicPartitions topic : asked) {
            results.add(new ReplicaElectionResult()
                    .setTopic(topic.topic())
                    .setPartitionResult(topic.partitions().stream()
                            .map(index -> result(
                                    index, ErrorCode.INVALID_REQUEST, reasons.of("Unknown election type " + type)))
                            .toList()));
        }
        return new ElectLeadersResponse()
                .setErrorCode(ErrorCode.INVALID_REQUEST.code())
                .setReplicaElectionResults(results);
    }

    private static PartitionResult result(int index, ErrorCode error, @Nullable String message) {
        return new PartitionResult()
                .setPartitionId(index)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }
}
