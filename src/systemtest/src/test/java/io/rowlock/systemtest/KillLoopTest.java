package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * SIGKILL and restart, again and again, under idempotent producers and one that is not. After each round all that is in the log
 * is read: what was there before is there unchanged, epochs grew, and every acknowledged record stands where it was acknowledged,
 * those of the idempotent producers once and in order. {@code -Drowlock.systemtest.kills=50} for more rounds.
 */
class KillLoopTest {
    private static final int IDEMPOTENT = 2;
    private static final int PRODUCERS = IDEMPOTENT + 1;
    private static final int PARTITIONS = 3;
    private static final int ROUNDS = Integer.getInteger("rowlock.systemtest.kills", 5);
    private static final int RECORDS_OF_A_ROUND = 3_000;

    private static final ServerProcess server = Target.current().create("kill-loop", Map.of());

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** By producer: the offset that each record number was acknowledged at. */
    private final List<Map<Integer, Long>> acknowledged = IntStream.range(0, PRODUCERS)
            .<Map<Integer, Long>>mapToObj(p -> new ConcurrentHashMap<>())
            .toList();

    private volatile boolean stopping;

    @Test
    @Timeout(1800)
    void nothingAcknowledgedIsLostOrChangedInAnyRound() throws InterruptedException {
        server.start();
        String topic = Clients.topic(server, "kill-loop", PARTITIONS, Map.of("segment.bytes", "1048576"));
        NumberedRecords records = new NumberedRecords(topic, PARTITIONS);
        List<Thread> producers = IntStream.range(0, PRODUCERS)
                .mapToObj(p -> new Thread(() -> produce(records, p), "producer-" + p))
                .toList();
        producers.forEach(Thread::start);
        List<ReadBack> logs = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            logs.add(new ReadBack(new TopicPartition(topic, p), records, PARTITIONS, PRODUCERS, IDEMPOTENT));
        }
        for (int round = 1; round <= ROUNDS && failures.isEmpty(); round++) {
            awaitAcknowledged(total() + RECORDS_OF_A_ROUND);
            server.kill();
            server.start();
            for (ReadBack log : logs) {
                log.read(server);
            }
            System.out.println("kill " + round + ": " + total() + " records acknowledged, " + logs);
        }
        stopping = true;
        for (Thread producer : producers) {
            producer.join(Duration.ofMinutes(2).toMillis());
        }
        assertThat(failures).isEmpty();
        for (ReadBack log : logs) {
            log.read(server);
            log.assertHolds(acknowledged);
        }
    }

    @AfterAll
    static void close() {
        server.close();
    }

    private long total() {
        return acknowledged.stream().mapToLong(Map::size).sum();
    }

    private void awaitAcknowledged(long count) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (total() < count && failures.isEmpty()) {
            assertThat(System.nanoTime()).as("records are acknowledged").isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private void produce(NumberedRecords records, int producer) {
        boolean idempotent = producer < IDEMPOTENT;
        Map<String, Object> config = Map.of(
                "enable.idempotence",
                idempotent,
                "acks",
                "all",
                "retries",
                Integer.MAX_VALUE,
                "max.in.flight.requests.per.connection",
                idempotent ? 5 : 1,
                "linger.ms",
                2,
                "delivery.timeout.ms",
                300_000,
                "max.block.ms",
                300_000,
                "reconnect.backoff.max.ms",
                200,
                "buffer.memory",
                2L << 20);
        try (Producer<byte[], byte[]> client = Clients.producer(server, config)) {
            for (int n = 0; !stopping && failures.isEmpty(); n++) {
                int number = n;
                var unused = client.send(
                        records.record(producer, number),
                        (metadata, failure) -> answered(producer, number, metadata, failure));
                if (n % 50 == 49) {
                    Thread.sleep(10);
                }
            }
        } catch (RuntimeException | InterruptedException e) {
            failures.add(e);
        }
    }

    private void answered(int producer, int number, RecordMetadata metadata, @Nullable Exception failure) {
        if (failure != null) {
            failures.add(new AssertionError("record " + number + " of producer " + producer, failure));
        } else {
            acknowledged.get(producer).put(number, metadata.offset());
        }
    }
}
