package io.rowlock.systemtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;

/** An honest producer and consumer that must not notice what happens on other connections. */
final class Bystander implements AutoCloseable {
    private final TopicPartition partition;
    private final Producer<byte[], byte[]> producer;
    private final Consumer<byte[], byte[]> consumer;
    private int sent;
    private double connections;

    Bystander(ServerProcess server) {
        partition = new TopicPartition(Clients.topic(server, "bystander", 1, Map.of()), 0);
        producer = Clients.producer(server, Map.of());
        consumer = Clients.consumer(server, Map.of("fetch.max.wait.ms", 10));
    }

    /** First round trip, after which no further connection should be needed. */
    void connect() {
        consumer.assign(List.of(partition));
        consumer.seek(partition, 0);
        roundTrip();
        connections = connections();
    }

    void assertServedOnTheSameConnections() {
        roundTrip();
        assertThat(connections()).as("connections of an honest client").isEqualTo(connections);
    }

    private void roundTrip() {
        String value = "record " + sent++;
        Clients.done(producer.send(new ProducerRecord<>(partition.topic(), value.getBytes(UTF_8))));
        assertThat(Clients.pollCount(consumer, 1))
                .singleElement()
                .satisfies(r -> assertThat(r.value()).asString(UTF_8).isEqualTo(value));
    }

    private double connections() {
        return created(producer.metrics(), "producer-metrics") + created(consumer.metrics(), "consumer-metrics");
    }

    private static double created(Map<MetricName, ? extends Metric> metrics, String group) {
        return metrics.values().stream()
                .filter(m -> m.metricName().name().equals("connection-creation-total"))
                .filter(m -> m.metricName().group().equals(group))
                .map(Metric::metricValue)
                .mapToDouble(value -> (Double) value)
                .sum();
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
