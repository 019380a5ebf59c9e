package io.rowlock.systemtest;

import io.rowlock.systemtest.process.ServerProcess;
import io.rowlock.systemtest.streams.StreamsTopics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * What is fed to the Streams application: slices of two seconds each, which lie half a day back, so that no broker takes them for the future. Keeps
 * all that was acknowledged, in the order of sending. Used by one thread at a time.
 */
final class StreamsInput {
    static final int PARTITIONS = 2;

    private static final long SLICE_MS = 2_000;
    private static final int SENSORS = 6;
    private static final int CUSTOMERS = 40;
    private static final int KEYS = 60;
    private static final List<String> WORDS = List.of(
            "oar", "blade", "loom", "collar", "sleeve", "gate", "pin", "stretcher", "stroke", "bow", "keel", "thole");

    /** @param partition null where the key decides */
    record Sent(
            String topic,
            @Nullable Integer partition,
            long timestamp,
            String key,
            @Nullable String value) {}

    private final Random random = new Random(4711);
    private final long start = System.currentTimeMillis() - Duration.ofHours(12).toMillis();
    private final List<Sent> sent = new ArrayList<>();
    private int slices;
    private int orders;
    private int numbers;
    private int versions;

    /** All that was acknowledged. */
    List<Sent> sent() {
        return List.copyOf(sent);
    }

    /**
     * Sends slices, and returns when all of them are acknowledged.
     *
     * @param quietly whether it leaves out what has another result when it is processed again after a failure: customers that change their name,
     *     numbers that come when their window is closed, and deletions from tables (a store that has forgotten the key already tells nobody of it again)
     */
    void send(ServerProcess server, int count, boolean quietly) {
        List<Sent> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            addSlice(records, quietly);
        }
        List<Future<RecordMetadata>> answers = new ArrayList<>();
        Map<String, Object> patient = Map.of("linger.ms", 5, "reconnect.backoff.max.ms", 200);
        try (Producer<byte[], byte[]> producer = Clients.producer(server, patient)) {
            for (Sent record : records) {
                answers.add(producer.send(new ProducerRecord<>(
                        record.topic(),
                        record.partition(),
                        record.timestamp(),
                        bytes(record.key()),
                        record.value() == null ? null : bytes(record.value()))));
            }
        }
        answers.forEach(Clients::done);
        sent.addAll(records);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void addSlice(List<Sent> to, boolean quietly) {
        long at = start + slices++ * SLICE_MS;
        for (int i = 0; i < 20; i++) {
            String line = String.join(" ", word(), word(), word(), word(), word());
            to.add(new Sent(StreamsTopics.LINES, i % PARTITIONS, at + i, "line", line));
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            addReadings(to, partition, at, quietly);
        }
        if (!quietly) {
            for (int i = 0; i < 5; i++) {
                to.add(new Sent(StreamsTopics.CUSTOMERS, null, at + i, customer(), "name-" + ++versions));
            }
        }
        for (int i = 0; i < 20; i++) {
            to.add(new Sent(StreamsTopics.ORDERS, null, at + 100 + i, customer(), "order-" + ++orders));
        }
        for (int i = 0; i < 10; i++) {
            boolean gone = !quietly && random.nextInt(5) == 0;
            String refers = key() + "-" + ++versions;
            to.add(new Sent(StreamsTopics.LEFT, null, at + i, key(), gone ? null : refers));
            to.add(new Sent(StreamsTopics.RIGHT, null, at + i, key(), gone ? null : "right-" + ++versions));
        }
    }

    /** Out of order by less than the grace period; the last one of a slice is always the newest of its partition. */
    private void addReadings(List<Sent> to, int partition, long at, boolean quietly) {
        for (int i = 0; i < 10; i++) {
            addReading(to, partition, at - SLICE_MS + random.nextLong(2 * SLICE_MS));
        }
        if (!quietly && slices > 20) {
            addReading(to, partition, at - 30_000);
        }
        addReading(to, partition, at + SLICE_MS - 1);
    }

    private void addReading(List<Sent> to, int partition, long timestamp) {
        String sensor = "sensor-" + (random.nextInt(SENSORS / PARTITIONS) * PARTITIONS + partition);
        to.add(new Sent(StreamsTopics.READINGS, partition, timestamp, sensor, String.valueOf(++numbers)));
    }

    private String word() {
        return WORDS.get(random.nextInt(WORDS.size()));
    }

    private String customer() {
        return "customer-" + random.nextInt(CUSTOMERS);
    }

    private String key() {
        return "key" + random.nextInt(KEYS);
    }
}
