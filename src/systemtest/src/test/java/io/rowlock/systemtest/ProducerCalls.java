package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.KafkaMetric;

/** One call of every method of the stock producer that is served, and what it answers: each is a method of the same name here. */
final class ProducerCalls implements AutoCloseable {
    private final String topic;
    private final Producer<byte[], byte[]> producer;

    /** A topic of its own with two partitions, and a producer with a client's defaults. */
    ProducerCalls(ServerProcess server) {
        this.topic = Clients.topic(server, "producer-method", 2, Map.of());
        this.producer = Clients.producer(server, Map.of("linger.ms", 60_000));
    }

    @Override
    public void close() {
        producer.close(Clients.PATIENCE);
    }

    void send() {
        AtomicLong told = new AtomicLong(-1);
        Future<RecordMetadata> answer = producer.send(
                new ProducerRecord<>(topic, 1, null, new byte[5]), (written, failure) -> told.set(written.offset()));
        producer.flush();
        assertThat(Clients.get(answer).partition()).isEqualTo(1);
        assertThat(Clients.get(answer).offset()).isZero();
        assertThat(told).hasValue(0);
    }

    void flush() {
        List<Future<RecordMetadata>> answers = List.of(
                producer.send(new ProducerRecord<>(topic, 0, null, new byte[5])),
                producer.send(new ProducerRecord<>(topic, 1, null, new byte[5])));
        producer.flush();
        assertThat(answers).allMatch(Future::isDone);
    }

    void partitionsFor() {
        assertThat(producer.partitionsFor(topic)).hasSize(2);
    }

    void metrics() {
        assertThat(producer.metrics()).isNotEmpty();
    }

    void registerMetricForSubscription() {
        KafkaMetric metric =
                (KafkaMetric) producer.metrics().values().iterator().next();
        producer.registerMetricForSubscription(metric);
        producer.unregisterMetricFromSubscription(metric);
    }

    void unregisterMetricFromSubscription() {
        registerMetricForSubscription();
    }

    /** As in {@link AdminCalls#clientInstanceId}. */
    void clientInstanceId() {
        assertThat(producer.clientInstanceId(Duration.ofMillis(300))).isNotEqualTo(Uuid.ZERO_UUID);
    }
}
