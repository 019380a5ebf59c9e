package io.rowlock.broker.api;

import io.rowlock.broker.cluster.AddPartitionsResult;
import io.rowlock.broker.cluster.AlterConfigsResult;
import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.ConfigChange;
import io.rowlock.broker.cluster.CreateTopicResult;
import io.rowlock.broker.cluster.DeleteTopicResult;
import io.rowlock.broker.cluster.ElectionOutcome;
import io.rowlock.broker.cluster.ElectionType;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.FixedRandom;
import io.rowlock.broker.cluster.ForwardingStore;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.InSyncResult;
import io.rowlock.broker.cluster.LeadershipStore;
import io.rowlock.broker.cluster.ManualTime;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.NewPartitions;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import io.rowlock.broker.cluster.TopicInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A cluster's metadata as one node follows it, with time that stands still and a store that can be disturbed. */
public final class TestCluster {

    public final ManualTime time = new ManualTime();
    public final FixedRandom random = new FixedRandom();
    public final Store store = new Store(new InMemoryMetadataStore(time, random));
    public final ClusterMetadata metadata = new ClusterMetadata(store, time, time, Duration.ofMillis(100));
    private final Map<Integer, Long> brokerEpochs = new HashMap<>();

    /** A cluster of node 1 with listeners {@code client} and {@code peer}. */
    public TestCluster() {
        metadata.start();
        join(1, "client", "peer");
    }

    /** Registers node {@code id}, at host {@code node<id>} with port 9092 for its first listener, 9093 for the next, ... */
    public void join(int id, String... listeners) {
        Map<String, Endpoint> endpoints = new HashMap<>();
        for (int i = 0; i < listeners.length; i++) {
            endpoints.put(listeners[i], new Endpoint("node" + id, 9092 + i, "PLAINTEXT"));
        }
        NodeRegistration node =
                new NodeRegistration(id, new UUID(id, id), "rack" + id, endpoints, Duration.ofSeconds(6));
        Registered registered =
                (Registered) store.register(node).toCompletableFuture().join();
        brokerEpochs.put(id, registered.brokerEpoch());
    }

    /** Has node {@code id} hand over what it leads, as the first part of a stop. */
    public void handOver(int id) {
        store.handOver(id, Objects.requireNonNull(brokerEpochs.get(id)))
                .toCompletableFuture()
                .join();
    }

    /** The broker epoch of node {@code id}. */
    public long brokerEpoch(int id) {
        return Objects.requireNonNull(brokerEpochs.get(id));
    }

    /** Has node {@code id} give its lease back. */
    public void stop(int id) {
        store.releaseLease(id, Objects.requireNonNull(brokerEpochs.get(id)))
                .toCompletableFuture()
                .join();
    }

    /** Creates a topic with the replicas of each partition. */
    @SafeVarargs
    public final TopicInfo create(String name, List<Integer>... replicas) {
        List<List<Integer>> partitions = new ArrayList<>();
        for (List<Integer> nodes : replicas) {
            partitions.add(nodes);
        }
        return create(name, Map.of(), partitions);
    }

    /** Creates a topic with settings and the replicas of each partition. */
    public TopicInfo create(String name, Map<String, String> configs, List<List<Integer>> replicas) {
        store.createTopics(List.of(new NewTopic(random.uuid(), name, false, replicas, configs)))
                .toCompletableFuture()
                .join();
        return topic(name);
    }

    public MetadataImage image() {
        return metadata.image();
    }

    public TopicInfo topic(String name) {
        return Objects.requireNonNull(image().topic(name), name);
    }

    /** A connection to the client listener. */
    public TestContext connection(int apiVersion) {
        return connection(apiVersion, "client");
    }

    public TestContext connection(int apiVersion, String listener) {
        return new TestContext((short) apiVersion, listener, time);
    }

    /** The store, behind a line that a test cuts before the question or before the answer. */
    public static final class Store extends ForwardingStore implements LeadershipStore {

        /** How a change goes. */
        public enum Line {
            WHOLE,
            /** The question does not arrive. */
            CUT,
            /** The change is made, its answer lost. */
            ANSWER_LOST,
            /** The question waits until the test lets go. */
            HELD
        }

        public Line line = Line.WHOLE;
        public int creations;
        private final List<Runnable> held = new ArrayList<>();

        private final LeadershipStore leadership;

        Store(InMemoryMetadataStore store) {
            super(store);
            this.leadership = store;
        }

        @Override
        public CompletionStage<Map<PartitionId, ElectionOutcome>> elect(
                ElectionType type, Set<PartitionId> partitions) {
            return through(() -> leadership.elect(type, partitions));
        }

        @Override
        public CompletionStage<List<InSyncResult>> alterInSync(
                int nodeId, long brokerEpoch, List<InSyncChange> changes) {
            return through(() -> leadership.alterInSync(nodeId, brokerEpoch, changes));
        }

        @Override
        public CompletionStage<Set<Integer>> deposeLapsed(int nodeId, long brokerEpoch) {
            return through(() -> leadership.deposeLapsed(nodeId, brokerEpoch));
        }

        @Override
        public CompletionStage<Boolean> testifyRefused(
                int witness, long witnessEpoch, int refusing, long refusingEpoch) {
            return through(() -> leadership.testifyRefused(witness, witnessEpoch, refusing, refusingEpoch));
        }

        @Override
        public CompletionStage<Long> handOver(int nodeId, long brokerEpoch) {
            return through(() -> leadership.handOver(nodeId, brokerEpoch));
        }

        @Override
        public CompletionStage<List<CreateTopicResult>> createTopics(List<NewTopic> topics) {
            creations += topics.size();
            return through(() -> store.createTopics(topics));
        }

        @Override
        public CompletionStage<List<DeleteTopicResult>> deleteTopics(List<UUID> topicIds) {
            return through(() -> store.deleteTopics(topicIds));
        }

        @Override
        public CompletionStage<List<AlterConfigsResult>> alterConfigs(List<ConfigChange> changes) {
            return through(() -> store.alterConfigs(changes));
        }

        @Override
        public CompletionStage<List<AddPartitionsResult>> addPartitions(List<NewPartitions> additions) {
            return through(() -> store.addPartitions(additions));
        }

        /** Lets held questions through, and the line is whole again. */
        public void letGo() {
            line = Line.WHOLE;
            List<Runnable> waiting = List.copyOf(held);
            held.clear();
            waiting.forEach(Runnable::run);
        }

        private <T> CompletionStage<T> through(Supplier<CompletionStage<T>> question) {
            if (line == Line.HELD) {
                CompletableFuture<T> later = new CompletableFuture<>();
                held.add(() -> question.get().thenAccept(later::complete));
                return later;
            }
            if (line == Line.CUT) {
                return lost();
            }
            CompletionStage<T> answer = question.get();
            return line == Line.WHOLE ? answer : lost();
        }

        private static <T> CompletionStage<T> lost() {
            return CompletableFuture.failedFuture(new MetadataUnavailableException("lost", new Exception("lost")));
        }
    }
}
