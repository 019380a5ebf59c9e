package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.partition.Durability;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The broker as a whole, by a stock client, with the metadata in memory. */
class BrokerTest {

    private static final int RECORDS = 5_000;
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    @TempDir
    Path data;

    private final InMemoryMetadataStore store = new InMemoryMetadataStore(new SystemClock(), new SystemRandom());

    @ParameterizedTest
    @EnumSource(Durability.class)
    void whatWasAcknowledgedIsReadInOrderAlsoAfterARestart(Durability durability) throws Exception {
        try (BrokerInProcess broker = new BrokerInProcess(data, store, durability, Map.of())) {
            produce(broker, 0, RECORDS);
            assertThat(consume(broker, RECORDS)).isEqualTo(values(0, RECORDS));
        }
        try (BrokerInProcess broker = new BrokerInProcess(data, store, durability, Map.of())) {
            produce(broker, RECORDS, 2 * RECORDS);
            assertThat(consume(broker, 2 * RECORDS)).isEqualTo(values(0, 2 * RECORDS));
        }
    }

    @Test
    void aTopicWhoseSettingsNobodyUnderstandsKeepsNoOtherFromBeingServed() throws Exception {
        NewTopic odd =
                new NewTopic(new UUID(1, 2), "odd", false, List.of(List.of(1)), Map.of("segment.bytes", "plenty"));
        store.createTopics(List.of(odd)).toCompletableFuture().join();
        try (BrokerInProcess broker = new BrokerInProcess(data, store, Durability.ASYNC, Map.of())) {
            produce(broker, 0, 1);
            assertThat(consume(broker, 1)).isEqualTo(values(0, 1));
        }
    }

    private static List<String> values(int from, int to) {
        List<String> values = new ArrayList<>();
        for (int i = from; i < to; i++) {
            values.add("value-" + i);
        }
        return values;
    }

    private static void produce(BrokerInProcess broker, int from, int to) throws Exception {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", broker.bootstrap());
        config.put("linger.ms", 1);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (String value : values(from, to)) {
                sent.add(producer.send(new ProducerRecord<>(PARTITION.topic(), PARTITION.partition(), "key", value)));
            }
            for (int i = 0; i < sent.size(); i++) {
                assertThat(sent.get(i).get().offset()).isEqualTo(from + i);
            }
        }
    }

    private static List<String> consume(BrokerInProcess broker, int count) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", broker.bootstrap());
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            List<String> values = new ArrayList<>();
            while (values.size() < count) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(20))) {
                    assertThat(record.offset()).isEqualTo(values.size());
                    values.add(record.value());
                }
            }
            assertThat(consumer.endOffsets(List.of(PARTITION))).containsEntry(PARTITION, (long) count);
            return values;
        }
    }
}
