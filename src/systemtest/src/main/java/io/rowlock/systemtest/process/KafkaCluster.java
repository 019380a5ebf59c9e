package io.rowlock.systemtest.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Apache Kafka as several KRaft nodes, each broker and controller: beside which clusters of Rowlock are measured. */
public final class KafkaCluster implements Brokers, AutoCloseable {
    private final List<KafkaProcess> nodes;

    private KafkaCluster(List<KafkaProcess> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /**
     * No node runs yet. They have the ids from 1 on, free ports and Kafka's defaults, but for what Kafka's own topics need.
     *
     * @param settings further lines of every {@code server.properties}
     */
    public static KafkaCluster in(Path home, int size, List<String> jvmOptions, Map<String, String> settings) {
        List<Integer> ports = FreePorts.take(2 * size);
        String voters = IntStream.range(0, size)
                .mapToObj(i -> (i + 1) + "@127.0.0.1:" + ports.get(size + i))
                .collect(Collectors.joining(","));
        String replicas = Integer.toString(Math.min(3, size));
        List<KafkaProcess> nodes = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Map<String, String> all = new LinkedHashMap<>();
            all.put("node.id", Integer.toString(i + 1));
            all.put("controller.quorum.voters", voters);
            all.put("offsets.topic.replication.factor", replicas);
            all.put("transaction.state.log.replication.factor", replicas);
            all.putAll(settings);
            nodes.add(KafkaProcess.on(
                    ports.get(i), ports.get(size + i), home.resolve("node-" + (i + 1)), jvmOptions, all));
        }
        return new KafkaCluster(nodes);
    }

    /** Starts all nodes at once, and returns when all serve. */
    public void start() {
        nodes.forEach(ServerProcess::launch);
        nodes.forEach(ServerProcess::awaitServing);
    }

    public List<KafkaProcess> nodes() {
        return nodes;
    }

    @Override
    public String bootstrap() {
        return nodes.stream().map(ServerProcess::bootstrap).collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        nodes.forEach(ServerProcess::close);
    }
}
