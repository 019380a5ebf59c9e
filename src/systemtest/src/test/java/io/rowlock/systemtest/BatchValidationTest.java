package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.RawProducer.Identity;
import io.rowlock.systemtest.RawProducer.Outcome;
import io.rowlock.systemtest.process.ServerProcess;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Batches that no stock producer sends: damaged ones never get into the log, and idempotent ones only once and in order. */
@ExtendWith(SharedBroker.class)
class BatchValidationTest {
    private static final int LENGTH = 8;
    private static final int MAGIC = 16;
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int COUNT = 57;
    private static final int CONTROL = 0x20;

    static Stream<Arguments> damage() {
        return Stream.of(
                damage("a wrong checksum", b -> b.put(CRC, (byte) ~b.get(CRC))),
                damage("a flipped bit in a record", b -> b.put(b.limit() - 1, (byte) (b.get(b.limit() - 1) ^ 1))),
                damage("a length beyond the bytes", b -> b.putInt(LENGTH, b.getInt(LENGTH) + 1)),
                damage("a length short of the bytes", b -> b.putInt(LENGTH, b.getInt(LENGTH) - 1)),
                damage("a negative length", b -> b.putInt(LENGTH, -1)),
                damage("a length below a batch header", b -> b.putInt(LENGTH, 10)),
                damage("half a batch header", b -> b.limit(30)),
                damage("no bytes at all", b -> b.limit(0)),
                damage("an old format", b -> b.put(MAGIC, (byte) 1)),
                damage("a format of the future", b -> b.put(MAGIC, (byte) 3)),
                damage(
                        "fewer records than counted",
                        b -> checksummed(b.putInt(COUNT, 5).putInt(LAST_OFFSET_DELTA, 4))),
                damage("a count unlike the last offset", b -> checksummed(b.putInt(LAST_OFFSET_DELTA, 7))),
                damage("a negative count", b -> checksummed(b.putInt(COUNT, -1))),
                damage("no records", b -> checksummed(b.putInt(COUNT, 0).putInt(LAST_OFFSET_DELTA, -1))),
                damage("an unknown codec", b -> checksummed(b.putShort(ATTRIBUTES, (short) 7))),
                damage("a control batch from a client", b -> checksummed(b.putShort(ATTRIBUTES, (short) CONTROL))),
                damage(
                        "two batches",
                        b -> ByteBuffer.allocate(2 * b.limit())
                                .put(b.duplicate())
                                .put(b.duplicate())
                                .flip()));
    }

    private static Arguments damage(String name, UnaryOperator<ByteBuffer> harm) {
        return Arguments.of(name, harm);
    }

    private static ByteBuffer checksummed(ByteBuffer batch) {
        CRC32C crc = new CRC32C();
        crc.update(batch.duplicate().position(ATTRIBUTES));
        return batch.putInt(CRC, (int) crc.getValue());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damage")
    void aDamagedBatchIsRefusedAndLeavesNothing(String name, UnaryOperator<ByteBuffer> harm, ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "damaged", 1, Map.of()), 0);
        try (RawProducer producer = new RawProducer(server)) {
            Outcome outcome = producer.produce(partition, -1, harm.apply(RawProducer.batch(3)));
            if (outcome != null) {
                assertThat(outcome.error()).as(name).isNotEqualTo(Errors.NONE);
            }
        }
        try (RawProducer producer = new RawProducer(server)) {
            assertThat(producer.produce(partition, -1, RawProducer.batch(1))).isEqualTo(new Outcome(Errors.NONE, 0));
        }
        assertThat(Clients.readAll(server, List.of(partition), Map.of())).hasSize(1);
    }

    @Test
    void acknowledgementsThatDoNotExistAreRefused(ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "acks-2", 1, Map.of()), 0);
        try (RawProducer producer = new RawProducer(server)) {
            Outcome outcome = producer.produce(partition, 2, RawProducer.batch(1));
            assertThat(outcome).isNotNull().extracting(Outcome::error).isEqualTo(Errors.INVALID_REQUIRED_ACKS);
        }
    }

    @Test
    void aPartitionThatIsNotThereIsSaid(ServerProcess server) {
        String topic = Clients.topic(server, "one", 1, Map.of());
        try (RawProducer producer = new RawProducer(server)) {
            for (TopicPartition unknown : List.of(new TopicPartition(topic, 1), new TopicPartition("nowhere", 0))) {
                Outcome outcome = producer.produce(unknown, -1, RawProducer.batch(1));
                assertThat(outcome).isNotNull().extracting(Outcome::error).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
    }

    @Test
    void aSequenceIsTakenOnceAndWithoutGaps(ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "sequence", 1, Map.of()), 0);
        try (RawProducer producer = new RawProducer(server)) {
            Identity me = producer.identity();
            assertThat(producer.produce(partition, -1, me.batch(0, 3))).isEqualTo(new Outcome(Errors.NONE, 0));
            assertThat(producer.produce(partition, -1, me.batch(0, 3)))
                    .as("again")
                    .isEqualTo(new Outcome(Errors.NONE, 0));
            assertThat(error(producer, partition, me.batch(4, 1)))
                    .as("gap of one")
                    .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
            assertThat(producer.produce(partition, -1, me.batch(3, 2))).isEqualTo(new Outcome(Errors.NONE, 3));
            assertThat(producer.produce(partition, -1, me.batch(0, 3)))
                    .as("an older one again")
                    .isEqualTo(new Outcome(Errors.NONE, 0));
        }
        assertThat(Clients.readAll(server, List.of(partition), Map.of())).hasSize(5);
    }

    @Test
    void aNewEpochStartsAtZeroAndTheOldOneIsOver(ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "epoch", 1, Map.of()), 0);
        try (RawProducer producer = new RawProducer(server)) {
            Identity me = producer.identity();
            Identity bumped = me.withEpoch(me.epoch() + 1);
            assertThat(error(producer, partition, me.batch(0, 2))).isEqualTo(Errors.NONE);
            assertThat(error(producer, partition, bumped.batch(2, 1))).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
            assertThat(error(producer, partition, bumped.batch(0, 1))).isEqualTo(Errors.NONE);
            assertThat(error(producer, partition, me.batch(2, 1))).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        }
        assertThat(Clients.readAll(server, List.of(partition), Map.of())).hasSize(3);
    }

    /** The broker remembers the last five batches of a producer, as many as a stock producer has in flight. */
    @Test
    void onlyTheLastFiveBatchesAreKnownAgain(ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "five", 1, Map.of()), 0);
        try (RawProducer producer = new RawProducer(server)) {
            Identity me = producer.identity();
            for (int sequence = 0; sequence < 6; sequence++) {
                assertThat(error(producer, partition, me.batch(sequence, 1))).isEqualTo(Errors.NONE);
            }
            assertThat(producer.produce(partition, -1, me.batch(1, 1))).isEqualTo(new Outcome(Errors.NONE, 1));
            assertThat(error(producer, partition, me.batch(0, 1))).isNotEqualTo(Errors.NONE);
        }
        assertThat(Clients.readAll(server, List.of(partition), Map.of())).hasSize(6);
    }

    private static Errors error(RawProducer producer, TopicPartition partition, ByteBuffer batch) {
        return Objects.requireNonNull(producer.produce(partition, -1, batch), "connection closed")
                .error();
    }

    @Test
    void everyProducerGetsAnIdOfItsOwn(ServerProcess server) {
        try (RawProducer producer = new RawProducer(server)) {
            List<Long> ids =
                    Stream.generate(() -> producer.identity().id()).limit(20).toList();
            assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id >= 0);
        }
    }
}
