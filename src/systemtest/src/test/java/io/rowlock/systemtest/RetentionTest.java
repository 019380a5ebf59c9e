package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.PostgresAccess;
import io.rowlock.systemtest.process.RowlockProcess;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Records that are deleted: by age, by size and on request, on a node that looks for them often and is killed in between. */
@Timeout(180)
class RetentionTest {

    private static final int MIB = 1 << 20;
    private static final int VALUE_BYTES = 10_000;

    private static final ServerProcess server = Target.current()
            .create(
                    "retention",
                    Map.of(
                            "log.retention.check.interval.ms",
                            "200",
                            "log.initial.task.delay.ms",
                            "0",
                            "log.segment.delete.delay.ms",
                            "100"));

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

    private static void produce(TopicPartition partition, int count) {
        List<Future<RecordMetadata>> answers = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            for (int i = 0; i < count; i++) {
                answers.add(producer.send(
                        new ProducerRecord<>(partition.topic(), partition.partition(), null, new byte[VALUE_BYTES])));
            }
        }
        answers.forEach(Clients::done);
    }

    private static long offset(Admin admin, TopicPartition partition, OffsetSpec which) {
        return Clients.get(admin.listOffsets(Map.of(partition, which)).partitionResult(partition))
                .offset();
    }

    private static long earliest(Admin admin, TopicPartition partition) {
        return offset(admin, partition, OffsetSpec.earliest());
    }

    private static long delete(Admin admin, TopicPartition partition, long before) {
        return Clients.get(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                        .lowWatermarks()
                        .get(partition))
                .lowWatermark();
    }

    private static Throwable refusal(Admin admin, TopicPartition partition, long before) {
        return Clients.failure(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                .lowWatermarks()
                .get(partition));
    }

    private static long bytesOnDisk(TopicPartition partition) {
        Path directory = server.partitionDirectory(partition.topic(), partition.partition());
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().contains(".log"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TopicPartition topic(String stem, Map<String, String> configs) {
        return new TopicPartition(Clients.topic(server, stem, 1, configs), 0);
    }

    @Test
    void whatIsTooMuchGoesAndTheDiskShrinksAlsoOverAKill() {
        TopicPartition partition =
                topic("too-much", Map.of("segment.bytes", "1048576", "retention.bytes", Integer.toString(3 * MIB)));
        produce(partition, 1500);
        long before;
        try (Admin admin = Clients.admin(server)) {
            Clients.until("old records are gone", () -> bytesOnDisk(partition) < 5L * MIB);
            before = earliest(admin, partition);
            assertThat(before).isPositive();
            server.kill();
        }
        server.start();
        try (Admin admin = Clients.admin(server)) {
            long after = earliest(admin, partition);
            assertThat(after).isGreaterThanOrEqualTo(before);
            assertThat(offset(admin, partition, OffsetSpec.latest())).isEqualTo(1500);
            List<ConsumerRecord<byte[], byte[]>> read = Clients.readAll(server, List.of(partition), Map.of());
            assertThat(read)
                    .extracting(ConsumerRecord::offset)
                    .containsExactlyElementsOf(
                            LongStream.range(read.get(0).offset(), 1500).boxed().toList());
            assertThat(read.get(0).offset()).isBetween(after, 1500L - 3 * MIB / (VALUE_BYTES + 1000));
        }
    }

    @Test
    void whatIsOldGoesWithTheActiveSegmentAndAConsumerKeepsOn() {
        TopicPartition partition = topic("old", Map.of("retention.ms", "5000"));
        try (Admin admin = Clients.admin(server);
                Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of("auto.offset.reset", "none"))) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 0);
            produce(partition, 10);
            Clients.pollCount(consumer, 10);
            Clients.until("all are gone", () -> earliest(admin, partition) == 10);
            Clients.until("the disk is empty", () -> bytesOnDisk(partition) == 0);
            produce(partition, 1);
            assertThat(Clients.pollCount(consumer, 1))
                    .extracting(ConsumerRecord::offset)
                    .containsExactly(10L);
            consumer.seek(partition, 3);
            assertThatThrownBy(() -> consumer.poll(Clients.PATIENCE)).isInstanceOf(OffsetOutOfRangeException.class);
        }
    }

    @Test
    void recordsAreDeletedOnRequest() {
        TopicPartition partition = topic("deleted", Map.of());
        produce(partition, 10);
        try (Admin admin = Clients.admin(server);
                Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of("auto.offset.reset", "none"))) {
            assertThat(delete(admin, partition, 4)).isEqualTo(4);
            assertThat(earliest(admin, partition)).isEqualTo(4);
            assertThat(delete(admin, partition, 2)).as("deleted already").isEqualTo(4);
            assertThat(refusal(admin, partition, 11))
                    .isInstanceOf(org.apache.kafka.common.errors.OffsetOutOfRangeException.class);
            assertThat(refusal(admin, partition, -2))
                    .isInstanceOf(org.apache.kafka.common.errors.OffsetOutOfRangeException.class);
            consumer.assign(List.of(partition));
            consumer.seek(partition, 3);
            assertThatThrownBy(() -> consumer.poll(Clients.PATIENCE)).isInstanceOf(OffsetOutOfRangeException.class);
            consumer.seek(partition, 4);
            assertThat(Clients.pollCount(consumer, 6).get(0).offset()).isEqualTo(4);
            assertThat(delete(admin, partition, -1)).isEqualTo(10);
        }
    }

    @Test
    void theToolDeletesRecords(@TempDir Path directory) throws IOException {
        TopicPartition partition = topic("by-tool", Map.of());
        produce(partition, 10);
        Path file = directory.resolve("offsets.json");
        Files.writeString(
                file,
                "{\"version\": 1, \"partitions\": [{\"topic\": \"" + partition.topic()
                        + "\", \"partition\": 0, \"offset\": 7}]}");
        assertThat(KafkaTool.run(
                                "org.apache.kafka.tools.DeleteRecordsCommand",
                                "--bootstrap-server",
                                server.bootstrap(),
                                "--offset-json-file",
                                file.toString())
                        .expectSuccess()
                        .out())
                .contains(partition + "\tlow_watermark: 7");
    }

    /** Apache Kafka notes a new start only from time to time. */
    @Test
    void whatWasDeletedStaysSoOverAKill() {
        assumeTrue(Target.current() == Target.ROWLOCK);
        TopicPartition partition = topic("killed", Map.of());
        produce(partition, 10);
        for (int round = 1; round <= 3; round++) {
            try (Admin admin = Clients.admin(server)) {
                assertThat(delete(admin, partition, 3L * round)).isEqualTo(3L * round);
                server.kill();
            }
            server.start();
            try (Admin admin = Clients.admin(server)) {
                assertThat(earliest(admin, partition)).isEqualTo(3L * round);
                assertThat(offset(admin, partition, OffsetSpec.latest())).isEqualTo(10);
            }
        }
    }

    @Test
    void aViewSaysWhatWillBeDeletedWhen() {
        assumeTrue(Target.current() == Target.ROWLOCK);
        TopicPartition partition = topic("seen", Map.of("retention.ms", "3600000", "retention.bytes", "1000"));
        produce(partition, 1);
        String question =
                "SELECT log_start_offset, oldest_offset, bytes > 10000, retention_ms, bytes_over = bytes - 1000,"
                        + " due_at - oldest_until = interval '1 hour' FROM rowlock.v_retention WHERE topic = '"
                        + partition.topic() + "'";
        Clients.until("it is reported", () -> ask(question).equals("0 0 t 3600000 t t"));
    }

    private static String ask(String question) {
        PostgresAccess access = ((RowlockProcess) server).postgres();
        try (Connection connection = access.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            StringBuilder text = new StringBuilder();
            while (row.next()) {
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    text.append(i == 1 ? "" : " ").append(row.getString(i));
                }
            }
            return text.toString();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
