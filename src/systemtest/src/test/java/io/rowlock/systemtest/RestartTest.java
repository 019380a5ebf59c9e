package io.rowlock.systemtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.RowlockProcess;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a node keeps when it is stopped or killed and started again, and that Apache Kafka's own tool can read it. */
class RestartTest {
    /** 128 + 15: ended by SIGTERM, in order. */
    private static final int STOPPED = 143;

    private static final int RECORDS = 20_000;

    private static final ServerProcess server = Target.current().create("restart", Map.of());

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    @BeforeEach
    void start() {
        if (!server.isAlive()) {
            server.start();
        }
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @Test
    void aStopKeepsEverything() {
        everythingIsKeptOver(() -> assertThat(server.stop()).isEqualTo(STOPPED));
    }

    @Test
    void aKillKeepsEverything() {
        everythingIsKeptOver(server::kill);
    }

    /** As when the machine goes down: PostgreSQL finds its own files as a crash left them. */
    @Test
    void aKillOfPostgresBesideTheNodeKeepsEverything() {
        assumeTrue(Target.current() == Target.ROWLOCK);
        everythingIsKeptOver(() -> {
            ProcessHandle postgres = ((RowlockProcess) server).postmaster().orElseThrow();
            server.kill();
            postgres.destroyForcibly();
            postgres.onExit().join();
        });
    }

    private static void everythingIsKeptOver(Runnable end) {
        String topic = Clients.topic(server, "kept", 2, Map.of("segment.bytes", "1048576", "segment.ms", "987654321"));
        Facts before = Facts.of(server, topic);
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of("delivery.timeout.ms", 300_000))) {
            send(producer, topic, 0, RECORDS);
            end.run();
            server.start();
            // The same producer goes on with its sequence numbers, which the node must have kept as well.
            send(producer, topic, RECORDS, RECORDS + 1_000);
        }

        assertThat(Facts.of(server, topic)).isEqualTo(before);
        for (int p = 0; p < 2; p++) {
            assertThat(Clients.readAll(server, List.of(new TopicPartition(topic, p)), Map.of()))
                    .satisfies(RestartTest::areInOrder);
        }
    }

    /** Record {@code n} goes to partition {@code n % 2}. */
    private static void send(Producer<byte[], byte[]> producer, String topic, int from, int to) {
        List<? extends Future<?>> answers = IntStream.range(from, to)
                .mapToObj(n -> producer.send(new ProducerRecord<>(topic, n % 2, null, value(n))))
                .toList();
        producer.flush();
        answers.forEach(Clients::done);
    }

    private static byte[] value(int number) {
        return (number + " " + "x".repeat(number % 400)).getBytes(UTF_8);
    }

    private static void areInOrder(List<? extends ConsumerRecord<byte[], byte[]>> records) {
        assertThat(records).hasSize((RECORDS + 1_000) / 2);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            assertThat(record.value()).isEqualTo(value((int) record.offset() * 2 + record.partition()));
        }
    }

    private record Facts(String clusterId, Uuid topicId, String segmentMs) {
        static Facts of(ServerProcess server, String topic) {
            try (Admin admin = Clients.admin(server)) {
                return new Facts(
                        Clients.get(admin.describeCluster().clusterId()),
                        Clients.get(admin.describeTopics(List.of(topic))
                                        .topicNameValues()
                                        .get(topic))
                                .topicId(),
                        AdminReadTest.topicConfig(admin, topic, "segment.ms"));
            }
        }
    }

    @Test
    void aDeletedTopicStaysDeleted() {
        String topic = Clients.topic(server, "deleted", 1, Map.of());
        try (Admin admin = Clients.admin(server)) {
            Clients.done(admin.deleteTopics(List.of(topic)).all());
        }
        server.kill();
        server.start();
        try (Admin admin = Clients.admin(server)) {
            assertThat(Clients.get(admin.listTopics().names())).doesNotContain(topic);
        }
    }

    @Test
    void kafkasDumpToolReadsEveryFile() throws IOException {
        String topic = Clients.topic(server, "dumped", 2, Map.of("segment.bytes", "1048576"));
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of("compression.type", codec))) {
                send(producer, topic, 0, RECORDS);
            }
        }
        assertThat(server.stop()).isEqualTo(STOPPED);

        Path directory = server.partitionDirectory(topic, 0);
        assertThat(files(directory, ".log")).as("segments").hasSizeGreaterThan(1);
        String log = dump(files(directory, ".log"), "--deep-iteration", "--print-data-log");
        assertThat(log.lines().filter(l -> l.contains("| offset: "))).hasSize(5 * RECORDS / 2);
        assertThat(log)
                .contains("compresscodec: zstd", "compresscodec: lz4", "compresscodec: snappy", "compresscodec: gzip");
        assertThat(log).contains("isvalid: true").doesNotContain("isvalid: false");
        dump(files(directory, ".index"));
        dump(files(directory, ".timeindex"));
        assertThat(dump(files(directory, ".snapshot"))).contains("producerId: ");
    }

    private static List<Path> files(Path directory, String ending) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
            assertThat(found).as("files *" + ending).isNotEmpty();
            return found;
        }
    }

    /** The tool ends with 0 also when it found something; it says so in words. */
    private static String dump(List<Path> files, String... options) {
        String[] arguments = new String[options.length + 2];
        arguments[0] = "--files";
        arguments[1] = files.stream().map(Path::toString).collect(Collectors.joining(","));
        System.arraycopy(options, 0, arguments, 2, options.length);
        var result = KafkaTool.run("org.apache.kafka.tools.DumpLogSegments", arguments)
                .expectSuccess();
        assertThat(result.out()).doesNotContain("ismatch", "Found timestamp", "Non-consecutive", "Error", "corrupt");
        assertThat(result.err()).doesNotContain("xception", "orrupt");
        return result.out();
    }
}
