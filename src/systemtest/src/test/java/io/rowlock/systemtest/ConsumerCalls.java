package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.metrics.KafkaMetric;

/** One call of every method of the stock consumer that is served, and what it answers: each is a method of the same name here. */
final class ConsumerCalls implements AutoCloseable {
    private final String topic;
    private final TopicPartition first;
    private final TopicPartition second;
    private final Consumer<byte[], byte[]> consumer;

    /** A topic of its own with ten records in each of two partitions, and a consumer in a group of its own, with a client's defaults. */
    ConsumerCalls(ServerProcess server) {
        this.topic = Clients.topic(server, "consumer-method", 2, Map.of());
        this.first = new TopicPartition(topic, 0);
        this.second = new TopicPartition(topic, 1);
        Clients.fill(server, List.of(first, second), 10);
        Map<String, Object> config = new HashMap<>();
        config.put("group.id", topic);
        config.put("auto.offset.reset", "earliest");
        this.consumer = Clients.consumer(server, config);
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void assigned() {
        consumer.assign(List.of(first, second));
    }

    private void joined() {
        consumer.subscribe(List.of(topic));
        assertThat(Clients.pollCount(consumer, 20)).hasSize(20);
    }

    void assign() {
        assigned();
        assertThat(Clients.pollCount(consumer, 20)).hasSize(20);
    }

    void assignment() {
        joined();
        assertThat(consumer.assignment()).containsExactlyInAnyOrder(first, second);
    }

    void subscribe() {
        consumer.subscribe(Pattern.compile(Pattern.quote(topic)));
        assertThat(Clients.pollCount(consumer, 20)).hasSize(20);
    }

    void subscription() {
        joined();
        assertThat(consumer.subscription()).containsExactly(topic);
    }

    void unsubscribe() {
        joined();
        consumer.unsubscribe();
        assertThat(consumer.assignment()).isEmpty();
    }

    void poll() {
        joined();
    }

    void commitSync() {
        joined();
        consumer.commitSync();
        committedIs(10);
    }

    private void committedIs(long offset) {
        assertThat(consumer.committed(Set.of(first, second)))
                .allSatisfy(
                        (partition, committed) -> assertThat(committed.offset()).isEqualTo(offset));
    }

    void commitAsync() {
        joined();
        AtomicBoolean answered = new AtomicBoolean();
        consumer.commitAsync((offsets, failure) -> answered.set(true));
        Clients.until("the answer", () -> {
            consumer.poll(Duration.ofMillis(10));
            return answered.get();
        });
        committedIs(10);
    }

    void committed() {
        assigned();
        consumer.commitSync(Map.of(first, new OffsetAndMetadata(3, "why"), second, new OffsetAndMetadata(3)));
        committedIs(3);
        assertThat(Objects.requireNonNull(consumer.committed(Set.of(first)).get(first))
                        .metadata())
                .isEqualTo("why");
    }

    void seek() {
        assigned();
        consumer.seek(first, 8);
        assertThat(Clients.pollCount(consumer, 12))
                .filteredOn(record -> record.partition() == 0)
                .extracting(ConsumerRecord::offset)
                .containsExactly(8L, 9L);
    }

    void seekToBeginning() {
        joined();
        consumer.seekToBeginning(List.of(first));
        assertThat(Clients.pollCount(consumer, 10)).hasSize(10);
    }

    void seekToEnd() {
        assigned();
        consumer.seekToEnd(List.of(first));
        assertThat(consumer.position(first)).isEqualTo(10);
    }

    void position() {
        assigned();
        assertThat(consumer.position(first)).isZero();
    }

    void metrics() {
        assertThat(consumer.metrics()).isNotEmpty();
    }

    void registerMetricForSubscription() {
        KafkaMetric metric =
                (KafkaMetric) consumer.metrics().values().iterator().next();
        consumer.registerMetricForSubscription(metric);
        consumer.unregisterMetricFromSubscription(metric);
    }

    void unregisterMetricFromSubscription() {
        registerMetricForSubscription();
    }

    void partitionsFor() {
        assertThat(consumer.partitionsFor(topic))
                .hasSize(2)
                .allSatisfy(found -> assertThat(found.leader().id()).isEqualTo(1));
    }

    void listTopics() {
        assertThat(consumer.listTopics()).containsKey(topic);
    }

    void pause() {
        joined();
        consumer.pause(List.of(first, second));
        consumer.seekToBeginning(List.of(first, second));
        assertThat(consumer.poll(Duration.ofMillis(300))).isEmpty();
        consumer.resume(List.of(second));
        assertThat(Clients.pollCount(consumer, 10)).allMatch(record -> record.partition() == 1);
    }

    void resume() {
        pause();
    }

    void paused() {
        assigned();
        consumer.pause(List.of(first));
        assertThat(consumer.paused()).containsExactly(first);
    }

    void offsetsForTimes() {
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(Map.of(first, 1L));
        assertThat(Objects.requireNonNull(found.get(first)).offset()).isZero();
    }

    void beginningOffsets() {
        assertThat(consumer.beginningOffsets(List.of(first, second)))
                .containsOnly(Map.entry(first, 0L), Map.entry(second, 0L));
    }

    void endOffsets() {
        assertThat(consumer.endOffsets(List.of(first, second)))
                .containsOnly(Map.entry(first, 10L), Map.entry(second, 10L));
    }

    void currentLag() {
        joined();
        consumer.seek(first, 4);
        assertThat(consumer.currentLag(first)).hasValue(6);
    }

    void groupMetadata() {
        joined();
        assertThat(consumer.groupMetadata().groupId()).isEqualTo(topic);
        assertThat(consumer.groupMetadata().generationId()).isPositive();
        assertThat(consumer.groupMetadata().memberId()).isNotEmpty();
    }

    void enforceRebalance() {
        AtomicInteger assignments = new AtomicInteger();
        consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                assignments.incrementAndGet();
            }
        });
        Clients.pollCount(consumer, 20);
        int before = assignments.get();
        consumer.enforceRebalance("asked for");
        Clients.until("another assignment", () -> {
            consumer.poll(Duration.ofMillis(10));
            return assignments.get() > before;
        });
    }

    void wakeup() {
        assigned();
        consumer.wakeup();
        assertThatThrownBy(() -> consumer.poll(Clients.PATIENCE)).isInstanceOf(WakeupException.class);
    }

    /** As in {@link AdminCalls#clientInstanceId}. */
    void clientInstanceId() {
        assertThat(consumer.clientInstanceId(Duration.ofMillis(300))).isNotEqualTo(Uuid.ZERO_UUID);
    }
}
