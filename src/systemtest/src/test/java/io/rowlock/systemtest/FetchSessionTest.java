package io.rowlock.systemtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** KIP-227: a consumer of a thousand partitions costs what changed, not what exists. */
@ExtendWith(SharedBroker.class)
class FetchSessionTest {
    private static final int PARTITIONS = 1_000;

    /** A full answer names every partition; already its smallest form, 35 bytes each, is far above this. */
    private static final double BYTES_OF_AN_IDLE_ANSWER = 2_000;

    @Test
    void aThousandPartitionsAreReadInIncrementalSessions(ServerProcess server) {
        String topic = Clients.topic(server, "thousand", PARTITIONS, Map.of());
        List<TopicPartition> all = IntStream.range(0, PARTITIONS)
                .mapToObj(p -> new TopicPartition(topic, p))
                .toList();
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of("linger.ms", 20));
                Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of("fetch.max.wait.ms", 20))) {
            consumer.assign(all);
            consumer.seekToBeginning(all);

            sendToEvery(producer, all, "first");
            assertOneOfEach(Clients.pollCount(consumer, PARTITIONS), "first", 0);

            sendToEvery(producer, all.subList(100, 110), "second");
            assertThat(Clients.pollCount(consumer, 10)).allSatisfy(r -> {
                assertThat(r.value()).asString(UTF_8).isEqualTo("second");
                assertThat(r.partition()).isBetween(100, 109);
            });

            assertThat(bytesOfAnIdleAnswer(consumer)).isLessThan(BYTES_OF_AN_IDLE_ANSWER);

            consumer.pause(all.subList(0, 500));
            sendToEvery(producer, List.of(all.get(0), all.get(999)), "third");
            assertThat(Clients.pollCount(consumer, 1))
                    .allSatisfy(r -> assertThat(r.partition()).isEqualTo(999));
            consumer.resume(all.subList(0, 500));
            assertThat(Clients.pollCount(consumer, 1))
                    .allSatisfy(r -> assertThat(r.partition()).isZero());

            consumer.assign(all.subList(500, 1_000));
            all.subList(500, 1_000).forEach(p -> consumer.seek(p, 0));
            assertOneOfEach(
                    Clients.pollCount(consumer, 501).stream()
                            .filter(r -> r.offset() == 0)
                            .toList(),
                    "first",
                    500);
        }
    }

    private static void sendToEvery(Producer<byte[], byte[]> producer, List<TopicPartition> partitions, String value) {
        List<Future<RecordMetadata>> answers = partitions.stream()
                .map(p -> producer.send(new ProducerRecord<>(p.topic(), p.partition(), null, value.getBytes(UTF_8))))
                .toList();
        producer.flush();
        answers.forEach(Clients::get);
    }

    private static void assertOneOfEach(
            List<ConsumerRecord<byte[], byte[]>> records, String value, int firstPartition) {
        assertThat(records)
                .allSatisfy(r -> assertThat(r.value()).asString(UTF_8).isEqualTo(value));
        assertThat(records.stream().map(ConsumerRecord::partition))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(firstPartition, PARTITIONS).boxed().toList());
    }

    /** Received bytes per answer while nothing changes. Both counters stand for all connections; nothing but fetches is under way. */
    private static double bytesOfAnIdleAnswer(Consumer<byte[], byte[]> consumer) {
        consumer.poll(Duration.ofMillis(200));
        double bytes = metric(consumer, "incoming-byte-total");
        double answers = metric(consumer, "response-total");
        for (int i = 0; i < 10; i++) {
            assertThat(consumer.poll(Duration.ofMillis(100))).isEmpty();
        }
        double answered = metric(consumer, "response-total") - answers;
        assertThat(answered).isGreaterThan(3);
        return (metric(consumer, "incoming-byte-total") - bytes) / answered;
    }

    private static double metric(Consumer<byte[], byte[]> consumer, String name) {
        return consumer.metrics().values().stream()
                .filter(m -> m.metricName().name().equals(name)
                        && m.metricName().group().equals("consumer-metrics"))
                .mapToDouble(m -> (Double) m.metricValue())
                .sum();
    }
}
