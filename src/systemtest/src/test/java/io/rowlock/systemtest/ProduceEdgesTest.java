package io.rowlock.systemtest;

import static io.rowlock.systemtest.RawBatches.ATTRIBUTES;
import static io.rowlock.systemtest.RawBatches.BASE_SEQUENCE;
import static io.rowlock.systemtest.RawBatches.BASE_TIMESTAMP;
import static io.rowlock.systemtest.RawBatches.COUNT;
import static io.rowlock.systemtest.RawBatches.LAST_OFFSET_DELTA;
import static io.rowlock.systemtest.RawBatches.LENGTH;
import static io.rowlock.systemtest.RawBatches.MAX_TIMESTAMP;
import static io.rowlock.systemtest.RawBatches.PRODUCER_EPOCH;
import static io.rowlock.systemtest.RawBatches.PRODUCER_ID;
import static io.rowlock.systemtest.RawBatches.RECORDS;
import static io.rowlock.systemtest.RawBatches.plain;
import static io.rowlock.systemtest.RawBatches.record;
import static io.rowlock.systemtest.RawBatches.sealed;
import static io.rowlock.systemtest.RawBatches.three;
import static io.rowlock.systemtest.RawBatches.withoutKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What becomes of batches at the edge of what may be produced: what Apache Kafka 4.4 answers, and where Rowlock answers
 * something else, what and why. The answer is the error, then the records at fault and where the log begins if it tells them.
 */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProduceEdgesTest {
    private static final int VERSION = 12;
    private static final long NOW = System.currentTimeMillis();
    private static final long HOUR = 3_600_000;

    private static final String ACCEPTED = "NONE start=0";
    private static final String INVALID = "INVALID_RECORD start=0";

    /** Of a topic with its settings; {@code rowlock} is what Rowlock answers where that differs. */
    record Edge(String name, Map<String, String> topic, int version, ByteBuffer batch, String kafka, String rowlock) {
        @Override
        public String toString() {
            return name + ", version " + version + ", topic " + topic;
        }

        Edge on(String setting, String value) {
            return new Edge(name, Map.of(setting, value), version, batch, kafka, rowlock);
        }

        Edge in(int otherVersion) {
            return new Edge(name, topic, otherVersion, batch, kafka, rowlock);
        }

        /** For a reason that stands beside it. */
        Edge butHere(String other) {
            return new Edge(name, topic, version, batch, kafka, other);
        }
    }

    private final Map<Map<String, String>, String> topics = new HashMap<>();
    private final Map<String, Long> ends = new HashMap<>();

    private static Edge edge(String name, ByteBuffer batch, String answer) {
        return new Edge(name, Map.of(), VERSION, batch, answer, answer);
    }

    private static Edge changed(String name, UnaryOperator<ByteBuffer> change, String answer) {
        return edge(name, sealed(change.apply(three())), answer);
    }

    static Stream<Edge> frames() {
        String none = "INVALID_RECORD";
        String corrupt = "CORRUPT_MESSAGE";
        ByteBuffer lying = three();
        lying.put(RawBatches.CRC, (byte) ~lying.get(RawBatches.CRC));
        return Stream.of(
                edge("no bytes", ByteBuffer.allocate(0), none),
                edge("too few bytes for a length", ByteBuffer.allocate(11), none),
                edge("zeros", ByteBuffer.allocate(100), corrupt),
                edge("format 0", RawBatches.old(0, new SimpleRecord(new byte[] {1})), none),
                edge("format 1", RawBatches.old(1, record(NOW)), none),
                edge("format 3", three().put(RawBatches.MAGIC, (byte) 3), corrupt),
                edge("a wrong checksum", lying, corrupt),
                edge("a length beyond the bytes", lengthened(1), none),
                edge("a length of -1", three().putInt(LENGTH, -1), corrupt),
                edge("two batches", twice(three()), none),
                // Kafka takes no notice of bytes that are too few for another batch. They say that the client is
                // broken.
                edge("five bytes more", followedBy(three(), 5), ACCEPTED).butHere(none));
    }

    private static ByteBuffer lengthened(int by) {
        ByteBuffer batch = three();
        return batch.putInt(LENGTH, batch.getInt(LENGTH) + by);
    }

    private static ByteBuffer twice(ByteBuffer batch) {
        return ByteBuffer.allocate(2 * batch.limit())
                .put(batch.duplicate())
                .put(batch.duplicate())
                .flip();
    }

    private static ByteBuffer followedBy(ByteBuffer batch, int zeros) {
        return ByteBuffer.allocate(batch.limit() + zeros)
                .put(batch.duplicate())
                .put(new byte[zeros])
                .flip();
    }

    static Stream<Edge> headers() {
        return Stream.of(
                changed("as it should be", b -> b, ACCEPTED),
                edge("a base offset", three().putLong(0, 5), INVALID),
                changed("a last offset unlike the count", b -> b.putInt(LAST_OFFSET_DELTA, 7), INVALID),
                changed("a count of -1", b -> b.putInt(COUNT, -1), INVALID),
                changed("no records", b -> b.putInt(COUNT, 0).putInt(LAST_OFFSET_DELTA, -1), INVALID),
                // Kafka fails where it meets a codec that does not exist; here it is refused.
                changed("an unknown codec", b -> b.putShort(ATTRIBUTES, (short) 5), "UNKNOWN_SERVER_ERROR start=0")
                        .butHere(INVALID),
                changed("control records", b -> b.putShort(ATTRIBUTES, (short) 0x20), INVALID),
                changed("a delete horizon", b -> b.putShort(ATTRIBUTES, (short) 0x40), ACCEPTED),
                changed("unknown attributes", b -> b.putShort(ATTRIBUTES, (short) 0x8080), ACCEPTED),
                changed("the log's append time", b -> b.putShort(ATTRIBUTES, (short) 0x08), ACCEPTED),
                changed(
                                "the log's append time",
                                b -> b.putShort(ATTRIBUTES, (short) 0x08),
                                "INVALID_TIMESTAMP records=[0, 1, 2] start=0")
                        .on("message.timestamp.type", "LogAppendTime"),
                changed(
                        "a producer without a sequence",
                        b -> b.putLong(PRODUCER_ID, 900_000).putShort(PRODUCER_EPOCH, (short) 0),
                        INVALID),
                // Kafka remembers it under an epoch that no producer has.
                changed(
                                "a producer without an epoch",
                                b -> b.putLong(PRODUCER_ID, 900_001).putInt(BASE_SEQUENCE, 0),
                                ACCEPTED)
                        .butHere(INVALID),
                changed("a producer of -2", b -> b.putLong(PRODUCER_ID, -2), ACCEPTED),
                changed("a sequence without a producer", b -> b.putInt(BASE_SEQUENCE, 5), ACCEPTED),
                changed(
                        "an unknown producer that goes on",
                        b -> b.putLong(PRODUCER_ID, 900_002)
                                .putShort(PRODUCER_EPOCH, (short) 0)
                                .putInt(BASE_SEQUENCE, 5),
                        ACCEPTED));
    }

    static Stream<Edge> timestamps() {
        String late = "INVALID_TIMESTAMP records=[1] start=0";
        ByteBuffer lying = sealed(plain(record(NOW), record(NOW + 2 * HOUR)).putLong(MAX_TIMESTAMP, NOW));
        return Stream.of(
                edge("one in the future", plain(record(NOW), record(NOW + 2 * HOUR)), late),
                edge("one in the future", plain(record(NOW), record(NOW + 2 * HOUR)), "INVALID_TIMESTAMP start=0")
                        .in(7),
                edge("one in the future, behind a header that lies", lying, late)
                        .on("message.timestamp.after.max.ms", "600000"),
                // Under the defaults the header is believed, so that no record has to be decoded.
                edge("one in the future, behind a header that lies", lying, late)
                        .butHere(ACCEPTED),
                edge("one in the past", plain(record(NOW), record(NOW - HOUR), record(NOW)), late)
                        .on("message.timestamp.before.max.ms", "1800000"),
                edge(
                                "all but one in the past, compressed",
                                RawBatches.of(
                                        Compression.gzip().build(),
                                        record(NOW),
                                        record(NOW - HOUR),
                                        record(NOW - 2 * HOUR)),
                                "INVALID_TIMESTAMP records=[1, 2] start=0")
                        .on("message.timestamp.before.max.ms", "1800000"),
                edge("none, where the past has a bound", plain(record(-1)), ACCEPTED)
                        .on("message.timestamp.before.max.ms", "1800000"),
                changed(
                        "before 1970, which is no bound",
                        b -> b.putLong(BASE_TIMESTAMP, -100).putLong(MAX_TIMESTAMP, -98),
                        ACCEPTED),
                changed(
                        "so early that it counts as late",
                        b -> b.putLong(BASE_TIMESTAMP, Long.MIN_VALUE).putLong(MAX_TIMESTAMP, Long.MIN_VALUE + 2),
                        "INVALID_TIMESTAMP records=[0, 1, 2] start=0"),
                changed("a header without a largest one", b -> b.putLong(MAX_TIMESTAMP, -1), ACCEPTED),
                changed("a header that says too late", b -> b.putLong(MAX_TIMESTAMP, NOW + 9 * HOUR), ACCEPTED),
                edge("late, where the broker's time counts", plain(record(NOW + 9 * HOUR)), "NONE time start=0")
                        .on("message.timestamp.type", "LogAppendTime"));
    }

    static Stream<Edge> records() {
        ByteBuffer someWithout = plain(record(NOW), withoutKey(NOW), record(NOW), withoutKey(NOW));
        ByteBuffer both = plain(withoutKey(NOW), record(NOW + 2 * HOUR), withoutKey(NOW + 2 * HOUR));
        int size = three().limit();
        ByteBuffer zeros = RawBatches.of(Compression.zstd().build(), new SimpleRecord(NOW, null, new byte[3000]));
        return Stream.of(
                edge("no key", someWithout, "INVALID_RECORD records=[1, 3] start=0")
                        .on("cleanup.policy", "compact"),
                edge("no key", someWithout, INVALID)
                        .on("cleanup.policy", "compact")
                        .in(7),
                edge("no key", someWithout, "INVALID_RECORD")
                        .on("cleanup.policy", "compact")
                        .in(3),
                edge("no key, and late", both, "INVALID_TIMESTAMP records=[0, 1, 2] start=0")
                        .on("cleanup.policy", "compact"),
                edge("one byte too large", three(), "MESSAGE_TOO_LARGE").on("max.message.bytes", "" + (size - 1)),
                edge("as large as may be", three(), ACCEPTED).on("max.message.bytes", "" + size),
                edge("zstd too early", zeros, "UNSUPPORTED_COMPRESSION_TYPE").in(6),
                edge("zstd", zeros, ACCEPTED).in(7),
                changed("a record numbered wrongly", b -> b.put(RECORDS + 3, (byte) 10), ACCEPTED)
                        .on("compression.type", "gzip"),
                changed("a record of no bytes", b -> b.put(RECORDS, (byte) 0), INVALID)
                        .on("compression.type", "gzip"),
                // Kafka fails with it; here it is refused.
                changed("what is no gzip", b -> b.putShort(ATTRIBUTES, (short) 1), "UNKNOWN_SERVER_ERROR start=0")
                        .on("compression.type", "lz4")
                        .butHere(INVALID));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"frames", "headers", "timestamps", "records"})
    void isAnsweredAsKafkaAnswers(Edge edge, ServerProcess server) {
        String topic = topics.computeIfAbsent(edge.topic(), settings -> Clients.topic(server, "edge", 1, settings));
        PartitionProduceResponse answer = one(send(server, edge.version(), -1, inTopic(topic, batch(0, edge.batch()))));
        assertThat(shown(answer)).isEqualTo(Target.current() == Target.KAFKA ? edge.kafka() : edge.rowlock());
        long end = ends.getOrDefault(topic, 0L);
        if (answer.errorCode() == Errors.NONE.code()) {
            assertThat(answer.baseOffset()).as("what was refused left nothing").isEqualTo(end);
            ends.put(topic, end + edge.batch().getInt(COUNT));
        } else {
            assertThat(answer.baseOffset()).isEqualTo(-1);
            assertThat(answer.recordErrors().isEmpty() || answer.errorMessage() != null)
                    .isTrue();
        }
    }

    private static String shown(PartitionProduceResponse answer) {
        List<Integer> atFault = answer.recordErrors().stream()
                .map(BatchIndexAndErrorMessage::batchIndex)
                .toList();
        return Errors.forCode(answer.errorCode())
                + (atFault.isEmpty() ? "" : " records=" + atFault)
                + (answer.logAppendTimeMs() < 0 ? "" : " time")
                + (answer.logStartOffset() < 0 ? "" : " start=" + answer.logStartOffset());
    }

    private static PartitionProduceResponse one(@Nullable ProduceResponse response) {
        return Objects.requireNonNull(response, "the connection was closed")
                .data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }

    private static TopicProduceData inTopic(String name, PartitionProduceData... partitions) {
        return new TopicProduceData().setName(name).setPartitionData(new ArrayList<>(List.of(partitions)));
    }

    private static PartitionProduceData batch(int partition, ByteBuffer records) {
        return new PartitionProduceData()
                .setIndex(partition)
                .setRecords(MemoryRecords.readableRecords(records.duplicate()));
    }

    private static ProduceRequest request(int version, int acks, TopicProduceData topic) {
        ProduceRequestData data = new ProduceRequestData()
                .setAcks((short) acks)
                .setTimeoutMs(10_000)
                .setTopicData(new TopicProduceDataCollection(List.of(topic).iterator()));
        return new ProduceRequest(data, (short) version);
    }

    private static @Nullable ProduceResponse send(ServerProcess server, int version, int acks, TopicProduceData topic) {
        try (RawApi api = new RawApi(server)) {
            return (ProduceResponse) api.tryAsk(request(version, acks, topic));
        }
    }

    static final List<Integer> WRONG_ACKS = List.of(-2, 2, 100);

    @ParameterizedTest
    @FieldSource("WRONG_ACKS")
    void acknowledgementsAreNoneOneOrAll(int acks, ServerProcess server) {
        String topic = Clients.topic(server, "acks", 1, Map.of());
        assertThat(shown(one(send(server, VERSION, acks, inTopic(topic, batch(0, three()))))))
                .isEqualTo("INVALID_REQUIRED_ACKS");
    }

    /** Kafka answers once, and has silently dropped the first of the two. */
    @Test
    void aPartitionTwiceInARequestIsAppendedTwice(ServerProcess server) {
        String topic = Clients.topic(server, "twice", 1, Map.of());
        ProduceResponse response =
                send(server, VERSION, -1, inTopic(topic, batch(0, three()), batch(0, plain(record(NOW)))));
        assertThat(Objects.requireNonNull(response)
                        .data()
                        .responses()
                        .iterator()
                        .next()
                        .partitionResponses())
                .extracting(PartitionProduceResponse::baseOffset)
                .isEqualTo(Target.current() == Target.KAFKA ? List.of(0L) : List.of(0L, 3L));
    }

    @Test
    void withoutAcknowledgementARefusalClosesTheConnection(ServerProcess server) {
        String topic = Clients.topic(server, "silent", 1, Map.of("cleanup.policy", "compact"));
        for (ByteBuffer refused : List.of(
                three().put(RawBatches.CRC, (byte) 0).put(RawBatches.CRC + 1, (byte) 0),
                plain(withoutKey(NOW)),
                sealed(three().putShort(ATTRIBUTES, (short) 0x20)))) {
            try (RawApi api = new RawApi(server)) {
                api.send(request(VERSION, 0, inTopic(topic, batch(0, refused))));
                assertThat(api.tryAsk(request(VERSION, -1, inTopic(topic, batch(0, three())))))
                        .isNull();
            }
        }
        try (RawApi api = new RawApi(server)) {
            api.send(request(VERSION, 0, inTopic(topic, batch(0, three()))));
            ProduceResponse next =
                    (ProduceResponse) api.tryAsk(request(VERSION, -1, inTopic(topic, batch(0, three()))));
            assertThat(one(next).errorCode()).isZero();
        }
    }
}
