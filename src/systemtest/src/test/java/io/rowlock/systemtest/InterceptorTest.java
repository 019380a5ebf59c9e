package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Interceptors, as tracing and auditing put them into stock clients, see records, acknowledgements, commits and which cluster it is. */
@ExtendWith(SharedBroker.class)
@Proves(client = "kafka-clients", version = "4.4.0", what = "interceptors of producers and consumers")
class InterceptorTest {
    private static final AtomicInteger SENT = new AtomicInteger();
    private static final AtomicInteger ACKNOWLEDGED = new AtomicInteger();
    private static final AtomicInteger CONSUMED = new AtomicInteger();
    private static final List<Long> COMMITTED = new ArrayList<>();
    private static final List<String> CLUSTERS = new ArrayList<>();

    /** Made by the client, so what it sees stands in static fields. */
    public static final class OfProducer implements ProducerInterceptor<byte[], byte[]>, ClusterResourceListener {
        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> sent) {
            SENT.incrementAndGet();
            sent.headers().add("trace", new byte[] {1});
            return sent;
        }

        @Override
        public void onAcknowledgement(RecordMetadata metadata, @Nullable Exception failure) {
            if (failure == null && metadata.hasOffset()) {
                ACKNOWLEDGED.incrementAndGet();
            }
        }

        @Override
        public void onUpdate(ClusterResource cluster) {
            synchronized (CLUSTERS) {
                CLUSTERS.add(cluster.clusterId());
            }
        }

        @Override
        public void configure(Map<String, ?> configs) {}

        @Override
        public void close() {}
    }

    /** On the thread of the test. */
    public static final class OfConsumer implements ConsumerInterceptor<byte[], byte[]> {
        @Override
        public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> consumed) {
            CONSUMED.addAndGet(consumed.count());
            return consumed;
        }

        @Override
        public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
            offsets.values().forEach(offset -> COMMITTED.add(offset.offset()));
        }

        @Override
        public void configure(Map<String, ?> configs) {}

        @Override
        public void close() {}
    }

    @Test
    void seeEverything(ServerProcess server) {
        String topic = Clients.topic(server, "intercepted", 1, Map.of());
        try (Producer<byte[], byte[]> producer =
                Clients.producer(server, Map.of("interceptor.classes", OfProducer.class.getName()))) {
            for (int i = 0; i < 5; i++) {
                Clients.done(producer.send(new ProducerRecord<>(topic, new byte[1])));
            }
        }
        Map<String, Object> config = Map.of(
                "interceptor.classes", OfConsumer.class.getName(), "group.id", topic, "auto.offset.reset", "earliest");
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, config)) {
            consumer.subscribe(List.of(topic));
            List<ConsumerRecord<byte[], byte[]>> records = Clients.pollCount(consumer, 5);
            assertThat(records)
                    .allSatisfy(record ->
                            assertThat(record.headers().headers("trace")).hasSize(1));
            consumer.commitSync();
        }
        assertThat(SENT).hasValue(5);
        assertThat(ACKNOWLEDGED).hasValue(5);
        assertThat(CONSUMED).hasValue(5);
        assertThat(COMMITTED).containsExactly(5L);
        synchronized (CLUSTERS) {
            assertThat(CLUSTERS).isNotEmpty().allMatch(id -> id.length() == 22);
        }
    }
}
