package io.rowlock.systemtest;

import io.rowlock.systemtest.process.Brokers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Stock clients at their defaults, but for the address and what a test overrides. */
final class Clients {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AtomicInteger TOPICS = new AtomicInteger();

    private Clients() {}

    static Producer<byte[], byte[]> producer(Brokers server, Map<String, Object> overrides) {
        Map<String, Object> config = new HashMap<>(overrides);
        config.put("bootstrap.servers", server.bootstrap());
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static Consumer<byte[], byte[]> consumer(Brokers server, Map<String, Object> overrides) {
        Map<String, Object> config = new HashMap<>();
        config.put("auto.offset.reset", "none");
        config.put("enable.auto.commit", "false");
        config.putAll(overrides);
        config.put("bootstrap.servers", server.bootstrap());
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static Admin admin(Brokers server) {
        return Admin.create(Map.of("bootstrap.servers", server.bootstrap()));
    }

    /** A name that no other test of this run uses. */
    static String uniqueName(String stem) {
        return stem + "-" + TOPICS.incrementAndGet();
    }

    /** A new topic of its own for a test, with the replicas of each partition as given; its name. */
    static String topic(Brokers server, String stem, List<List<Integer>> replicas, Map<String, String> configs) {
        String name = uniqueName(stem);
        Map<Integer, List<Integer>> byPartition = new HashMap<>();
        for (int p = 0; p < replicas.size(); p++) {
            byPartition.put(p, replicas.get(p));
        }
        try (Admin admin = admin(server)) {
            done(admin.createTopics(List.of(new NewTopic(name, byPartition).configs(configs)))
                    .all());
        }
        return name;
    }

    /** A new topic of its own for a test; its name. */
    static String topic(Brokers server, String stem, int partitions, Map<String, String> configs) {
        String name = uniqueName(stem);
        try (Admin admin = admin(server)) {
            done(admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs)))
                    .all());
            if (Target.current() == Target.KAFKA) {
                awaitLeaders(admin, name, partitions);
            }
        }
        return name;
    }

    /**
     * Apache Kafka answers before its brokers know the new topic, and a producer that is quicker loses its first sequence number there. Rowlock has no such
     * gap, so nothing waits for it.
     */
    private static void awaitLeaders(Admin admin, String topic, int partitions) {
        Map<TopicPartition, OffsetSpec> all = new HashMap<>();
        for (int p = 0; p < partitions; p++) {
            all.put(new TopicPartition(topic, p), OffsetSpec.latest());
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                done(admin.listOffsets(all).all());
                return;
            } catch (AssertionError notYet) {
                if (System.nanoTime() > deadline) {
                    throw notYet;
                }
            }
        }
    }

    /** The value of a client's future; its failure as the cause of an {@link AssertionError}. */
    static <T> T get(@Nullable Future<T> future) {
        return Objects.requireNonNull(await(future), "a value");
    }

    /** Waits for a client's future that has no value. */
    static void done(@Nullable Future<?> future) {
        await(future);
    }

    private static <T> @Nullable T await(@Nullable Future<T> future) {
        try {
            return Objects.requireNonNull(future, "the answer has no such key")
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("refused: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + PATIENCE, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The failure of a client's future. */
    static Throwable failure(@Nullable Future<?> future) {
        try {
            await(future);
        } catch (AssertionError e) {
            Throwable cause = e.getCause();
            if (cause instanceof ApiException) {
                return cause;
            }
            throw e;
        }
        throw new AssertionError("was expected to fail");
    }

    /** Returns as soon as the condition holds; {@code what} is for who reads that it never did. */
    static void until(String what, BooleanSupplier condition) {
        until(what, Duration.ofMillis(5), condition);
    }

    /** As {@link #until(String, BooleanSupplier)}, for a condition that is not for nothing to ask: {@code pause} between two questions. */
    static void until(String what, Duration pause, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    /** What a group has committed, as offsets alone. */
    static Map<TopicPartition, Long> committed(Admin admin, String group) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .forEach((partition, committed) -> {
                    if (committed != null) {
                        offsets.put(partition, committed.offset());
                    }
                });
        return offsets;
    }

    /** {@code count} records to each partition, written and acknowledged. */
    static void fill(Brokers server, Collection<TopicPartition> partitions, int count) {
        List<Future<RecordMetadata>> answers = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = producer(server, Map.of())) {
            for (TopicPartition partition : partitions) {
                for (int i = 0; i < count; i++) {
                    answers.add(producer.send(
                            new ProducerRecord<>(partition.topic(), partition.partition(), null, new byte[20])));
                }
            }
        }
        answers.forEach(Clients::done);
    }

    static List<TopicPartition> partitions(String topic, int count) {
        return IntStream.range(0, count)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** All records from the log start to the end offset found at the beginning, partition by partition in the order of arrival. */
    static List<ConsumerRecord<byte[], byte[]>> readAll(
            Brokers server, Collection<TopicPartition> partitions, Map<String, Object> overrides) {
        try (Consumer<byte[], byte[]> consumer = consumer(server, overrides)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            return pollUntil(consumer, ends);
        }
    }

    /** Polls until every partition's position has reached its end. */
    static List<ConsumerRecord<byte[], byte[]>> pollUntil(
            Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "only " + records.size() + " records within " + PATIENCE + ", wanted up to " + ends);
            }
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        return records;
    }

    /** Polls until at least {@code count} records have come. */
    static List<ConsumerRecord<byte[], byte[]>> pollCount(Consumer<byte[], byte[]> consumer, int count) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (records.size() < count) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("only " + records.size() + " of " + count + " records within " + PATIENCE);
            }
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        return records;
    }
}
