package io.rowlock.systemtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stock producer sends is what a stock consumer gets. */
@ExtendWith(SharedBroker.class)
@Proves(client = "kafka-clients", version = "4.4.0", what = "producers: idempotent ones, all codecs, every acks")
class ProduceTest {
    /** Bytes of a batch with one record without key and headers, beside a value of about a megabyte: 61 of batch header, 11 of record. */
    private static final int OVERHEAD_OF_ONE_BIG_RECORD = 72;

    private static final int DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void everyCodecKeepsEverythingOfARecord(String codec, ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "codec-" + codec, 1, Map.of()), 0);
        List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            sent.add(recordOfEveryShape(partition, i));
        }

        sendAll(server, Map.of("compression.type", codec, "linger.ms", 20, "batch.size", 50_000), sent);

        assertSame(sent, Clients.readAll(server, List.of(partition), Map.of()));
    }

    private static ProducerRecord<byte[], byte[]> recordOfEveryShape(TopicPartition partition, int i) {
        byte[] key = i % 3 == 0 ? null : ("key " + i).getBytes(UTF_8);
        byte[] value = i % 7 == 0 ? null : i % 5 == 0 ? new byte[0] : ("value ".repeat(i % 50) + i).getBytes(UTF_8);
        RecordHeaders headers = new RecordHeaders();
        for (int h = 0; h < i % 4; h++) {
            headers.add("header " + h, h == 2 ? null : ("of " + i).getBytes(UTF_8));
        }
        return new ProducerRecord<>(
                partition.topic(), partition.partition(), 1_700_000_000_000L + i, key, value, headers);
    }

    private static List<RecordMetadata> sendAll(
            ServerProcess server, Map<String, Object> config, List<ProducerRecord<byte[], byte[]>> records) {
        try (Producer<byte[], byte[]> producer = Clients.producer(server, config)) {
            List<Future<RecordMetadata>> answers =
                    records.stream().map(producer::send).toList();
            producer.flush();
            return answers.stream().map(Clients::get).toList();
        }
    }

    private static void assertSame(
            List<ProducerRecord<byte[], byte[]>> sent, List<ConsumerRecord<byte[], byte[]>> got) {
        assertThat(got).hasSize(sent.size());
        for (int i = 0; i < sent.size(); i++) {
            ProducerRecord<byte[], byte[]> expected = sent.get(i);
            ConsumerRecord<byte[], byte[]> actual = got.get(i);
            assertThat(actual.offset()).isEqualTo(i);
            assertThat(actual.key()).isEqualTo(expected.key());
            assertThat(actual.value()).isEqualTo(expected.value());
            assertThat(actual.headers()).isEqualTo(expected.headers());
            assertThat(actual.timestamp()).isEqualTo(expected.timestamp());
            assertThat(actual.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
        }
    }

    static Stream<Map<String, Object>> producersOfEveryKind() {
        return Stream.of(
                Map.of("acks", "all", "enable.idempotence", true),
                Map.of("acks", "all", "enable.idempotence", false),
                Map.of("acks", "1", "enable.idempotence", false),
                Map.of("acks", "0", "enable.idempotence", false));
    }

    @ParameterizedTest
    @MethodSource("producersOfEveryKind")
    void everyKindOfAcknowledgementDelivers(Map<String, Object> config, ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "acks", 1, Map.of()), 0);
        List<ProducerRecord<byte[], byte[]>> sent = numbered(partition, 500);

        List<RecordMetadata> answers = sendAll(server, config, sent);

        boolean answered = !"0".equals(config.get("acks"));
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).offset()).isEqualTo(answered ? i : -1);
        }
        assertThat(firstRecords(server, partition, 500)).isEqualTo(values(sent));
    }

    /** With acks=0 the end offset may still be on its way when the last send returns, so the count is what is waited for. */
    private static List<String> firstRecords(ServerProcess server, TopicPartition partition, int count) {
        try (var consumer = Clients.consumer(server, Map.of())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 0);
            return Clients.pollCount(consumer, count).stream()
                    .map(r -> new String(r.value(), UTF_8))
                    .toList();
        }
    }

    private static List<ProducerRecord<byte[], byte[]>> numbered(TopicPartition partition, int count) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(new ProducerRecord<>(
                    partition.topic(), partition.partition(), null, ("value " + i).getBytes(UTF_8)));
        }
        return records;
    }

    private static List<String> values(List<ProducerRecord<byte[], byte[]>> records) {
        return records.stream().map(r -> new String(r.value(), UTF_8)).toList();
    }

    @Test
    void aBatchOfExactlyTheLimitIsTakenAndOneByteMoreIsRefused(ServerProcess server) {
        String topic = Clients.topic(server, "big", 1, Map.of());
        int largest = DEFAULT_MAX_MESSAGE_BYTES - OVERHEAD_OF_ONE_BIG_RECORD;
        Map<String, Object> config = Map.of("max.request.size", 4_000_000, "buffer.memory", 64_000_000L);
        try (Producer<byte[], byte[]> producer = Clients.producer(server, config)) {
            for (int size : new int[] {largest - 1, largest}) {
                Clients.get(producer.send(new ProducerRecord<>(topic, new byte[size])));
            }
            Throwable refusal = Clients.failure(producer.send(new ProducerRecord<>(topic, new byte[largest + 1])));
            assertThat(refusal).isInstanceOf(RecordTooLargeException.class);
            assertThat(Clients.get(producer.send(new ProducerRecord<>(topic, new byte[1])))
                            .offset())
                    .isEqualTo(2);
        }
    }

    @Test
    void aTopicsOwnLimitWins(ServerProcess server) {
        String topic = Clients.topic(server, "small", 1, Map.of("max.message.bytes", "1000"));
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            Clients.get(producer.send(new ProducerRecord<>(topic, new byte[900])));
            assertThat(Clients.failure(producer.send(new ProducerRecord<>(topic, new byte[1_000]))))
                    .isInstanceOf(RecordTooLargeException.class);
        }
    }

    @Test
    void manyBigRecordsComeThrough(ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "many-big", 1, Map.of()), 0);
        List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            byte[] value = new byte[900_000 + i];
            value[i] = (byte) i;
            sent.add(new ProducerRecord<>(partition.topic(), 0, 1L + i, null, value));
        }

        sendAll(server, Map.of("max.request.size", 1_000_000), sent);

        assertSame(sent, Clients.readAll(server, List.of(partition), Map.of()));
    }

    @Test
    void theBrokersTimeIsUsedWhereTheTopicSaysSo(ServerProcess server) {
        TopicPartition partition = new TopicPartition(
                Clients.topic(server, "append-time", 1, Map.of("message.timestamp.type", "LogAppendTime")), 0);

        List<RecordMetadata> answers = sendAll(
                server,
                Map.of(),
                List.of(new ProducerRecord<>(partition.topic(), 0, 5L, null, "sent in 1970".getBytes(UTF_8))));

        ConsumerRecord<byte[], byte[]> got =
                Clients.readAll(server, List.of(partition), Map.of()).get(0);
        assertThat(got.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(got.timestamp())
                .isGreaterThan(1_700_000_000_000L)
                .isEqualTo(answers.get(0).timestamp());
    }

    @Test
    void aTimestampFarInTheFutureIsRefused(ServerProcess server) {
        String topic = Clients.topic(server, "future", 1, Map.of());
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            Throwable refusal = Clients.failure(
                    producer.send(new ProducerRecord<>(topic, 0, 99_999_999_999_999L, null, new byte[1])));
            assertThat(refusal).isInstanceOf(InvalidTimestampException.class);
        }
    }

    @Test
    void anUnknownTopicIsCreatedByTheFirstProducer(ServerProcess server) {
        String topic = Clients.uniqueName("auto");
        sendAll(server, Map.of(), List.of(new ProducerRecord<>(topic, "first".getBytes(UTF_8))));

        assertThat(firstRecords(server, new TopicPartition(topic, 0), 1)).containsExactly("first");
    }

    @Test
    void anInvalidTopicNameIsNotCreated(ServerProcess server) {
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            assertThat(Clients.failure(producer.send(new ProducerRecord<>("not a name", new byte[1]))))
                    .isInstanceOf(InvalidTopicException.class);
        }
    }

    @Test
    void recordsSpreadOverManyPartitionsAllArrive(ServerProcess server) {
        int partitions = 100;
        String topic = Clients.topic(server, "wide", partitions, Map.of());
        List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
        List<TopicPartition> all = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            all.add(new TopicPartition(topic, p));
            for (int i = 0; i < 20; i++) {
                sent.add(new ProducerRecord<>(topic, p, null, (p + ":" + i).getBytes(UTF_8)));
            }
        }

        sendAll(server, Map.of("linger.ms", 5), sent);

        assertThat(Clients.readAll(server, all, Map.of()).stream().map(r -> new String(r.value(), UTF_8)))
                .containsExactlyInAnyOrderElementsOf(values(sent));
    }

    @Test
    void fiveProducersInterleaveWithoutLoss(ServerProcess server) throws InterruptedException {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "crowd", 1, Map.of()), 0);
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < 5; p++) {
            List<ProducerRecord<byte[], byte[]>> own = numbered(partition, 1_000);
            threads.add(new Thread(() -> sendAll(server, Map.of(), own), "producer-" + p));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(Clients.readAll(server, List.of(partition), Map.of())).hasSize(5_000);
    }
}
