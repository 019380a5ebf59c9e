package io.rowlock.systemtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stock consumer that assigns and seeks: every position, every limit, and waiting for what is not there yet. */
@ExtendWith(SharedBroker.class)
@Proves(client = "kafka-clients", version = "4.4.0", what = "consumers that assign and seek")
class ConsumeTest {
    /** {@code count} records "0", "1", ... with timestamps 1000, 1010, ..., {@code perBatch} in each batch. */
    private static TopicPartition filled(ServerProcess server, int count, int perBatch, String codec) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "filled", 1, Map.of()), 0);
        Map<String, Object> config = Map.of("linger.ms", 60_000, "batch.size", 1_000_000, "compression.type", codec);
        try (Producer<byte[], byte[]> producer = Clients.producer(server, config)) {
            List<Future<RecordMetadata>> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                byte[] value = Integer.toString(i).getBytes(UTF_8);
                answers.add(producer.send(new ProducerRecord<>(partition.topic(), 0, 1_000L + 10L * i, null, value)));
                if ((i + 1) % perBatch == 0) {
                    producer.flush();
                }
            }
            answers.forEach(Clients::done);
        }
        return partition;
    }

    private static List<String> values(List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream().map(r -> new String(r.value(), UTF_8)).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "zstd"})
    void everyOffsetCanBeSoughtAlsoInTheMiddleOfABatch(String codec, ServerProcess server) {
        TopicPartition partition = filled(server, 100, 25, codec);
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of("fetch.max.wait.ms", 5))) {
            consumer.assign(List.of(partition));
            for (int offset = 0; offset < 100; offset++) {
                consumer.seek(partition, offset);
                ConsumerRecord<byte[], byte[]> first =
                        Clients.pollCount(consumer, 1).get(0);
                assertThat(first.offset()).isEqualTo(offset);
                assertThat(first.value()).asString(UTF_8).isEqualTo(Integer.toString(offset));
            }
        }
    }

    @Test
    void beginningEndAndPositionAgree(ServerProcess server) {
        TopicPartition partition = filled(server, 30, 10, "none");
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of())) {
            consumer.assign(List.of(partition));
            assertThat(consumer.beginningOffsets(List.of(partition))).containsEntry(partition, 0L);
            assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, 30L);
            consumer.seekToEnd(List.of(partition));
            assertThat(consumer.position(partition)).isEqualTo(30);
            consumer.seekToBeginning(List.of(partition));
            assertThat(consumer.position(partition)).isZero();
            assertThat(consumer.partitionsFor(partition.topic())).hasSize(1);
            assertThat(consumer.listTopics()).containsKey(partition.topic());
        }
    }

    @Test
    void aTimeIsFoundAtTheFirstRecordNotBeforeIt(ServerProcess server) {
        TopicPartition partition = filled(server, 100, 25, "lz4");
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of())) {
            assertThat(offsetFor(consumer, partition, 0)).isEqualTo(0);
            assertThat(offsetFor(consumer, partition, 1_000)).isEqualTo(0);
            assertThat(offsetFor(consumer, partition, 1_001)).isEqualTo(1);
            assertThat(offsetFor(consumer, partition, 1_370)).isEqualTo(37);
            assertThat(offsetFor(consumer, partition, 1_371)).isEqualTo(38);
            assertThat(offsetFor(consumer, partition, 1_990)).isEqualTo(99);
            assertThat(offsetFor(consumer, partition, 1_991)).isEqualTo(-1);
        }
    }

    /** The offset, or -1 where the broker knows none. */
    private static long offsetFor(Consumer<byte[], byte[]> consumer, TopicPartition partition, long time) {
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(Map.of(partition, time));
        OffsetAndTimestamp at = found.get(partition);
        if (at == null) {
            return -1;
        }
        assertThat(at.timestamp()).isEqualTo(1_000 + 10 * at.offset());
        return at.offset();
    }

    @Test
    void anOffsetOutOfRangeIsSaid(ServerProcess server) {
        TopicPartition partition = filled(server, 10, 10, "none");
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of("auto.offset.reset", "none"))) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 11);
            assertThatThrownBy(() -> Clients.pollCount(consumer, 1)).isInstanceOf(OffsetOutOfRangeException.class);
        }
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of("auto.offset.reset", "earliest"))) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 11);
            assertThat(values(Clients.pollCount(consumer, 10))).hasSize(10).startsWith("0");
        }
    }

    @Test
    void aWaitingConsumerIsWokenByTheNextRecord(ServerProcess server) throws Exception {
        TopicPartition partition = filled(server, 5, 5, "none");
        Map<String, Object> patient = Map.of("fetch.max.wait.ms", 50_000, "request.timeout.ms", 60_000);
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, patient);
                Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 5);
            assertThat(consumer.poll(Duration.ofMillis(500))).isEmpty();
            CompletableFuture<Integer> woken = CompletableFuture.supplyAsync(
                    () -> consumer.poll(Duration.ofSeconds(30)).count());

            Clients.get(producer.send(new ProducerRecord<>(partition.topic(), "wake".getBytes(UTF_8))));

            assertThat(woken.get(60, TimeUnit.SECONDS)).isEqualTo(1);
            // The consumer already waits for the next record; closing it politely would wait for that.
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
    }

    @Test
    void aFetchThatAsksForMoreThanThereIsComesBackAfterItsWait(ServerProcess server) {
        TopicPartition partition = filled(server, 20, 20, "none");
        try (Consumer<byte[], byte[]> consumer =
                Clients.consumer(server, Map.of("fetch.min.bytes", 1_000_000, "fetch.max.wait.ms", 300))) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 0);
            assertThat(Clients.pollCount(consumer, 20)).hasSize(20);
        }
    }

    /** KIP-74: a limit smaller than the next batch must not stop a consumer for ever. */
    @Test
    void aLimitSmallerThanABatchStillMakesProgress(ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "narrow", 1, Map.of()), 0);
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            for (int i = 0; i < 5; i++) {
                Clients.get(producer.send(new ProducerRecord<>(partition.topic(), new byte[100_000])));
            }
        }
        for (String limit : List.of("fetch.max.bytes", "max.partition.fetch.bytes")) {
            assertThat(Clients.readAll(server, List.of(partition), Map.of(limit, 1_000)))
                    .hasSize(5);
        }
    }

    @Test
    void limitsOfRequestAndPartitionLoseNothing(ServerProcess server) {
        int partitions = 20;
        String topic = Clients.topic(server, "limits", partitions, Map.of());
        List<TopicPartition> all = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            List<Future<RecordMetadata>> answers = new ArrayList<>();
            for (int p = 0; p < partitions; p++) {
                all.add(new TopicPartition(topic, p));
                for (int i = 0; i < 50; i++) {
                    answers.add(producer.send(new ProducerRecord<>(topic, p, null, new byte[2_000])));
                }
            }
            answers.forEach(Clients::get);
        }

        List<ConsumerRecord<byte[], byte[]>> got = Clients.readAll(
                server,
                all,
                Map.of("fetch.max.bytes", 50_000, "max.partition.fetch.bytes", 10_000, "max.poll.records", 7));

        assertThat(got).hasSize(partitions * 50);
        Map<Integer, Long> next = new HashMap<>();
        got.forEach(r -> {
            assertThat(r.offset()).isEqualTo(next.getOrDefault(r.partition(), 0L));
            next.put(r.partition(), r.offset() + 1);
        });
    }

    @Test
    void readCommittedSeesWhatIsNotTransactional(ServerProcess server) {
        TopicPartition partition = filled(server, 50, 10, "snappy");
        assertThat(Clients.readAll(server, List.of(partition), Map.of("isolation.level", "read_committed")))
                .hasSize(50);
    }

    @Test
    void aConsumerMayCreateATopicByAskingForIt(ServerProcess server) {
        String topic = Clients.uniqueName("asked-for");
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of("allow.auto.create.topics", true))) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            assertThat(consumer.position(partition, Clients.PATIENCE)).isZero();
        }
    }
}
