package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.group.InMemoryGroupStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Consumer groups over sockets, by a stock client, with metadata and groups in memory. */
@Timeout(60)
class GroupsTest {

    private static final String TOPIC = "orders";
    private static final int PARTITIONS = 4;
    private static final int RECORDS = 400;

    @TempDir
    Path data;

    private final InMemoryMetadataStore metadata = new InMemoryMetadataStore(new SystemClock(), new SystemRandom());
    private final InMemoryGroupStore groups = new InMemoryGroupStore(metadata, new SystemClock());

    private BrokerInProcess start() throws Exception {
        return new BrokerInProcess(
                data, metadata, groups, Durability.ASYNC, Map.of("group.initial.rebalance.delay.ms", "0"));
    }

    @Test
    void consumersShareTheWorkAndComeBackWhereTheyWere() throws Exception {
        try (BrokerInProcess broker = start()) {
            produce(broker);
            Set<String> read = new HashSet<>();
            try (KafkaConsumer<String, String> one = consumer(broker);
                    KafkaConsumer<String, String> other = consumer(broker)) {
                while (one.assignment().size() != PARTITIONS / 2
                        || other.assignment().size() != PARTITIONS / 2
                        || positions(one) + positions(other) < RECORDS) {
                    read(one, read);
                    read(other, read);
                }
                assertThat(read).hasSize(RECORDS);
                one.commitSync();
                other.commitSync();
            }
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                assertThat(committed(admin)).isEqualTo(RECORDS);
            }
        }
        try (BrokerInProcess again = start();
                KafkaConsumer<String, String> late = consumer(again);
                Admin admin = Admin.create(Map.of("bootstrap.servers", again.bootstrap()))) {
            while (late.assignment().size() != PARTITIONS) {
                assertThat(late.poll(Duration.ofMillis(100))).isEmpty();
            }
            assertThat(positions(late)).isEqualTo(RECORDS);
            assertThat(committed(admin)).isEqualTo(RECORDS);
        }
    }

    private static long positions(KafkaConsumer<String, String> consumer) {
        return consumer.assignment().stream().mapToLong(consumer::position).sum();
    }

    private static long committed(Admin admin) throws ExecutionException, InterruptedException {
        return admin.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata().get().values().stream()
                .mapToLong(OffsetAndMetadata::offset)
                .sum();
    }

    private static void read(KafkaConsumer<String, String> consumer, Set<String> into) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(50));
        for (ConsumerRecord<String, String> record : records) {
            into.add(record.value());
        }
    }

    private static void produce(BrokerInProcess broker) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap()), new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                sent.add(producer.send(new ProducerRecord<>(TOPIC, i % PARTITIONS, null, "record " + i)));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    private static KafkaConsumer<String, String> consumer(BrokerInProcess broker) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", broker.bootstrap());
        config.put("group.id", "readers");
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", "false");
        config.put("heartbeat.interval.ms", "100");
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of(TOPIC));
        return consumer;
    }
}
