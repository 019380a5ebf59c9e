package io.rowlock.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from its beginning without a consumer group, which Kafka's own ConsumerPerformance cannot. */
public final class ConsumeAll {
    private ConsumeAll() {}

    /** @param arguments bootstrap servers, topic, number of partitions, number of records */
    public static void main(String... arguments) {
        List<TopicPartition> partitions = IntStream.range(0, Integer.parseInt(arguments[2]))
                .mapToObj(p -> new TopicPartition(arguments[1], p))
                .toList();
        long wanted = Long.parseLong(arguments[3]);
        Map<String, Object> config = Map.of("bootstrap.servers", arguments[0], "enable.auto.commit", false);
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long begin = System.nanoTime();
            long records = 0;
            while (records < wanted) {
                int polled = consumer.poll(Duration.ofSeconds(30)).count();
                if (polled == 0) {
                    throw new IllegalStateException(
                            "nothing within 30 s after " + records + " of " + wanted + " records");
                }
                records += polled;
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf("consumed %d records in %.6f s%n", records, seconds);
        }
    }
}
