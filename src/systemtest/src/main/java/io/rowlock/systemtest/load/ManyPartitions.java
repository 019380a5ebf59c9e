package io.rowlock.systemtest.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Many partitions with the same few records in each, by stock clients: made, written and read. For one thread. */
public final class ManyPartitions {

    /** Partitions of one topic, and of one request to create them. */
    private static final int TOPIC_PARTITIONS_MAX = 1_000;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final String bootstrap;
    private final List<TopicPartition> partitions = new ArrayList<>();
    /** How many records each has, in the order of the partitions. */
    private final List<Integer> records = new ArrayList<>();

    /** @param bootstrap of the server that has them, or will */
    public ManyPartitions(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /** How many there are. */
    public int count() {
        return partitions.size();
    }

    /** Adds {@code count} partitions in new topics of at most 1,000. */
    public void create(int count) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            for (int left = count; left > 0; left -= TOPIC_PARTITIONS_MAX) {
                NewTopic topic =
                        new NewTopic("many-" + partitions.size(), Math.min(left, TOPIC_PARTITIONS_MAX), (short) 1);
                await(admin.createTopics(List.of(topic)).all());
                for (int i = 0; i < topic.numPartitions(); i++) {
                    partitions.add(new TopicPartition(topic.name(), i));
                    records.add(0);
                }
            }
        }
    }

    /** Writes one more record to each from the {@code first} on, counted in the order of creation; all are acknowledged. */
    public void produce(int first) {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "batch.size", 512, "acks", "all");
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<?>> answers = new ArrayList<>();
            for (int i = first; i < partitions.size(); i++) {
                TopicPartition partition = partitions.get(i);
                answers.add(producer.send(new ProducerRecord<>(
                        partition.topic(), partition.partition(), null, value(partition, records.get(i)))));
                records.set(i, records.get(i) + 1);
            }
            producer.flush();
            answers.forEach(ManyPartitions::await);
        }
    }

    /** Reads everything and fails unless each partition holds exactly what was written to it, in order. */
    public void verify() {
        Map<TopicPartition, Integer> expected = new HashMap<>();
        int missing = 0;
        for (int i = 0; i < partitions.size(); i++) {
            expected.put(partitions.get(i), records.get(i));
            missing += records.get(i);
        }
        Map<TopicPartition, Integer> read = new HashMap<>();
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
            ends.forEach((partition, end) ->
                    require(end.intValue() == expected.getOrDefault(partition, 0), partition, "ends at " + end));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (missing > 0) {
                require(System.nanoTime() < deadline, partitions.get(0), missing + " records are missing");
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                    int number = read.merge(partition, 1, Integer::sum) - 1;
                    require(record.offset() == number, partition, "offset " + record.offset());
                    require(
                            Arrays.equals(record.value(), value(partition, number)),
                            partition,
                            "other bytes than were written at offset " + number);
                    missing--;
                }
            }
        }
    }

    private static void require(boolean holds, TopicPartition partition, String what) {
        if (!holds) {
            throw new IllegalStateException(partition + ": " + what);
        }
    }

    private static byte[] value(TopicPartition partition, int number) {
        return (partition + " record " + number).getBytes(UTF_8);
    }

    private static void await(Future<?> answer) {
        try {
            Objects.requireNonNull(answer).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("refused: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("no answer within " + PATIENCE, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
