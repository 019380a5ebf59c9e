package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Compacted topics as stock clients see them, with a broker that compacts all the time. */
@Timeout(180)
class CompactionTest {
    private static final int KEYS = 100;
    private static final int ROUNDS = 120;
    private static final int VALUE_BYTES = 1000;
    private static final Map<String, String> COMPACTED =
            Map.of("cleanup.policy", "compact", "segment.bytes", "1048576", "min.cleanable.dirty.ratio", "0.01");

    private static final ServerProcess server =
            Target.current().create("compaction", Map.of("log.cleaner.backoff.ms", "100"));

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    @BeforeAll
    static void start() {
        server.start();
    }

    @AfterAll
    static void close() {
        server.close();
    }

    private static byte[] key(int key) {
        return ("key-" + key).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] value(int round) {
        byte[] value = new byte[VALUE_BYTES];
        value[0] = (byte) round;
        return value;
    }

    @Test
    void aRecordWithoutAKeyIsNamedAndItsBatchRefused() {
        String topic = Clients.topic(server, "keyless", 1, Map.of("cleanup.policy", "compact"));
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of("linger.ms", 1000))) {
            for (byte @Nullable [] key : new byte[][] {key(1), null, key(2)}) {
                sent.add(producer.send(new ProducerRecord<>(topic, 0, key, value(1))));
            }
            producer.flush();
        }
        assertThat(Clients.failure(sent.get(1))).isInstanceOf(InvalidRecordException.class);
        assertThat(Clients.failure(sent.get(1)).getMessage()).contains("key");
        for (Future<RecordMetadata> other : List.of(sent.get(0), sent.get(2))) {
            assertThatThrownBy(other::get).hasMessageContaining("part of a batch");
        }
        assertThat(Clients.readAll(server, List.of(new TopicPartition(topic, 0)), Map.of()))
                .isEmpty();
    }

    @Test
    void theLastValueOfEachKeyStaysWhileTheBrokerIsKilledAndCompacts() throws IOException {
        String topic = Clients.topic(server, "compacted", 1, COMPACTED);
        TopicPartition partition = new TopicPartition(topic, 0);
        Map<Integer, Long> lastOffsets = new HashMap<>();
        Map<String, Object> patient = Map.of("delivery.timeout.ms", 120_000, "compression.type", "lz4", "linger.ms", 5);
        try (Producer<byte[], byte[]> producer = Clients.producer(server, patient)) {
            for (int round = 0; round < ROUNDS; round++) {
                sendRound(producer, topic, round, lastOffsets);
                if (round % 50 == 49) {
                    server.kill();
                    server.start();
                }
            }
            Clients.until("most records are gone", () -> read(partition).size() < KEYS * ROUNDS / 3);
            sendRound(producer, topic, ROUNDS, lastOffsets);
        }
        assertLatest(read(partition), lastOffsets);
        server.stop();
        assertThatKafkaReads(server.partitionDirectory(topic, 0));
        server.start();
        assertLatest(read(partition), lastOffsets);
    }

    private static void sendRound(
            Producer<byte[], byte[]> producer, String topic, int round, Map<Integer, Long> lastOffsets) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int key = 0; key < KEYS; key++) {
            sent.add(producer.send(new ProducerRecord<>(topic, 0, key(key), noise(round, key))));
        }
        for (int key = 0; key < KEYS; key++) {
            lastOffsets.put(key, Clients.get(sent.get(key)).offset());
        }
    }

    /** Bytes that no codec makes small, so that segments fill. */
    private static byte[] noise(int round, int key) {
        byte[] noise = value(round);
        new Random(round * 1000L + key).nextBytes(noise);
        noise[0] = (byte) round;
        return noise;
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition) {
        return Clients.readAll(server, List.of(partition), Map.of("auto.offset.reset", "earliest"));
    }

    private static void assertLatest(List<ConsumerRecord<byte[], byte[]>> records, Map<Integer, Long> lastOffsets) {
        long previous = -1;
        Map<String, ConsumerRecord<byte[], byte[]>> latest = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            assertThat(record.offset()).isGreaterThan(previous);
            previous = record.offset();
            latest.put(new String(record.key(), StandardCharsets.UTF_8), record);
        }
        lastOffsets.forEach((key, offset) -> {
            assertThat(latest).containsKey("key-" + key);
            ConsumerRecord<byte[], byte[]> record = Objects.requireNonNull(latest.get("key-" + key));
            assertThat(record.offset()).isEqualTo(offset);
            assertThat(record.value()).isEqualTo(noise(ROUNDS, key));
        });
    }

    private static void assertThatKafkaReads(Path directory) throws IOException {
        String log = dump(directory, ".log", "--deep-iteration");
        assertThat(log).contains("compresscodec: lz4", "isvalid: true").doesNotContain("isvalid: false");
        dump(directory, ".index");
        dump(directory, ".timeindex");
    }

    private static String dump(Path directory, String ending, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(options));
        try (Stream<Path> files = Files.list(directory)) {
            arguments.add("--files");
            arguments.add(files.map(Path::toString)
                    .filter(file -> file.endsWith(ending))
                    .sorted()
                    .collect(Collectors.joining(",")));
        }
        var result = KafkaTool.run("org.apache.kafka.tools.DumpLogSegments", arguments.toArray(String[]::new))
                .expectSuccess();
        assertThat(result.out()).doesNotContain("ismatch", "Found timestamp", "Error", "corrupt");
        assertThat(result.err()).doesNotContain("xception", "orrupt");
        return result.out();
    }
}
