package io.rowlock.broker;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.group.InMemoryGroupStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Several whole brokers in this process: real disks, real sockets, one store in memory. */
final class ClusterInProcess implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    private final SystemRandom random = new SystemRandom();
    private final SystemClock clock = new SystemClock();
    final InMemoryMetadataStore store = new InMemoryMetadataStore(clock, random);
    private final InMemoryGroupStore groups = new InMemoryGroupStore(store, clock);
    private final SortedMap<Integer, BrokerInProcess> running = new TreeMap<>();
    private final Path data;
    private final Durability durability;
    private final Map<String, String> settings;
    private int topics;

    /** Of nodes 1 to {@code nodes}. */
    ClusterInProcess(Path data, int nodes, Durability durability, Map<String, String> settings) throws IOException {
        this.data = data;
        this.durability = durability;
        this.settings = settings;
        for (int id = 1; id <= nodes; id++) {
            start(id);
        }
    }

    /** Starts a node, also one that was there before, on its own directory. */
    BrokerInProcess start(int id) throws IOException {
        BrokerInProcess started = new BrokerInProcess(id, directory(id), store, groups, durability, settings);
        running.put(id, started);
        return started;
    }

    /** Stops a node as SIGTERM does, but leaves what it leads to it. */
    void stop(int id) throws IOException {
        Objects.requireNonNull(running.remove(id)).close();
    }

    /** Has others lead what the node leads; it leaves the in-sync replicas until it registers anew. */
    void handOver(int id) {
        await(store.handOver(id, node(id).brokerEpoch()));
    }

    Path directory(int id) {
        return data.resolve("node-" + id);
    }

    BrokerInProcess node(int id) {
        return Objects.requireNonNull(running.get(id));
    }

    /** Creates a topic whose partitions all have these replicas, the first of which leads; returns when all serve it. */
    TopicInfo create(int partitions, List<Integer> replicas, Map<String, String> configs) {
        UUID id = random.uuid();
        await(store.createTopics(List.of(
                new NewTopic(id, "topic-" + topics++, false, Collections.nCopies(partitions, replicas), configs))));
        long version = await(store.changesSince(0)).version();
        running.values().forEach(each -> each.awaitServed(version));
        return topic(id);
    }

    TopicInfo topic(UUID id) {
        return await(store.changesSince(0)).topics().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    PartitionInfo partition(UUID topic, int index) {
        return topic(topic).partitions().get(index);
    }

    static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() throws IOException {
        for (BrokerInProcess each : running.values()) {
            each.close();
        }
    }
}
