package io.rowlock.broker.api.replicas;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.broker.partition.DirectoryContents;
import io.rowlock.broker.partition.DirectoryContents.Replica;
import io.rowlock.broker.partition.PartitionKey;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeLogDirsRequest;
import io.rowlock.protocol.message.DescribeLogDirsRequest.DescribableLogDirTopic;
import io.rowlock.protocol.message.DescribeLogDirsResponse;
import io.rowlock.protocol.message.DescribeLogDirsResponse.DescribeLogDirsPartition;
import io.rowlock.protocol.message.DescribeLogDirsResponse.DescribeLogDirsResult;
import io.rowlock.protocol.message.DescribeLogDirsResponse.DescribeLogDirsTopic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * DescribeLogDirs, versions 1 to 5 (KIP-113, KIP-827): what this node's one directory holds of the partitions that are asked
 * for, or of all. What it does not hold is left out, as Kafka does.
 */
public final class DescribeLogDirsHandler implements ApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponse> {

    private static final System.Logger LOG = System.getLogger(DescribeLogDirsHandler.class.getName());

    /** A log that is served has every record that consumers may see, so nothing lags behind. */
    private static final long NO_LAG = 0;

    /** Kafka's sign for a log that is not open. */
    private static final long UNKNOWN_LAG = -1;

    private final DirectoryContents contents;
    private final Executor readers;

    /** @param readers asks the file system, which may block */
    public DescribeLogDirsHandler(DirectoryContents contents, Executor readers) {
        this.contents = contents;
        this.readers = readers;
    }

    @Override
    public void handle(
            RequestContext context, DescribeLogDirsRequest request, Consumer<DescribeLogDirsResponse> reply) {
        List<DescribableLogDirTopic> topics = request.topics();
        Predicate<PartitionKey> asked = topics == null ? key -> true : named(topics);
        readers.execute(() -> reply.accept(new DescribeLogDirsResponse().setResults(List.of(describe(asked)))));
    }

    private static Predicate<PartitionKey> named(List<DescribableLogDirTopic> topics) {
        Map<String, Set<Integer>> names = new HashMap<>();
        for (DescribableLogDirTopic topic : topics) {
            names.computeIfAbsent(topic.topic(), name -> new HashSet<>()).addAll(topic.partitions());
        }
        return key -> names.getOrDefault(key.topic(), Set.of()).contains(key.index());
    }

    private DescribeLogDirsResult describe(Predicate<PartitionKey> asked) {
        DescribeLogDirsResult result = new DescribeLogDirsResult().setLogDir(contents.path());
        try {
            return result.setTotalBytes(contents.totalBytes())
                    .setUsableBytes(contents.usableBytes())
                    .setTopics(topics(asked));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "Cannot describe " + contents.path(), e);
            return result.setErrorCode(ErrorCode.KAFKA_STORAGE_ERROR.code());
        }
    }

    private List<DescribeLogDirsTopic> topics(Predicate<PartitionKey> asked) {
        Map<String, List<DescribeLogDirsPartition>> byTopic = new TreeMap<>();
        for (Replica replica : contents.replicas(asked)) {
            byTopic.computeIfAbsent(replica.key().topic(), name -> new ArrayList<>())
                    .add(new DescribeLogDirsPartition()
                            .setPartitionIndex(replica.key().index())
                            .setPartitionSize(replica.bytes())
                            .setOffsetLag(replica.open() ? NO_LAG : UNKNOWN_LAG));
        }
        List<DescribeLogDirsTopic> topics = new ArrayList<>(byTopic.size());
        byTopic.forEach((name, partitions) ->
                topics.add(new DescribeLogDirsTopic().setName(name).setPartitions(partitions)));
        return topics;
    }
}
