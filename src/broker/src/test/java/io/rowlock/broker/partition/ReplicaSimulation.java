package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.partition.PartitionView.Status;
import io.rowlock.broker.partition.SimulatedPartitions.Append;
import io.rowlock.log.EpochEnd;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.testkit.SimRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Three replicas of one partition under idempotent producers, chosen by a seed: messages that are late or lost, processes that
 * die, power that goes, elections that nobody was told of, a store whose answers get lost. Holds the rules of what must always
 * be so: what is confirmed is there in every later leader's log, below the high watermark all say the same, a sequence stands
 * there once.
 */
final class ReplicaSimulation {

    private static final int NODES = 3;
    private static final int PRODUCERS = 3;
    private static final int MESSAGES_MAX = 6;
    private static final Duration LAG_MAX = Duration.ofSeconds(1);

    /** What happened, to show that it did. */
    static final class Tally {
        int acknowledged;
        int elections;
        int truncations;
        int crashes;
        int lostAnswers;
        int inSyncChanges;

        @Override
        public String toString() {
            return acknowledged + " acknowledged, " + elections + " elections, " + truncations + " truncations, "
                    + crashes + " crashes, " + lostAnswers + " lost answers, " + inSyncChanges
                    + " changes of in-sync replicas";
        }
    }

    /** A node from one start to the next crash. */
    private static final class Node {
        final int id;
        final SimulatedPartitions sim = new SimulatedPartitions();
        boolean up;
        long brokerEpoch;
        int life;

        @Nullable
        Partition partition;
        /** What the fetcher waits for. */
        @Nullable
        CompletableFuture<FollowResult> step;

        int awaited = -1;
        long seenHighWatermark;
        int ledEpoch = -1;

        Node(int id) {
            this.id = id;
            sim.nodeId = id;
        }

        Partition partition() {
            return Objects.requireNonNull(partition);
        }
    }

    /** On its way: a request to the leader, or an answer to a follower. */
    private record Message(int number, Node follower, int life, Runnable delivery) {}

    private static final class Producer {
        final long id;
        int sequence;

        @Nullable
        Append outstanding;
        /** Where it was sent, which may have died since. */
        @Nullable
        Node at;

        int atLife;
        boolean sentToLeader;

        Producer(long id) {
            this.id = id;
        }
    }

    private final SimRandom random;
    private final Tally tally;
    private final boolean powerGoes;
    private final SimulatedStore store;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Producer> producers = new ArrayList<>();
    private final List<Message> wire = new ArrayList<>();
    private int numbers;
    /** What any replica showed to be confirmed: for each offset the batch that begins there. */
    private final TreeMap<Long, String> confirmed = new TreeMap<>();

    ReplicaSimulation(long seed, Tally tally) throws IOException {
        this.random = new SimRandom(seed);
        this.tally = tally;
        this.powerGoes = random.chance(700);
        int minInSync = 1 + random.nextInt(2);
        this.store = new SimulatedStore(random, tally);
        for (int id = 1; id <= NODES; id++) {
            Node node = new Node(id);
            node.sim.policy = powerGoes ? SimulatedPartitions.FSYNC : SimulatedPartitions.ASYNC;
            node.sim.minInSyncReplicas = minInSync;
            node.sim.segmentBytes = 600;
            nodes.add(node);
        }
        for (int id = 1; id <= PRODUCERS; id++) {
            producers.add(new Producer(id));
        }
        for (Node node : nodes) {
            start(node);
        }
    }

    void run(int steps) throws IOException {
        for (int i = 0; i < steps; i++) {
            step();
            check();
        }
        comeToRest();
    }

    private void step() throws IOException {
        Node node = nodes.get(random.nextInt(NODES));
        int what = random.nextInt(100);
        if (what < 22) {
            produce(producers.get(random.nextInt(PRODUCERS)), node);
        } else if (what < 50) {
            follow(node);
        } else if (what < 68) {
            deliver();
        } else if (what < 78) {
            sync(node);
        } else if (what < 84) {
            inform(node);
        } else if (what < 91) {
            store.goOn();
            run(node);
        } else if (what < 94) {
            pass(node);
        } else if (what < 96 && node.up) {
            if (random.chance(300)) {
                crash(node);
            }
        } else if (what < 98) {
            if (node.up && store.isFenced(node.id)) {
                register(node);
            } else if (!node.up) {
                start(node);
            }
        } else if (!node.up || random.chance(250)) {
            depose(node);
        }
    }

    private void run(Node node) {
        if (node.up) {
            node.sim.owner.runAll();
        }
    }

    private void start(Node node) throws IOException {
        node.up = true;
        int life = ++node.life;
        BooleanSupplier alive = () -> node.up && node.life == life;
        node.sim.proposals = new InSyncChanges(
                node.id,
                // Timers of a process that died go on here, and must not speak for the next.
                () -> alive.getAsBoolean() ? node.brokerEpoch : 0,
                store.asSeenBy(node.id, alive),
                node.sim.scheduler);
        node.sim.start();
        register(node);
        node.step = null;
        node.awaited = -1;
        node.seenHighWatermark = 0;
    }

    /** Gives it a new broker epoch, and its replica what the store has. */
    private void register(Node node) {
        node.brokerEpoch = store.register(node.id);
        node.sim.leaseHeld = true;
        inform(node);
    }

    private void inform(Node node) {
        if (node.up) {
            node.partition = node.sim.assign(SimulatedPartitions.topic("t", 1, store.now()));
        }
    }

    private void crash(Node node) {
        node.sim.owner.runAll();
        check();
        tally.crashes++;
        node.up = false;
        node.sim.die(powerGoes);
    }

    private void depose(Node node) {
        if (store.depose(node.id, id -> nodes.get(id - 1).up)) {
            tally.elections++;
            node.sim.leaseHeld = false;
        }
    }

    private void pass(Node node) {
        if (node.up) {
            node.sim.pass(Duration.ofMillis(random.nextInt(1500)));
            node.sim.owner.execute(() -> node.partition().checkFollowers(LAG_MAX));
            run(node);
        }
    }

    private void sync(Node node) {
        if (node.up && !node.sim.syncs.isEmpty()) {
            node.sim.syncs.remove().run();
            run(node);
        }
    }

    private void produce(Producer producer, Node node) {
        settle(producer);
        if (producer.outstanding == null && node.up) {
            producer.at = node;
            producer.atLife = node.life;
            producer.sentToLeader =
                    node.partition().view().leaderEpoch() == store.now().leaderEpoch();
            int acks = SimulatedPartitions.ALL;
            producer.outstanding =
                    node.sim.append(node.partition(), acks, SimulatedPartitions.batch(producer.id, producer.sequence));
            check();
            settle(producer);
        }
    }

    /** Goes on to the next sequence when this one is confirmed, and gives up waiting for a node that died. */
    private void settle(Producer producer) {
        Append append = producer.outstanding;
        if (append == null) {
            return;
        }
        AppendOutcome outcome = append.outcome;
        Node at = Objects.requireNonNull(producer.at);
        if (outcome == null && at.up && at.life == producer.atLife && random.chance(900)) {
            return;
        }
        producer.outstanding = null;
        if (outcome != null && outcome.error() == ErrorCode.NONE) {
            assertThat(confirmed.get(outcome.baseOffset()))
                    .as("acknowledged at offset %s", outcome.baseOffset())
                    .isEqualTo(producer.id + ":" + producer.sequence);
            producer.sequence++;
            tally.acknowledged++;
        } else if (outcome != null) {
            assertThat(outcome.error()).isNotEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            if (producer.sentToLeader) {
                // A deposed leader may lack what another has confirmed since; the leader must not.
                assertThat(outcome.error()).isNotEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
            }
        }
    }

    private void follow(Node node) {
        if (!node.up) {
            return;
        }
        PartitionView view = node.partition().view();
        if (view.status() != Status.FOLLOWING || view.leader() < 0) {
            return;
        }
        if (node.awaited >= 0) {
            if (random.chance(200)) {
                // It takes too long: the connection is made anew.
                node.awaited = -1;
                node.step = null;
            }
            return;
        }
        CompletableFuture<FollowResult> step = node.step;
        if (step == null) {
            node.step = node.partition().position(view.leaderEpoch()).toCompletableFuture();
            run(node);
        } else if (step.isDone()) {
            node.step = null;
            if (step.join() instanceof FollowResult.At at) {
                ask(node, at.position(), view.leader());
                if (random.chance(600)) {
                    deliver();
                    deliver();
                }
            }
        }
    }

    private void send(Node follower, int number, Runnable delivery) {
        if (wire.size() >= MESSAGES_MAX) {
            wire.remove(random.nextInt(wire.size()));
        }
        wire.add(new Message(number, follower, follower.life, delivery));
    }

    private void deliver() {
        if (!wire.isEmpty()) {
            Message message = wire.remove(random.nextInt(wire.size()));
            if (!random.chance(50)) {
                message.delivery().run();
            }
        }
    }

    private void ask(Node follower, FetchPosition from, int leaderId) {
        int number = numbers++;
        follower.awaited = number;
        long brokerEpoch = follower.brokerEpoch;
        send(follower, number, () -> serve(follower, number, brokerEpoch, from, nodes.get(leaderId - 1)));
    }

    /** As a leader answers a replica's fetch. */
    private void serve(Node follower, int number, long brokerEpoch, FetchPosition from, Node leader) {
        if (!leader.up) {
            return;
        }
        PartitionView view = leader.partition().view();
        if (view.checkLeader(from.leaderEpoch()) != ErrorCode.NONE) {
            return;
        }
        LogSnapshot log = view.leaderLog();
        EpochEnd end = log.epochEnd(from.lastFetchedEpoch());
        if (from.lastFetchedEpoch() >= 0
                && (end.epoch() < from.lastFetchedEpoch() || end.endOffset() < from.offset())) {
            reply(follower, number, () -> {
                tally.truncations++;
                return follower.partition().truncate(from.leaderEpoch(), end).toCompletableFuture();
            });
            return;
        }
        assertThat(from.offset()).as("a follower whose log agrees").isLessThanOrEqualTo(log.endOffset());
        leader.partition()
                .owner()
                .followerFetched(
                        follower.id,
                        brokerEpoch,
                        List.of(new PartitionOwner.FollowerFetch(
                                leader.partition(), from.leaderEpoch(), from.offset())),
                        leader.sim.clock.monotonicNanos(),
                        Runnable::run);
        run(leader);
        ByteBuf records = read(log, from.offset(), log.endOffset(), 1 + random.nextInt(400));
        reply(
                follower,
                number,
                () -> follower.partition()
                        .appendFromLeader(from.leaderEpoch(), records, view.highWatermark(), log.startOffset())
                        .toCompletableFuture());
    }

    private void reply(Node follower, int number, Supplier<CompletableFuture<FollowResult>> effect) {
        int life = follower.life;
        send(follower, number, () -> {
            if (follower.up && follower.life == life && follower.awaited == number) {
                follower.awaited = -1;
                follower.step = effect.get();
                run(follower);
            }
        });
    }

    private static ByteBuf read(LogSnapshot log, long offset, long end, int maxBytes) {
        if (offset >= end) {
            return Unpooled.EMPTY_BUFFER;
        }
        try {
            FetchSlice slice = (FetchSlice) log.read(offset, end, maxBytes, true);
            ByteBuffer bytes = ByteBuffer.allocate(slice.records().sizeInBytes());
            slice.records().readInto(bytes);
            slice.records().release();
            return Unpooled.wrappedBuffer(bytes.flip());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of each batch from {@code from} up to {@code to} who wrote it. */
    private static Map<Long, String> batches(LogSnapshot log, long from, long to) {
        Map<Long, String> found = new TreeMap<>();
        for (long offset = from; offset < to; ) {
            ByteBuf bytes = read(log, offset, Long.MAX_VALUE, 1 << 20);
            for (int at = 0; at < bytes.writerIndex(); ) {
                RecordBatch batch = new RecordBatch(bytes, at);
                if (batch.baseOffset() < to) {
                    found.put(batch.baseOffset(), batch.producerId() + ":" + batch.baseSequence());
                }
                at += batch.sizeInBytes();
                offset = batch.nextOffset();
            }
        }
        return found;
    }

    private void check() {
        for (Node node : nodes) {
            if (!node.up) {
                continue;
            }
            PartitionView view = node.partition().view();
            LogSnapshot log = view.snapshot();
            if (log == null) {
                fail("node " + node.id + " is " + view.status());
                return;
            }
            if (view.highWatermark() > node.seenHighWatermark) {
                checkConfirmed(node, log, node.seenHighWatermark, view.highWatermark());
                node.seenHighWatermark = view.highWatermark();
            }
            if (view.status() == Status.LEADING && view.leaderEpoch() != node.ledEpoch) {
                node.ledEpoch = view.leaderEpoch();
                assertThat(batches(log, 0, log.endOffset()))
                        .as("node %s, which leads in epoch %s", node.id, view.leaderEpoch())
                        .containsAllEntriesOf(confirmed);
            }
        }
    }

    private void checkConfirmed(Node node, LogSnapshot log, long from, long to) {
        batches(log, from, to).forEach((offset, batch) -> {
            String before = confirmed.putIfAbsent(offset, batch);
            if (before != null) {
                assertThat(batch)
                        .as("node %s below its high watermark, at offset %s", node.id, offset)
                        .isEqualTo(before);
            }
        });
    }

    /** All are well, and agree in the end. */
    private void comeToRest() throws IOException {
        for (Node node : nodes) {
            if (!node.up) {
                start(node);
            } else if (store.isFenced(node.id)) {
                register(node);
            }
        }
        for (int i = 0; i < 400; i++) {
            while (store.goOnWell()) {
                nodes.forEach(this::run);
            }
            for (Node node : nodes) {
                node.sim.pass(Duration.ofMillis(100));
                inform(node);
                while (!node.sim.syncs.isEmpty()) {
                    sync(node);
                }
                follow(node);
            }
            while (!wire.isEmpty()) {
                wire.remove(0).delivery().run();
            }
            check();
        }
        producers.forEach(this::settle);
        PartitionInfo last = store.now();
        assertThat(last.inSyncReplicas()).hasSize(NODES);
        LogSnapshot leading = Objects.requireNonNull(
                nodes.get(last.leader() - 1).partition().view().snapshot());
        Map<Long, String> all = batches(leading, 0, leading.endOffset());
        for (Node node : nodes) {
            PartitionView view = node.partition().view();
            LogSnapshot log = Objects.requireNonNull(view.snapshot());
            assertThat(batches(log, 0, log.endOffset())).as("node %s", node.id).isEqualTo(all);
            assertThat(view.highWatermark())
                    .as("high watermark of node %s", node.id)
                    .isEqualTo(log.endOffset());
        }
        Map<String, Integer> sequences = new HashMap<>();
        all.values().forEach(batch -> {
            String producer = batch.substring(0, batch.indexOf(':'));
            int sequence = Integer.parseInt(batch.substring(batch.indexOf(':') + 1));
            assertThat(sequence).as("sequence of producer %s", producer).isEqualTo(sequences.getOrDefault(producer, 0));
            sequences.put(producer, sequence + 1);
        });
    }
}
