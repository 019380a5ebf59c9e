package io.rowlock.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers that commit synchronously in a loop, each on a thread of its own, with a group and an assigned partition of its own. */
public final class CommitLoop {
    private CommitLoop() {}

    /** @param arguments bootstrap servers, topic with a partition for each consumer, number of consumers, commits of each */
    public static void main(String... arguments) throws InterruptedException, ExecutionException {
        int consumers = Integer.parseInt(arguments[2]);
        int commits = Integer.parseInt(arguments[3]);
        int warmUp = commits / 4;
        CyclicBarrier warm = new CyclicBarrier(consumers);
        ExecutorService threads = Executors.newFixedThreadPool(consumers);
        List<Future<Span>> spans = new ArrayList<>();
        for (int i = 0; i < consumers; i++) {
            spans.add(threads.submit(one(arguments[0], new TopicPartition(arguments[1], i), warmUp, commits, warm)));
        }
        threads.shutdown();
        long begin = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        for (Future<Span> span : spans) {
            begin = Math.min(begin, span.get().begin());
            end = Math.max(end, span.get().end());
        }
        System.out.printf("committed %d times in %.6f s%n", (long) consumers * (commits - warmUp), (end - begin) / 1e9);
    }

    /** When a consumer began and ended, warm-up apart, on the clock of {@link System#nanoTime}. */
    private record Span(long begin, long end) {}

    private static Callable<Span> one(
            String bootstrap, TopicPartition partition, int warmUp, int commits, CyclicBarrier warm) {
        return () -> {
            Map<String, Object> config = Map.of(
                    "bootstrap.servers", bootstrap, "group.id", partition.toString(), "enable.auto.commit", false);
            try (Consumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.assign(List.of(partition));
                commit(consumer, partition, 0, warmUp);
                await(warm);
                long begin = System.nanoTime();
                commit(consumer, partition, warmUp, commits);
                return new Span(begin, System.nanoTime());
            }
        };
    }

    private static void commit(Consumer<byte[], byte[]> consumer, TopicPartition partition, int from, int to) {
        for (int offset = from; offset < to; offset++) {
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
        }
    }

    private static void await(CyclicBarrier warm) {
        try {
            warm.await();
        } catch (BrokenBarrierException e) {
            throw new IllegalStateException("another consumer failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
