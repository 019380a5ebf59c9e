package io.rowlock.broker;

import static io.rowlock.broker.BrokerClient.batch;
import static io.rowlock.broker.BrokerClient.fetchAt;
import static io.rowlock.broker.BrokerClient.inTopic;
import static io.rowlock.broker.BrokerClient.only;
import static io.rowlock.broker.BrokerClient.toFetch;
import static io.rowlock.broker.BrokerClient.toProduce;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.partition.Durability;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceRequest.PartitionProduceData;
import io.rowlock.protocol.message.ProduceRequest.TopicProduceData;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import io.rowlock.protocol.record.TimestampType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Topics that say how their batches are to be compressed, on a node whose topics have lz4 unless they say otherwise. */
class CompressionTypeTest extends OnOneBroker {

    private static final int VERSION = 13;
    private static final List<CompressionType> CODECS = List.of(CompressionType.values());

    CompressionTypeTest() {
        super(Durability.FSYNC, Map.of("compression.type", "lz4"));
    }

    private static ErrorCode error(PartitionProduceResponse response) {
        return ErrorCode.forCode(response.errorCode());
    }

    private static RecordBatchBuilder records(CompressionType codec, int count, int valueBytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec);
        for (int i = 0; i < count; i++) {
            builder.add(1_700_000_000_000L + i, new byte[] {(byte) i}, new byte[valueBytes]);
        }
        return builder;
    }

    private ByteBuf stored(UUID topic, int partition) throws IOException {
        return ((BufferRecords) Objects.requireNonNull(
                        only(client().fetch(toFetch(inTopic(topic, fetchAt(partition, 0)))))
                                .records()))
                .buffer();
    }

    private List<RecordBatch> batches(UUID topic, int partition) throws IOException {
        ByteBuf stored = stored(topic, partition);
        List<RecordBatch> batches = new ArrayList<>();
        for (int at = stored.readerIndex(); at < stored.writerIndex(); ) {
            RecordBatch batch = new RecordBatch(stored, at);
            assertThat(batch.hasValidCrc()).isTrue();
            batches.add(batch);
            at += batch.sizeInBytes();
        }
        return batches;
    }

    @Test
    void everyCodecBecomesTheTopics() throws IOException {
        for (String choice : List.of("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd")) {
            UUID id = topic(1, Map.of("compression.type", choice));
            long expected = 0;
            for (CompressionType codec : CompressionType.values()) {
                PartitionProduceResponse answer = client().produce(toProduce(id, 0, -1, records(codec, 20, 100)));
                assertThat(error(answer)).isEqualTo(ErrorCode.NONE);
                assertThat(answer.baseOffset()).isEqualTo(expected);
                assertThat(answer.logAppendTimeMs()).isEqualTo(-1);
                expected += 20;
            }
            List<RecordBatch> batches = batches(id, 0);
            assertThat(batches).extracting(RecordBatch::lastOffset).containsExactly(19L, 39L, 59L, 79L, 99L);
            assertThat(batches).extracting(RecordBatch::maxTimestamp).containsOnly(1_700_000_000_019L);
            for (int i = 0; i < batches.size(); i++) {
                CompressionType codec = CODECS.get(i);
                String name =
                        choice.equals("producer") ? codec.kafkaName() : choice.equals("uncompressed") ? "none" : choice;
                CompressionType actual = batches.get(i).compressionType();
                assertThat(actual)
                        .isNotNull()
                        .extracting(CompressionType::kafkaName)
                        .isEqualTo(name);
            }
        }
    }

    @Test
    void aTopicThatSaysNothingHasWhatTheNodeSays() throws IOException {
        UUID id = topic(1, Map.of());
        client().append(id, 0, 10);
        assertThat(batches(id, 0)).extracting(RecordBatch::compressionType).containsExactly(CompressionType.LZ4);
    }

    /** Some of these are opened for long, some for a moment, and some not at all. */
    @Test
    void aConnectionsBatchesStayInOrder() throws IOException {
        UUID id = topic(1, Map.of("compression.type", "gzip", "compression.gzip.level", "9"));
        Random random = new Random(1);
        int requests = 120;
        List<Integer> sent = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            CompressionType codec = CODECS.get(random.nextInt(CODECS.size()));
            RecordBatchBuilder batch = new RecordBatchBuilder(codec).producer(77, (short) 0, i);
            batch.add(1_700_000_000_000L, null, new byte[random.nextInt(3) == 0 ? 800_000 : 10]);
            sent.add(client().send(ApiKey.PRODUCE, VERSION, toProduce(id, 0, i % 3 == 0 ? 1 : -1, batch)));
        }
        for (int i = 0; i < requests; i++) {
            ProduceResponse response = (ProduceResponse) client().raw.receive(ApiKey.PRODUCE, VERSION, sent.get(i));
            PartitionProduceResponse answer =
                    response.responses().get(0).partitionResponses().get(0);
            assertThat(error(answer)).as("request " + i).isEqualTo(ErrorCode.NONE);
            assertThat(answer.baseOffset()).isEqualTo(i);
        }
        RecordBatchBuilder again = new RecordBatchBuilder(CompressionType.NONE).producer(77, (short) 0, requests - 1);
        again.add(1_700_000_000_000L, null, new byte[10]);
        PartitionProduceResponse duplicate = client().produce(toProduce(id, 0, -1, again));
        assertThat(error(duplicate)).isEqualTo(ErrorCode.NONE);
        assertThat(duplicate.baseOffset()).isEqualTo(requests - 1);
    }

    /** While its batches are being opened: what arrived of them is appended in order, and nothing of it stays in memory. */
    @Test
    void aConnectionMayEnd() throws IOException {
        UUID id = topic(1, Map.of("compression.type", "gzip", "compression.gzip.level", "9"));
        int producers = 10;
        for (int producer = 0; producer < producers; producer++) {
            try (BrokerClient gone = new BrokerClient(broker())) {
                for (int i = 0; i < 20; i++) {
                    RecordBatchBuilder batch = records(CODECS.get(i % CODECS.size()), 1, i % 4 == 0 ? 500_000 : 10)
                            .producer(producer, (short) 0, i);
                    int sent = gone.send(ApiKey.PRODUCE, VERSION, toProduce(id, 0, i % 2 == 0 ? 0 : -1, batch));
                    if (i == 1) {
                        gone.raw.receive(ApiKey.PRODUCE, VERSION, sent);
                    }
                }
            }
        }
        while (broker().requestBytes() > 0) {
            Thread.onSpinWait();
        }
        int[] next = new int[producers];
        for (RecordBatch batch : batches(id, 0)) {
            assertThat(batch.baseSequence()).isEqualTo(next[(int) batch.producerId()]++);
        }
        assertThat(next).doesNotContain(0, 1);
        assertThat(broker().uncaught()).isEmpty();
    }

    /** More than may be held at once, so that most of them wait for others to be in the log. */
    @Test
    void oneRequestMayHoldMoreThanIsOpenedAtOnce() throws IOException {
        int partitions = 150;
        UUID id = topic(partitions, Map.of("compression.type", "uncompressed"));
        List<PartitionProduceData> data = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            data.add(new PartitionProduceData()
                    .setIndex(i)
                    .setRecords(new BufferRecords(
                            records(CompressionType.ZSTD, 1, 1_000_000).build())));
        }
        ProduceRequest request = toProduce(id, 0, -1, null)
                .setTopicData(List.of(new TopicProduceData().setTopicId(id).setPartitionData(data)));
        ProduceResponse response = (ProduceResponse) client().ask(ApiKey.PRODUCE, VERSION, request);
        assertThat(response.responses().get(0).partitionResponses())
                .hasSize(partitions)
                .allSatisfy(answer -> assertThat(error(answer)).isEqualTo(ErrorCode.NONE));
    }

    @Test
    void theTopicsLimitHoldsBeforeAndAfter() throws IOException {
        int plain = records(CompressionType.NONE, 1, 5000).build().readableBytes();
        for (int limit : new int[] {plain - 1, plain, plain + 1}) {
            UUID id =
                    topic(1, Map.of("compression.type", "uncompressed", "max.message.bytes", Integer.toString(limit)));
            PartitionProduceResponse answer =
                    client().produce(toProduce(id, 0, -1, records(CompressionType.GZIP, 1, 5000)));
            assertThat(error(answer)).isEqualTo(limit < plain ? ErrorCode.MESSAGE_TOO_LARGE : ErrorCode.NONE);
            assertThat(answer.baseOffset()).isEqualTo(limit < plain ? -1 : 0);
            assertThat(stored(id, 0).readableBytes()).isEqualTo(limit < plain ? 0 : plain);
            UUID small = topic(1, Map.of("compression.type", "gzip", "max.message.bytes", Integer.toString(limit)));
            PartitionProduceResponse asItCame =
                    client().produce(toProduce(small, 0, -1, records(CompressionType.NONE, 1, 5000)));
            assertThat(error(asItCame)).isEqualTo(limit < plain ? ErrorCode.MESSAGE_TOO_LARGE : ErrorCode.NONE);
        }
    }

    @Test
    void whatCannotBeOpenedIsRefusedAndLeavesNothing() throws IOException {
        UUID id = topic(1, Map.of("compression.type", "zstd"));
        ByteBuf bad = records(CompressionType.GZIP, 10, 100).build();
        bad.setByte(RecordBatch.HEADER_BYTES, 7);
        bad.setInt(17, (int) new RecordBatch(bad).computeCrc());
        ProduceRequest request = toProduce(id, 0, -1, null);
        request.topicData().get(0).partitionData().get(0).setRecords(new BufferRecords(bad));
        PartitionProduceResponse refused = client().produce(request);
        assertThat(error(refused)).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(refused.errorMessage()).contains("gzip");
        assertThat(client().append(id, 0, 10)).isZero();
        assertThat(batches(id, 0)).hasSize(1);
    }

    @Test
    void withTheBrokersTimeToo() throws IOException {
        UUID id = topic(1, Map.of("compression.type", "snappy", "message.timestamp.type", "LogAppendTime"));
        PartitionProduceResponse answer = client().produce(toProduce(id, 0, -1, records(CompressionType.NONE, 3, 10)));
        RecordBatch batch = batches(id, 0).get(0);
        assertThat(batch.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(batch.maxTimestamp()).isEqualTo(answer.logAppendTimeMs());
        assertThat(batch.compressionType()).isEqualTo(CompressionType.SNAPPY);
    }

    @Test
    void withoutAcksAndOnACompactedTopic() throws IOException {
        UUID id = topic(1, Map.of("compression.type", "zstd", "cleanup.policy", "compact"));
        client().send(ApiKey.PRODUCE, VERSION, toProduce(id, 0, 0, records(CompressionType.LZ4, 5, 10)));
        PartitionProduceResponse refused = client().produce(toProduce(id, 0, -1, batch(5)));
        assertThat(error(refused)).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(refused.recordErrors())
                .singleElement()
                .satisfies(record -> assertThat(record.batchIndex()).isZero());
        PartitionProduceResponse second = client().produce(toProduce(id, 0, -1, records(CompressionType.LZ4, 1, 10)));
        assertThat(second.baseOffset()).isEqualTo(5);
        assertThat(batches(id, 0))
                .extracting(RecordBatch::compressionType)
                .containsExactly(CompressionType.ZSTD, CompressionType.ZSTD);
        try (BrokerClient wrong = new BrokerClient(broker())) {
            wrong.send(ApiKey.PRODUCE, VERSION, toProduce(id, 0, 0, batch(1)));
            assertThat(wrong.raw.isClosedByPeer()).isTrue();
        }
    }
}
