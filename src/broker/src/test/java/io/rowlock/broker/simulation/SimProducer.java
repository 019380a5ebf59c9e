package io.rowlock.broker.simulation;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceRequest.PartitionProduceData;
import io.rowlock.protocol.message.ProduceRequest.TopicProduceData;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatchBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An idempotent producer of one partition: several batches under way, repeated in their order after a failure. A batch that
 * only a leader acknowledged may be lost; then the producer goes on under a new id, as Kafka's does.
 */
final class SimProducer {
    private static final short PRODUCE_VERSION = 13;
    private static final int IN_FLIGHT_MAX = 3;
    private static final int RECORDS_MAX = 3;
    private static final int TIMEOUT_MILLIS = 3_000;

    private final SimWorld world;
    private final History history;
    private final SimClient client;
    private final String name;
    private final int partition;
    private final boolean acksAll;
    private final int pauseMillisMax;
    /** Neither acknowledged nor given up, in order. */
    private final List<Batch> open = new ArrayList<>();

    private long producerId;
    private int nextSequence;
    private int nextNumber;
    private int underWay;
    private boolean failed;
    private boolean filling = true;

    private static final class Batch {
        private final int sequence;
        private final List<String> values;
        private boolean sent;

        Batch(int sequence, List<String> values) {
            this.sequence = sequence;
            this.values = values;
        }
    }

    SimProducer(
            SimWorld world,
            History history,
            SimClient client,
            String name,
            int partition,
            boolean acksAll,
            int pauseMillisMax) {
        this.world = world;
        this.history = history;
        this.client = client;
        this.name = name;
        this.partition = partition;
        this.acksAll = acksAll;
        this.pauseMillisMax = pauseMillisMax;
        this.producerId = newId();
    }

    /** Ids are the cluster's matter; how they are handed out is tested elsewhere. */
    private long newId() {
        return world.store.allocateProducerIds(1).toCompletableFuture().join();
    }

    void start() {
        client.learn();
        client.later(pauseMillisMax, this::produce);
    }

    int partition() {
        return partition;
    }

    /** Produces nothing new. */
    void finish() {
        filling = false;
    }

    /** Whether everything was acknowledged or given up. */
    boolean isDone() {
        return open.isEmpty();
    }

    private void produce() {
        if (!filling) {
            return;
        }
        if (open.size() < IN_FLIGHT_MAX) {
            List<String> values = new ArrayList<>();
            for (int i = 1 + client.random.nextInt(RECORDS_MAX); i > 0; i--) {
                values.add(name + "-" + partition + "-" + nextNumber++);
            }
            open.add(new Batch(nextSequence, values));
            nextSequence += values.size();
            pump();
        }
        client.later(pauseMillisMax, this::produce);
    }

    private void pump() {
        if (failed) {
            if (underWay == 0) {
                failed = false;
                open.forEach(batch -> batch.sent = false);
                client.learn();
                client.later(200, this::pump);
            }
            return;
        }
        int leader = client.leader(partition);
        if (leader < 0) {
            client.learn();
            client.later(100, this::pump);
            return;
        }
        for (Batch batch : open) {
            if (!batch.sent) {
                batch.sent = true;
                underWay++;
                client.ask(leader, ApiKey.PRODUCE, PRODUCE_VERSION, request(batch), answer -> answered(batch, answer));
            }
        }
    }

    private ProduceRequest request(Batch batch) {
        RecordBatchBuilder records =
                new RecordBatchBuilder(CompressionType.NONE).producer(producerId, (short) 0, batch.sequence);
        for (String value : batch.values) {
            records.add(world.clock.wallMillis(), null, value.getBytes(StandardCharsets.UTF_8));
        }
        ByteBuf bytes = records.build();
        return new ProduceRequest()
                .setTransactionalId(null)
                .setAcks((short) (acksAll ? -1 : 1))
                .setTimeoutMs(TIMEOUT_MILLIS)
                .setTopicData(List.of(new TopicProduceData()
                        .setTopicId(client.topic().id())
                        .setPartitionData(List.of(
                                new PartitionProduceData().setIndex(partition).setRecords(new BufferRecords(bytes))))));
    }

    private void answered(Batch batch, @Nullable ApiMessage answer) {
        underWay--;
        if (!open.contains(batch)) {
            // Given up meanwhile, together with its producer id.
            pump();
            return;
        }
        if (answer == null) {
            world.tally.count("produce requests without an answer");
            failed = true;
        } else {
            ProduceResponse.PartitionProduceResponse one = ((ProduceResponse) answer)
                    .responses()
                    .get(0)
                    .partitionResponses()
                    .get(0);
            accept(batch, ErrorCode.forCode(one.errorCode()), one.baseOffset());
        }
        pump();
    }

    private void accept(Batch batch, ErrorCode error, long baseOffset) {
        world.tally.count("produce: " + error);
        switch (error) {
            case NONE, DUPLICATE_SEQUENCE_NUMBER -> {
                open.remove(batch);
                for (int i = 0; i < batch.values.size(); i++) {
                    if (acksAll) {
                        long offset = error == ErrorCode.NONE ? baseOffset + i : -1;
                        history.acknowledgedByAll(partition, batch.values.get(i), offset);
                    } else {
                        history.acknowledgedByLeader();
                    }
                }
            }
            case OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH -> {
                failed = true;
                if (open.indexOf(batch) == 0) {
                    lost(batch, error);
                }
            }
            case NOT_LEADER_OR_FOLLOWER,
                    NOT_ENOUGH_REPLICAS,
                    NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    REQUEST_TIMED_OUT,
                    UNKNOWN_TOPIC_ID,
                    UNKNOWN_TOPIC_OR_PARTITION,
                    KAFKA_STORAGE_ERROR,
                    LEADER_NOT_AVAILABLE,
                    FENCED_LEADER_EPOCH -> failed = true;
            default -> throw new AssertionError("a producer is told " + error);
        }
    }

    /** Everything before the first open batch was acknowledged, and is not there. */
    private void lost(Batch batch, ErrorCode error) {
        if (acksAll) {
            throw new History.Violation(
                    1,
                    name + " is told " + error + " at sequence " + batch.sequence + " of partition " + partition
                            + ", before which all was acknowledged");
        }
        world.tally.count("producers that lost what a leader alone had acknowledged");
        producerId = newId();
        nextSequence = 0;
        open.clear();
    }
}
