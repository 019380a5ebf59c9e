package io.rowlock.broker.api.replicas;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.partition.DirectoryContents;
import io.rowlock.broker.partition.Located;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionView;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.AlterReplicaLogDirsRequest;
import io.rowlock.protocol.message.AlterReplicaLogDirsRequest.AlterReplicaLogDir;
import io.rowlock.protocol.message.AlterReplicaLogDirsRequest.AlterReplicaLogDirTopic;
import io.rowlock.protocol.message.AlterReplicaLogDirsResponse;
import io.rowlock.protocol.message.AlterReplicaLogDirsResponse.AlterReplicaLogDirPartitionResult;
import io.rowlock.protocol.message.AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * AlterReplicaLogDirs, versions 1 and 2 (KIP-113). A node has one directory: a replica that is told to be there is there, and
 * there is no other. Of a partition that is named for two directories the last counts, as in Kafka.
 */
public final class AlterReplicaLogDirsHandler
        implements ApiHandler<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse> {

    private static final UUID BY_NAME = new UUID(0, 0);

    private final Partitions partitions;
    private final DirectoryContents contents;

    public AlterReplicaLogDirsHandler(Partitions partitions, DirectoryContents contents) {
        this.partitions = partitions;
        this.contents = contents;
    }

    @Override
    public void handle(
            RequestContext context, AlterReplicaLogDirsRequest request, Consumer<AlterReplicaLogDirsResponse> reply) {
        String own = contents.path();
        Map<String, Map<Integer, ErrorCode>> errors = new LinkedHashMap<>();
        for (AlterReplicaLogDir dir : request.dirs()) {
            boolean known = dir.path().equals(own);
            for (AlterReplicaLogDirTopic topic : dir.topics()) {
                Map<Integer, ErrorCode> ofTopic = errors.computeIfAbsent(topic.name(), name -> new LinkedHashMap<>());
                for (int index : topic.partitions()) {
                    ofTopic.put(index, known ? replica(topic.name(), index) : ErrorCode.LOG_DIR_NOT_FOUND);
                }
            }
        }
        reply.accept(new AlterReplicaLogDirsResponse().setResults(results(errors)));
    }

    private ErrorCode replica(String topic, int index) {
        Located located = partitions.find(BY_NAME, topic, index);
        Partition partition = located.partition();
        ErrorCode error = located.error();
        if (partition != null) {
            PartitionView.Status status = partition.view().status();
            error = status.isOpen() ? ErrorCode.NONE : status.error();
        }
        // Kafka's name for it in this API, from before replicas were asked for other things.
        return error == ErrorCode.NOT_LEADER_OR_FOLLOWER ? ErrorCode.REPLICA_NOT_AVAILABLE : error;
    }

    private static List<AlterReplicaLogDirTopicResult> results(Map<String, Map<Integer, ErrorCode>> errors) {
        List<AlterReplicaLogDirTopicResult> results = new ArrayList<>(errors.size());
        errors.forEach((name, ofTopic) -> {
            List<AlterReplicaLogDirPartitionResult> partitions = new ArrayList<>(ofTopic.size());
            ofTopic.forEach((index, error) -> partitions.add(new AlterReplicaLogDirPartitionResult()
                    .setPartitionIndex(index)
                    .setErrorCode(error.code())));
            results.add(new AlterReplicaLogDirTopicResult().setTopicName(name).setPartitions(partitions));
        });
        return results;
    }
}
