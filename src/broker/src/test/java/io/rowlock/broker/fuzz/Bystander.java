package io.rowlock.broker.fuzz;

import io.rowlock.broker.fuzz.Outcome.Defect;
import io.rowlock.broker.wire.RawClient;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchRequest.FetchPartition;
import io.rowlock.protocol.message.FetchRequest.FetchTopic;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceRequest.PartitionProduceData;
import io.rowlock.protocol.message.ProduceRequest.TopicProduceData;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import io.rowlock.protocol.record.RecordReader;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Another client, which produces numbers and reads them back on one connection, and must not notice anything. */
final class Bystander implements AutoCloseable {
    private static final short VERSION = 11;

    private final Thread thread = new Thread(this::run, "bystander");
    private final RawClient client;
    private volatile boolean stopped;
    private volatile @Nullable Throwable failure;
    private volatile long rounds;
    private volatile long slowestNanos;

    Bystander(int port) throws java.io.IOException {
        client = new RawClient(port);
        thread.start();
    }

    private void run() {
        try {
            for (long n = 0; !stopped; n++) {
                long start = System.nanoTime();
                produce(n);
                fetch(n);
                slowestNanos = Math.max(slowestNanos, System.nanoTime() - start);
                rounds = n + 1;
                Thread.sleep(1);
            }
        } catch (Exception | AssertionError e) {
            failure = e;
        }
    }

    private void produce(long n) throws java.io.IOException {
        byte[] value = ByteBuffer.allocate(8).putLong(n).array();
        BufferRecords records = new BufferRecords(
                new RecordBatchBuilder(CompressionType.NONE).add(n, null, value).build());
        client.send(
                ApiKey.PRODUCE,
                VERSION,
                (int) n,
                new ProduceRequest()
                        .setAcks((short) -1)
                        .setTimeoutMs(10_000)
                        .setTopicData(List.of(new TopicProduceData()
                                .setName(FuzzedBroker.BYSTANDER_TOPIC)
                                .setPartitionData(List.of(
                                        new PartitionProduceData().setIndex(0).setRecords(records))))));
        ProduceResponse answer = (ProduceResponse) client.receive(ApiKey.PRODUCE, VERSION, (int) n);
        ProduceResponse.PartitionProduceResponse partition =
                answer.responses().get(0).partitionResponses().get(0);
        if (partition.errorCode() != 0 || partition.baseOffset() != n) {
            throw new Defect("the bystander's record " + n + " got " + partition);
        }
    }

    private void fetch(long n) throws Exception {
        client.send(
                ApiKey.FETCH,
                VERSION,
                (int) n,
                new FetchRequest()
                        .setReplicaId(-1)
                        .setMaxWaitMs(10_000)
                        .setMinBytes(1)
                        .setMaxBytes(1 << 20)
                        .setSessionEpoch(-1)
                        .setTopics(List.of(new FetchTopic()
                                .setTopic(FuzzedBroker.BYSTANDER_TOPIC)
                                .setPartitions(List.of(new FetchPartition()
                                        .setPartition(0)
                                        .setFetchOffset(n)
                                        .setPartitionMaxBytes(1 << 20))))));
        FetchResponse answer = (FetchResponse) client.receive(ApiKey.FETCH, VERSION, (int) n);
        FetchResponse.PartitionData partition =
                answer.responses().get(0).partitions().get(0);
        if (partition.errorCode() != 0 || !(partition.records() instanceof BufferRecords records)) {
            throw new Defect("the bystander's fetch of " + n + " got " + partition);
        }
        try (RecordReader reader = RecordReader.open(new RecordBatch(records.buffer()), 1 << 20)) {
            if (!reader.next()
                    || reader.offset() != n
                    || reader.value() == null
                    || reader.value().readLong() != n) {
                throw new Defect("the bystander read another record than " + n);
            }
        }
    }

    void requireServed() {
        Throwable failed = failure;
        if (failed != null) {
            throw new Defect("the bystander failed", failed);
        }
    }

    long rounds() {
        return rounds;
    }

    long slowestMillis() {
        return slowestNanos / 1_000_000;
    }

    @Override
    public void close() throws java.io.IOException {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
        requireServed();
    }
}
