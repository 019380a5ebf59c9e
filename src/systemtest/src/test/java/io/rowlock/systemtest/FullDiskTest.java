package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.RowlockProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A node, with its PostgreSQL, on a disk that is really full. */
class FullDiskTest {
    private static final int DISK_MIB = 640;
    private static final long RESERVE = 128L << 20;
    private static final int RECORD_BYTES = 50_000;

    private final byte[] noise = new byte[1 << 20];
    /** By topic: the offsets that were acknowledged, and what stands there. */
    private final Map<String, Map<Long, Integer>> acknowledged = new HashMap<>();

    @ParameterizedTest
    @EnumSource(SmallDisk.Kind.class)
    @Timeout(240)
    void producingStopsInTimeEverythingElseGoesOnAndNothingIsLost(SmallDisk.Kind kind) throws IOException {
        assumeTrue(Target.current() == Target.ROWLOCK);
        new Random(5).nextBytes(noise);
        Path home = Target.freshHome("full-disk");
        try (SmallDisk disk = SmallDisk.mount(kind, home.resolve("small"), DISK_MIB);
                RowlockProcess server = RowlockProcess.in(
                        home,
                        List.of("-Xmx512m"),
                        Map.of(
                                "rowlock.data-dir", disk.root().resolve("data").toString(),
                                "rowlock.log.disk-reserve", Long.toString(RESERVE)))) {
            try {
                run(kind, disk, server);
            } catch (AssertionError e) {
                throw new AssertionError(server.output(), e);
            }
        }
    }

    private void run(SmallDisk.Kind kind, SmallDisk disk, RowlockProcess server) throws IOException {
        server.start();
        String kept = Clients.topic(server, "kept", 1, Map.of("segment.bytes", "8388608"));
        String bulk = Clients.topic(server, "bulk", 1, Map.of("segment.bytes", "8388608", "file.delete.delay.ms", "0"));
        produce(server, kept, 200);

        // Until it is refused.
        produceUntilRefused(server, bulk);
        assertThat(disk.freeBytes()).isBetween(RESERVE - (8 << 20), RESERVE + (8 << 20));
        assertThat(told(server, "are kept in reserve")).isEqualTo(1);
        assertEverythingIsThere(server);
        assertGroupsCommit(server, kept);
        assertNoTopicIsCreated(server);

        // Somebody else takes the rest.
        disk.fill();
        assertThat(disk.freeBytes()).isLessThan(64 << 10);
        assertEverythingIsThere(server);
        server.kill();
        server.start();
        assertEverythingIsThere(server);
        assertRefused(server, kept);

        // Deleting makes room, and nobody restarts anything.
        try (Admin admin = Clients.admin(server)) {
            if (kind == SmallDisk.Kind.EXT4) {
                Clients.done(admin.deleteTopics(List.of(bulk)).all());
            } else {
                Clients.done(admin.deleteRecords(Map.of(new TopicPartition(bulk, 0), RecordsToDelete.beforeOffset(-1)))
                        .all());
            }
        }
        acknowledged.remove(bulk);
        produce(server, kept, 20);
        assertEverythingIsThere(server);

        fillWhileRecordsFlow(disk, server);
        assertEverythingIsThere(server);
        server.kill();
        server.start();
        assertEverythingIsThere(server);
    }

    private static Map<String, Object> impatient() {
        return Map.of("delivery.timeout.ms", 4_000, "request.timeout.ms", 3_000, "linger.ms", 0);
    }

    private ProducerRecord<byte[], byte[]> record(String topic, int number) {
        byte[] value = new byte[RECORD_BYTES];
        System.arraycopy(noise, number % 1000 * 900, value, 0, value.length);
        ByteBuffer.wrap(value).putInt(number);
        return new ProducerRecord<>(topic, 0, null, value);
    }

    private void note(RecordMetadata metadata, int number) {
        synchronized (acknowledged) {
            acknowledged
                    .computeIfAbsent(metadata.topic(), topic -> new HashMap<>())
                    .put(metadata.offset(), number);
        }
    }

    private void produce(RowlockProcess server, String topic, int count) {
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            for (int n = 0; n < count; n++) {
                note(Clients.get(producer.send(record(topic, n))), n);
            }
        }
    }

    private void produceUntilRefused(RowlockProcess server, String topic) {
        Producer<byte[], byte[]> producer =
                Clients.producer(server, Map.of("linger.ms", 0, "buffer.memory", 2 << 20, "max.block.ms", 5_000));
        for (int n = 0; n % 20 != 0 || told(server, "are kept in reserve") == 0; n++) {
            int number = n;
            var unused = producer.send(record(topic, n), (metadata, failure) -> {
                if (failure == null) {
                    note(metadata, number);
                }
            });
        }
        // What is refused now would be tried again for two minutes.
        producer.close(Duration.ZERO);
        assertRefused(server, topic);
    }

    private void assertRefused(RowlockProcess server, String topic) {
        try (Producer<byte[], byte[]> producer = Clients.producer(server, impatient())) {
            assertThat(Clients.failure(producer.send(record(topic, 0)))).isInstanceOf(RetriableException.class);
        }
    }

    /** A patient producer meets a disk that is full from one moment to the next, in the middle of its writes. */
    private void fillWhileRecordsFlow(SmallDisk disk, RowlockProcess server) throws IOException {
        disk.empty();
        String flowing = Clients.topic(server, "flowing", 1, Map.of("segment.bytes", "8388608"));
        int count = 3_000;
        AtomicInteger done = new AtomicInteger();
        Queue<Exception> failures = new ConcurrentLinkedQueue<>();
        try (Producer<byte[], byte[]> producer =
                Clients.producer(server, Map.of("linger.ms", 0, "buffer.memory", 8 << 20))) {
            for (int n = 0; n < count; n++) {
                int number = n;
                var unused = producer.send(record(flowing, n), (metadata, failure) -> {
                    if (failure == null) {
                        note(metadata, number);
                        done.incrementAndGet();
                    } else {
                        failures.add(failure);
                    }
                });
                if (n == 1_000) {
                    disk.fill();
                    Clients.until(
                            "a write met the full disk, or was refused",
                            () -> told(server, "middle of a write") > 0 || told(server, "are kept in reserve") > 2);
                    disk.empty();
                }
            }
        }
        assertThat(failures).isEmpty();
        assertThat(done).hasValue(count);
    }

    private void assertEverythingIsThere(RowlockProcess server) {
        for (Map.Entry<String, Map<Long, Integer>> topic : acknowledged.entrySet()) {
            List<ConsumerRecord<byte[], byte[]>> found =
                    Clients.readAll(server, List.of(new TopicPartition(topic.getKey(), 0)), Map.of());
            Map<Long, Integer> numbers = new HashMap<>();
            for (ConsumerRecord<byte[], byte[]> record : found) {
                int number = ByteBuffer.wrap(record.value()).getInt();
                assertThat(record.value().length).isEqualTo(RECORD_BYTES);
                assertThat(record.value())
                        .isEqualTo(record(topic.getKey(), number).value());
                numbers.put(record.offset(), number);
            }
            assertThat(numbers).as(topic.getKey()).containsAllEntriesOf(topic.getValue());
        }
    }

    private static void assertGroupsCommit(RowlockProcess server, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (var consumer = Clients.consumer(server, Map.of("group.id", "while-short"))) {
            consumer.assign(List.of(partition));
            for (long offset = 1; offset <= 200; offset++) {
                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
            }
        }
        try (Admin admin = Clients.admin(server)) {
            assertThat(Clients.committed(admin, "while-short")).containsExactly(Map.entry(partition, 200L));
        }
    }

    private static void assertNoTopicIsCreated(RowlockProcess server) {
        try (Admin admin = Clients.admin(server)) {
            assertThat(Clients.failure(admin.createTopics(List.of(new NewTopic("too-late", 1, (short) 1)))
                            .all()))
                    .isInstanceOf(KafkaStorageException.class)
                    .hasMessageContaining("in reserve");
        }
    }

    private static int told(RowlockProcess server, String words) {
        List<String> lines = new ArrayList<>(server.standardOutput().lines().toList());
        lines.removeIf(line -> !line.contains(words));
        return lines.size();
    }
}
