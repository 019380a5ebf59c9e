package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A million records of mixed sizes from five idempotent producers, one for each codec, while the broker is killed with SIGKILL and restarted five times:
 * afterwards every record is there once, in the order it was sent, at the offset that was acknowledged.
 */
class KillTest {
    private static final int PRODUCERS = 5;
    private static final int RECORDS_OF_EACH = 200_000;
    private static final int PARTITIONS = 6;
    private static final int KILLS = 5;

    private static final ServerProcess server = Target.current().create("kill", Map.of());

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    private final AtomicLong acknowledged = new AtomicLong();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** By producer and record number: the acknowledged offset. Each cell is written once, by the producer's own network thread. */
    private final long[][] offsets = new long[PRODUCERS][RECORDS_OF_EACH];

    @Test
    @Timeout(400)
    void everyAcknowledgedRecordIsThereOnceAndInOrder() throws InterruptedException {
        server.start();
        // Small segments, so that every restart recovers several files of a partition.
        String topic = Clients.topic(server, "killed", PARTITIONS, Map.of("segment.bytes", "8388608"));
        NumberedRecords records = new NumberedRecords(topic, PARTITIONS);
        for (long[] ofOne : offsets) {
            Arrays.fill(ofOne, -1);
        }

        List<Thread> producers = IntStream.range(0, PRODUCERS)
                .mapToObj(p -> new Thread(() -> produce(records, p), "producer-" + p))
                .toList();
        producers.forEach(Thread::start);
        killAndRestartWhileRecordsFlow();
        for (Thread producer : producers) {
            producer.join();
        }

        assertThat(failures).isEmpty();
        assertThat(acknowledged).hasValue((long) PRODUCERS * RECORDS_OF_EACH);
        assertEveryRecordOnceAndInOrder(topic, records);
    }

    @AfterAll
    static void close() {
        server.close();
    }

    private void produce(NumberedRecords records, int producer) {
        Map<String, Object> config = Map.of(
                "compression.type",
                NumberedRecords.codec(producer),
                "linger.ms",
                5,
                "delivery.timeout.ms",
                300_000,
                "max.block.ms",
                300_000,
                "reconnect.backoff.max.ms",
                200);
        try (Producer<byte[], byte[]> client = Clients.producer(server, config)) {
            for (int n = 0; n < RECORDS_OF_EACH && failures.isEmpty(); n++) {
                int number = n;
                var unused = client.send(
                        records.record(producer, number),
                        (metadata, failure) -> answered(producer, number, metadata, failure));
            }
        } catch (RuntimeException e) {
            failures.add(e);
        }
    }

    private void answered(int producer, int number, RecordMetadata metadata, @Nullable Exception failure) {
        if (failure != null) {
            failures.add(new AssertionError("record " + number + " of producer " + producer, failure));
            return;
        }
        offsets[producer][number] = metadata.offset();
        acknowledged.incrementAndGet();
    }

    private void killAndRestartWhileRecordsFlow() throws InterruptedException {
        long all = (long) PRODUCERS * RECORDS_OF_EACH;
        for (int kill = 1; kill <= KILLS; kill++) {
            while (acknowledged.get() < all * kill / (KILLS + 1)) {
                if (!failures.isEmpty()) {
                    return;
                }
                Thread.sleep(5);
            }
            server.kill();
            server.start();
        }
    }

    private void assertEveryRecordOnceAndInOrder(String topic, NumberedRecords records) {
        List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(p -> new TopicPartition(topic, p))
                .toList();
        int[][] next = new int[PRODUCERS][PARTITIONS];
        for (int[] ofOne : next) {
            Arrays.setAll(ofOne, partition -> partition);
        }
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of("max.poll.records", 5_000))) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            assertThat(ends.values().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo((long) PRODUCERS * RECORDS_OF_EACH);
            long read = 0;
            while (read < (long) PRODUCERS * RECORDS_OF_EACH) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(20))) {
                    check(record, next, records);
                    read++;
                }
            }
        }
    }

    /** Plain comparisons, because an assertion object for each of a million records would take longer than reading them. */
    private void check(ConsumerRecord<byte[], byte[]> record, int[][] next, NumberedRecords records) {
        int producer = NumberedRecords.producer(record);
        int number = NumberedRecords.number(record);
        if (number != next[producer][record.partition()]) {
            throw new AssertionError("producer " + producer + " in partition " + record.partition()
                    + ": expected record " + next[producer][record.partition()] + ", found " + number + " at offset "
                    + record.offset());
        }
        next[producer][record.partition()] += PARTITIONS;
        if (!records.isGenuine(record)) {
            throw new AssertionError(
                    "other bytes than sent, at offset " + record.offset() + " of partition " + record.partition());
        }
        if (offsets[producer][number] != record.offset()) {
            throw new AssertionError("record " + number + " of producer " + producer + " was acknowledged at offset "
                    + offsets[producer][number] + " and stands at " + record.offset());
        }
    }
}
