package io.rowlock.broker.simulation;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.partition.LogSnapshot;
import io.rowlock.broker.partition.Partition;
import io.rowlock.broker.partition.PartitionView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One cluster, its clients and its misfortunes, all from one seed and in one thread. First everything goes wrong for a while;
 * then nothing does, and everything has to come right again.
 */
final class ClusterSimulation {
    private static final int NODES = 3;
    private static final int PARTITIONS = 4;
    private static final Duration STEP = Duration.ofMillis(20);
    private static final Duration TROUBLE = Duration.ofSeconds(40);
    private static final Duration CALM_MAX = Duration.ofSeconds(60);

    private final SimWorld world;
    private final TopicShape topic;
    private final int minInSync;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<SimProducer> producers = new ArrayList<>();
    private final History history;
    private final ReplicaCheck replicas;
    private final Faults faults;
    private int leaderEpochs;

    ClusterSimulation(long seed) {
        Durability durability = List.of(Durability.values()).get(Math.floorMod(seed, 3));
        this.world = new SimWorld(seed, durability, Map.of("replica.lag.time.max.ms", "4000"));
        this.topic = new TopicShape(world.random.uuid(), "topic", PARTITIONS);
        this.minInSync = 1 + world.random.nextInt(2);
        for (int id = 1; id <= NODES; id++) {
            nodes.add(new SimNode(world, id));
        }
        this.history = new History(world, PARTITIONS);
        this.replicas = new ReplicaCheck(world, topic);
        this.faults = new Faults(world, nodes);
    }

    /** Runs it; fails with what went wrong. */
    Tally run() {
        createTopic();
        nodes.forEach(SimNode::start);
        startClients();
        faults.start();
        step(TROUBLE);
        faults.end();
        calmDown();
        check();
        world.tally.count("runs");
        world.tally.count("frames", world.network.framesCarried());
        return world.tally;
    }

    long nowMillis() {
        return world.nowMillis();
    }

    private void createTopic() {
        List<List<Integer>> placement = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            List<Integer> replicasOfOne = new ArrayList<>();
            for (int j = 0; j < replicationFactor(); j++) {
                replicasOfOne.add(1 + (i + j) % NODES);
            }
            placement.add(replicasOfOne);
        }
        Map<String, String> configs = Map.of("min.insync.replicas", Integer.toString(minInSync));
        world.store
                .createTopics(List.of(new NewTopic(topic.id(), topic.name(), false, placement, configs)))
                .toCompletableFuture()
                .join();
    }

    private static int replicationFactor() {
        return NODES;
    }

    private void startClients() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (boolean acksAll : List.of(true, false)) {
                String name = acksAll ? "all" : "one";
                SimClient client = new SimClient(world, "producer-" + name + "-" + partition, NODES, topic);
                SimProducer producer = new SimProducer(
                        world, history, client, name, partition, acksAll, 100 + world.random.nextInt(400));
                producers.add(producer);
                producer.start();
            }
            for (int i = 0; i < 2; i++) {
                SimClient client = new SimClient(world, "consumer-" + i + "-" + partition, NODES, topic);
                new SimConsumer(world, history, client, partition).start();
            }
        }
    }

    private void step(Duration length) {
        for (Duration done = Duration.ZERO; done.compareTo(length) < 0; done = done.plus(STEP)) {
            world.scheduler.advance(STEP);
            world.requireNoFailure();
            replicas.look(nodes, topicInfo());
        }
    }

    private void calmDown() {
        producers.forEach(SimProducer::finish);
        Duration passed = Duration.ZERO;
        while (!isRight()) {
            if (passed.compareTo(CALM_MAX) > 0) {
                throw new AssertionError(
                        "not all is right " + CALM_MAX.toSeconds() + " s after the last fault: " + state());
            }
            // One that was about to stop when the trouble ended is down only now.
            nodes.forEach(SimNode::start);
            step(Duration.ofSeconds(1));
            passed = passed.plusSeconds(1);
        }
        world.tally.count("seconds to calm down", passed.toSeconds());
    }

    private boolean isRight() {
        TopicInfo info = topicInfo();
        return producers.stream()
                        .allMatch(one -> one.isDone()
                                || waitsForOperator(info.partitions().get(one.partition())))
                && nodes.stream().noneMatch(SimNode::isPaused)
                && info.partitions().stream().allMatch(one -> waitsForOperator(one) || isRight(one));
    }

    /** Its last in-sync replica may have lost some of it in a power loss, and nobody but a person may say that it leads. */
    private boolean waitsForOperator(PartitionInfo info) {
        return world.durability != Durability.FSYNC
                && info.leader() < 0
                && info.inSyncReplicas().isEmpty();
    }

    private boolean isRight(PartitionInfo info) {
        PartitionView view = view(info.leader(), info.index());
        return view != null
                && view.status() == PartitionView.Status.LEADING
                && info.inSyncReplicas().size() == info.replicas().size()
                && history.readUntil(info.index()) == view.highWatermark()
                && view.highWatermark() == view.leaderLog().endOffset();
    }

    private @Nullable PartitionView view(int nodeId, int partition) {
        NodeRun run = nodeId < 1 ? null : nodes.get(nodeId - 1).run();
        Partition replica = run == null ? null : run.replica(topic.id(), partition);
        return replica == null ? null : replica.view();
    }

    private TopicInfo topicInfo() {
        return world.store.changesSince(0).toCompletableFuture().join().topics().stream()
                .filter(one -> one.id().equals(topic.id()))
                .findFirst()
                .orElseThrow();
    }

    private String state() {
        StringBuilder text = new StringBuilder();
        nodes.forEach(node -> text.append('\n').append(node));
        topicInfo()
                .partitions()
                .forEach(info -> text.append('\n')
                        .append(info)
                        .append(" read until ")
                        .append(history.readUntil(info.index()))
                        .append(", ")
                        .append(view(info.leader(), info.index())));
        world.store
                .changesSince(0)
                .toCompletableFuture()
                .join()
                .nodes()
                .forEach(node -> text.append('\n').append(node));
        for (int id = 1; id <= NODES; id++) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                PartitionView view = view(id, partition);
                LogSnapshot log = view == null ? null : view.snapshot();
                text.append("\npartition ")
                        .append(partition)
                        .append(" on ")
                        .append(id)
                        .append(" ends at ")
                        .append(log == null ? -1 : log.endOffset())
                        .append(": ")
                        .append(view);
            }
        }
        return text.toString();
    }

    private void check() {
        for (PartitionInfo info : topicInfo().partitions()) {
            leaderEpochs += info.leaderEpoch();
            if (waitsForOperator(info)) {
                world.tally.count("partitions that wait for an operator");
                continue;
            }
            PartitionView leader = view(info.leader(), info.index());
            if (leader == null) {
                throw new AssertionError("partition " + info.index() + " has no leader");
            }
            LogSnapshot log = leader.leaderLog();
            TreeMap<Long, String> records = new TreeMap<>();
            long from = log.startOffset();
            while (from < log.endOffset()) {
                ByteBuf bytes = ReplicaCheck.read(log, from, log.endOffset());
                Records.forEach(bytes, records::put);
                from = records.lastKey() + 1;
            }
            history.holdAgainst(info.index(), records);
        }
        world.tally.count("leader epochs", leaderEpochs);
    }
}
