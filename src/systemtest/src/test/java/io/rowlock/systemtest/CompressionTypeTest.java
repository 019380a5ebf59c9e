package io.rowlock.systemtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock producers of every codec onto topics of every {@code compression.type}. */
@ExtendWith(SharedBroker.class)
class CompressionTypeTest {
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final int RECORDS = 500;
    private static final long START = System.currentTimeMillis() - 10_000;

    private static byte[] value(String codec, int i) {
        return (codec + " " + i + " " + "x".repeat(i % 300)).getBytes(UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"})
    void everyRecordComesBackWhateverItsCodecBecame(String type, ServerProcess server) throws IOException {
        String topic = Clients.topic(server, "codec-" + type, CODECS.size(), Map.of("compression.type", type));
        for (String codec : CODECS) {
            send(server, codec, topic, CODECS.indexOf(codec));
        }
        List<TopicPartition> partitions = Clients.partitions(topic, CODECS.size());
        for (TopicPartition partition : partitions) {
            String codec = CODECS.get(partition.partition());
            List<ConsumerRecord<byte[], byte[]>> records = Clients.readAll(server, List.of(partition), Map.of());
            assertThat(records).hasSize(RECORDS);
            for (int i = 0; i < RECORDS; i++) {
                assertThat(records.get(i).offset()).isEqualTo(i);
                assertThat(records.get(i).value()).isEqualTo(value(codec, i));
                assertThat(records.get(i).key()).isEqualTo(new byte[] {(byte) i});
                assertThat(records.get(i).timestamp()).isEqualTo(START + i);
            }
        }
        List<Path> files = partitions.stream()
                .map(each -> server.partitionDirectory(topic, each.partition()).resolve("00000000000000000000.log"))
                .toList();
        assertThat(codecsOnDisk(files)).isEqualTo(expected(type));
        if (type.equals("gzip")) {
            dump(files);
        }
    }

    private static void send(ServerProcess server, String codec, String topic, int partition) {
        Map<String, Object> config = Map.of("compression.type", codec, "linger.ms", 5, "batch.size", 8000);
        List<Future<RecordMetadata>> answers = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = Clients.producer(server, config)) {
            for (int i = 0; i < RECORDS; i++) {
                answers.add(producer.send(
                        new ProducerRecord<>(topic, partition, START + i, new byte[] {(byte) i}, value(codec, i))));
            }
        }
        for (int i = 0; i < RECORDS; i++) {
            assertThat(Clients.get(answers.get(i)).offset()).isEqualTo(i);
        }
    }

    private static List<String> expected(String type) {
        return type.equals("producer")
                ? CODECS
                : CODECS.stream()
                        .map(codec -> type.equals("uncompressed") ? "none" : type)
                        .toList();
    }

    /** The one codec of each partition's batches, by the attributes in their headers. */
    private static List<String> codecsOnDisk(List<Path> files) throws IOException {
        List<String> codecs = new ArrayList<>();
        for (Path file : files) {
            ByteBuffer log = ByteBuffer.wrap(Files.readAllBytes(file));
            Set<String> found = new TreeSet<>();
            for (int at = 0; at < log.limit(); at += 12 + log.getInt(at + RawBatches.LENGTH)) {
                found.add(CODECS.get(log.getShort(at + RawBatches.ATTRIBUTES) & 7));
            }
            codecs.add(String.join(", ", found));
        }
        return codecs;
    }

    private static void dump(List<Path> files) {
        String names = files.stream().map(Path::toString).collect(Collectors.joining(","));
        String dump = KafkaTool.run("org.apache.kafka.tools.DumpLogSegments", "--deep-iteration", "--files", names)
                .expectSuccess()
                .out();
        assertThat(dump).contains("isvalid: true").doesNotContain("isvalid: false", "Error", "orrupt");
    }

    @Test
    void theConsoleConsumerReadsWhatWasCompressedAnew(ServerProcess server) {
        String topic = Clients.topic(
                server, "codec-console", 1, Map.of("compression.type", "zstd", "compression.zstd.level", "19"));
        KafkaTool.runWithInput(
                        "a\nb\nc\n",
                        "org.apache.kafka.tools.ConsoleProducer",
                        "--bootstrap-server",
                        server.bootstrap(),
                        "--topic",
                        topic,
                        "--compression-codec",
                        "gzip")
                .expectSuccess();
        String read = KafkaTool.run(
                        "org.apache.kafka.tools.consumer.ConsoleConsumer",
                        "--bootstrap-server",
                        server.bootstrap(),
                        "--topic",
                        topic,
                        "--from-beginning",
                        "--max-messages",
                        "3")
                .expectSuccess()
                .out();
        assertThat(read).isEqualTo("a\nb\nc\n");
    }

    /** The size that counts is the one on disk, too. */
    @Test
    void whatGrowsBeyondTheLimitIsRefused(ServerProcess server) {
        String topic = Clients.topic(
                server, "codec-limit", 1, Map.of("compression.type", "uncompressed", "max.message.bytes", "10000"));
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of("compression.type", "zstd"))) {
            assertThat(Clients.failure(producer.send(new ProducerRecord<>(topic, new byte[10_000]))))
                    .isInstanceOf(RecordTooLargeException.class);
            assertThat(Clients.get(producer.send(new ProducerRecord<>(topic, new byte[9_900])))
                            .offset())
                    .isZero();
        }
    }

    /** KIP-467: the client tells which of the records of a batch was at fault. */
    @Test
    void theRecordAtFaultIsToldFromItsNeighbours(ServerProcess server) throws InterruptedException {
        String topic = Clients.topic(server, "at-fault", 1, Map.of("message.timestamp.before.max.ms", "3600000"));
        long now = System.currentTimeMillis();
        List<Future<RecordMetadata>> answers = new ArrayList<>();
        try (Producer<byte[], byte[]> producer =
                Clients.producer(server, Map.of("linger.ms", 10_000, "compression.type", "lz4"))) {
            for (long timestamp : new long[] {now, now - 2 * 3_600_000, now}) {
                answers.add(producer.send(new ProducerRecord<>(topic, 0, timestamp, null, new byte[10])));
            }
        }
        List<Throwable> causes = new ArrayList<>();
        for (Future<RecordMetadata> answer : answers) {
            try {
                answer.get();
            } catch (ExecutionException e) {
                causes.add(e.getCause());
            }
        }
        assertThat(causes).hasSize(3);
        assertThat(causes.get(1)).isInstanceOf(InvalidTimestampException.class).hasMessageContaining("out of range");
        assertThat(causes.get(0)).hasMessageContaining("it was part of a batch");
        assertThat(causes.get(2)).hasMessageContaining("it was part of a batch");
    }
}
