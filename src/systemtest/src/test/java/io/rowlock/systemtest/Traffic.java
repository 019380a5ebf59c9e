package io.rowlock.systemtest;

import io.rowlock.systemtest.process.Brokers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A producer that writes to all partitions of a topic, evenly and without end, and remembers what was acknowledged. */
final class Traffic implements AutoCloseable {
    private final OffsetLedger acknowledged = new OffsetLedger();
    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final int partitions;
    private final Duration pause;
    private final Thread thread;
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;

    /** Writes one record to each partition, pauses, and so on until it is closed. */
    Traffic(Brokers server, String topic, int partitions, Duration pause) {
        this.topic = topic;
        this.pause = pause;
        this.partitions = partitions;
        this.producer = Clients.producer(
                server,
                Map.of("delivery.timeout.ms", 300_000, "max.block.ms", 300_000, "reconnect.backoff.max.ms", 200));
        this.thread = new Thread(this::run, "traffic");
        thread.start();
    }

    private void run() {
        byte[] value = new byte[100];
        while (!ended && failure == null) {
            for (int partition = 0; partition < partitions; partition++) {
                var unused = producer.send(new ProducerRecord<>(topic, partition, null, value), (metadata, refused) -> {
                    if (refused == null) {
                        acknowledged.add(new TopicPartition(topic, metadata.partition()), metadata.offset());
                    } else {
                        failure = refused;
                    }
                });
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    /** What the broker has answered for; complete once this is closed. */
    OffsetLedger acknowledged() {
        return acknowledged;
    }

    /** Ends, and returns when all is acknowledged; fails if anything was refused. */
    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the producer ends", e);
        }
        producer.close();
        if (failure != null) {
            throw new AssertionError("a record was refused", failure);
        }
    }
}
