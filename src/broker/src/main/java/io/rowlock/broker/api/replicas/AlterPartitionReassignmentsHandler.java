package io.rowlock.broker.api.replicas;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.api.topics.Placement;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.AlterPartitionReassignmentsRequest;
import io.rowlock.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import io.rowlock.protocol.message.AlterPartitionReassignmentsRequest.ReassignableTopic;
import io.rowlock.protocol.message.AlterPartitionReassignmentsResponse;
import io.rowlock.protocol.message.AlterPartitionReassignmentsResponse.ReassignablePartitionResponse;
import io.rowlock.protocol.message.AlterPartitionReassignmentsResponse.ReassignableTopicResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * AlterPartitionReassignments, versions 0 and 1 (KIP-455, KIP-860). While nothing is copied between nodes, a partition can
 * only stay where it is: that succeeds, and what Kafka refuses is refused with its words.
 */
public final class AlterPartitionReassignmentsHandler
        implements ApiHandler<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse> {

    private static final int REPLICATION_FACTOR_VERSION = 1;

    private final Supplier<MetadataImage> image;

    public AlterPartitionReassignmentsHandler(Supplier<MetadataImage> image) {
        this.image = image;
    }

    /** Why one partition stays as it is. */
    private record Refusal(ErrorCode error, @Nullable String message) {}

    @Override
    public void handle(
            RequestContext context,
            AlterPartitionReassignmentsRequest request,
            Consumer<AlterPartitionReassignmentsResponse> reply) {
        boolean anyFactor = context.apiVersion() < REPLICATION_FACTOR_VERSION || request.allowReplicationFactorChange();
        MetadataImage now = image.get();
        Reasons reasons = new Reasons();
        List<ReassignableTopicResponse> topics =
                new ArrayList<>(request.topics().size());
        for (ReassignableTopic topic : request.topics()) {
            List<ReassignablePartitionResponse> partitions =
                    new ArrayList<>(topic.partitions().size());
            for (ReassignablePartition target : topic.partitions()) {
                Refusal refusal = refusal(now, topic.name(), target, anyFactor);
                partitions.add(new ReassignablePartitionResponse()
                        .setPartitionIndex(target.partitionIndex())
                        .setErrorCode((refusal == null ? ErrorCode.NONE : refusal.error()).code())
                        .setErrorMessage(refusal == null ? null : reasons.of(refusal.message())));
            }
            topics.add(new ReassignableTopicResponse().setName(topic.name()).setPartitions(partitions));
        }
        // Kafka has no word where something was asked, and an empty one where nothing was.
        String message = topics.isEmpty() ? "" : null;
        reply.accept(new AlterPartitionReassignmentsResponse()
                .setAllowReplicationFactorChange(topics.isEmpty() || anyFactor)
                .setErrorMessage(message)
                .setResponses(topics));
    }

    private static @Nullable Refusal refusal(
            MetadataImage now, String name, ReassignablePartition target, boolean anyFactor) {
        TopicInfo topic = now.topic(name);
        if (topic == null) {
            return new Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find a topic named " + name + ".");
        }
        int index = target.partitionIndex();
        if (index < 0 || index >= topic.partitions().size()) {
            return new Refusal(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find partition " + name + ":" + index + ".");
        }
        List<Integer> wanted = target.replicas();
        return wanted == null
                ? new Refusal(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, null)
                : refusal(now, topic.partitions().get(index).replicas(), wanted, anyFactor);
    }

    private static @Nullable Refusal refusal(
            MetadataImage now, List<Integer> present, List<Integer> wanted, boolean anyFactor) {
        String problem = Placement.problem(now, wanted);
        if (problem != null) {
            return new Refusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, problem);
        }
        if (!anyFactor && wanted.size() != present.size()) {
            return new Refusal(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "The replication factor is changed from " + present.size() + " to " + wanted.size());
        }
        return wanted.equals(present)
                ? null
                : new Refusal(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "In this version partitions are not copied to another node: this one can only stay on "
                                + present + ".");
    }
}
