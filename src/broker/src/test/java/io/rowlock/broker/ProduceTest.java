package io.rowlock.broker;

import static io.rowlock.broker.BrokerClient.batch;
import static io.rowlock.broker.BrokerClient.fetchAt;
import static io.rowlock.broker.BrokerClient.inTopic;
import static io.rowlock.broker.BrokerClient.only;
import static io.rowlock.broker.BrokerClient.toFetch;
import static io.rowlock.broker.BrokerClient.toProduce;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.broker.partition.Durability;
import io.rowlock.ports.SystemClock;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ListOffsetsRequest;
import io.rowlock.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.rowlock.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.rowlock.protocol.message.ListOffsetsResponse;
import io.rowlock.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceRequest.PartitionProduceData;
import io.rowlock.protocol.message.ProduceRequest.TopicProduceData;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Producing, byte by byte as a client sees it, and finding what was produced by its time. */
class ProduceTest extends OnOneBroker {

    private static final int VERSION = 13;

    ProduceTest() {
        super(Durability.FSYNC, Map.of("record.validation", "full"));
    }

    private static ErrorCode error(PartitionProduceResponse response) {
        return ErrorCode.forCode(response.errorCode());
    }

    private static ProduceRequest withRecords(UUID topic, ByteBuf records) {
        ProduceRequest request = toProduce(topic, 0, -1, null);
        request.topicData().get(0).partitionData().get(0).setRecords(new BufferRecords(records));
        return request;
    }

    private void assertRefused(ProduceRequest request, ErrorCode expected) throws IOException {
        PartitionProduceResponse refused = client().produce(request);
        assertThat(error(refused)).isEqualTo(expected);
        assertThat(refused.baseOffset()).isEqualTo(-1);
        assertThat(refused.recordErrors()).isEmpty();
    }

    @Test
    void whatIsWrongIsRefusedAndLeavesNothingBehind() throws IOException {
        UUID id = topic(1, Map.of("max.message.bytes", "1000"));
        ByteBuf damaged = batch(10).build();
        damaged.setByte(damaged.writerIndex() - 1, 7);
        assertRefused(toProduce(id, 0, -1, null), ErrorCode.INVALID_RECORD);
        assertRefused(withRecords(id, Unpooled.EMPTY_BUFFER), ErrorCode.INVALID_RECORD);
        assertRefused(withRecords(id, damaged), ErrorCode.CORRUPT_MESSAGE);
        assertRefused(withRecords(id, batch(10).build().slice(0, 40)), ErrorCode.INVALID_RECORD);
        assertRefused(
                withRecords(
                        id, Unpooled.wrappedBuffer(batch(10).build(), batch(10).build())),
                ErrorCode.INVALID_RECORD);
        assertRefused(
                toProduce(id, 0, -1, batch(10).producer(1, (short) 0, 0).transactional()), ErrorCode.INVALID_TXN_STATE);
        assertRefused(toProduce(id, 0, -1, batch(10)).setTransactionalId("t"), ErrorCode.INVALID_TXN_STATE);
        assertRefused(toProduce(id, 0, 2, batch(10)), ErrorCode.INVALID_REQUIRED_ACKS);
        assertRefused(toProduce(id, 0, -2, batch(10)), ErrorCode.INVALID_REQUIRED_ACKS);
        int overhead = batch(900).build().readableBytes() - 900;
        assertRefused(toProduce(id, 0, -1, batch(1001 - overhead)), ErrorCode.MESSAGE_TOO_LARGE);
        assertThat(client().append(id, 0, 1000 - overhead)).isZero();
    }

    @Test
    void aRecordAtFaultIsNamed() throws IOException {
        UUID id = topic(1, Map.of("message.timestamp.before.max.ms", "1000000"));
        long now = new SystemClock().wallMillis();
        RecordBatchBuilder records = new RecordBatchBuilder(CompressionType.GZIP)
                .add(now, null, new byte[1])
                .add(now - 2_000_000, null, new byte[1])
                .add(now, null, new byte[1]);
        PartitionProduceResponse refused = client().produce(toProduce(id, 0, -1, records));
        assertThat(error(refused)).isEqualTo(ErrorCode.INVALID_TIMESTAMP);
        assertThat(refused.recordErrors()).singleElement().satisfies(record -> {
            assertThat(record.batchIndex()).isEqualTo(1);
            assertThat(record.batchIndexErrorMessage()).contains("out of range");
        });
    }

    @Test
    void partitionsOfOneRequestAreAnsweredEachForItself() throws IOException {
        UUID id = topic(6, Map.of());
        List<PartitionProduceData> data = new ArrayList<>();
        for (int partition = 0; partition < 8; partition++) {
            RecordBatchBuilder records = partition == 3 ? batch(1).control() : batch(1);
            data.add(new PartitionProduceData().setIndex(partition).setRecords(new BufferRecords(records.build())));
        }
        ProduceRequest request = toProduce(id, 0, -1, null)
                .setTopicData(List.of(new TopicProduceData().setTopicId(id).setPartitionData(data)));
        ProduceResponse response = (ProduceResponse) client().ask(ApiKey.PRODUCE, VERSION, request);
        assertThat(response.responses().get(0).partitionResponses())
                .extracting(ProduceTest::error)
                .containsExactly(
                        ErrorCode.NONE,
                        ErrorCode.NONE,
                        ErrorCode.NONE,
                        ErrorCode.INVALID_RECORD,
                        ErrorCode.NONE,
                        ErrorCode.NONE,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void pipelinedRequestsAreAppendedInTheirOrder() throws IOException {
        UUID id = topic(1, Map.of());
        int requests = 300;
        List<Integer> sent = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            RecordBatchBuilder records = batch(10).producer(5, (short) 0, i);
            sent.add(client().send(ApiKey.PRODUCE, VERSION, toProduce(id, 0, i % 3 == 0 ? 1 : -1, records)));
        }
        for (int i = 0; i < requests; i++) {
            ProduceResponse response = (ProduceResponse) client().raw.receive(ApiKey.PRODUCE, VERSION, sent.get(i));
            PartitionProduceResponse answer =
                    response.responses().get(0).partitionResponses().get(0);
            assertThat(error(answer)).isEqualTo(ErrorCode.NONE);
            assertThat(answer.baseOffset()).isEqualTo(i);
        }
    }

    @Test
    void withoutAcksNothingIsAnsweredButAnErrorClosesTheConnection() throws IOException {
        UUID id = topic(1, Map.of());
        client().send(ApiKey.PRODUCE, VERSION, toProduce(id, 0, 0, batch(1)));
        assertThat(client().append(id, 0, 1)).isEqualTo(1);
        try (BrokerClient wrong = new BrokerClient(broker())) {
            wrong.send(ApiKey.PRODUCE, VERSION, toProduce(id, 5, 0, batch(1)));
            assertThat(wrong.raw.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void aTopicMayTakeTheTimeOfTheBroker() throws IOException {
        UUID id = topic(1, Map.of("message.timestamp.type", "LogAppendTime"));
        long before = new SystemClock().wallMillis();
        PartitionProduceResponse answer = client().produce(toProduce(id, 0, -1, batch(1)));
        assertThat(answer.logAppendTimeMs()).isBetween(before, new SystemClock().wallMillis());
        ByteBuf stored = ((BufferRecords) Objects.requireNonNull(
                        only(client().fetch(toFetch(inTopic(id, fetchAt(0, 0)))))
                                .records()))
                .buffer();
        assertThat(new RecordBatch(stored).maxTimestamp()).isEqualTo(answer.logAppendTimeMs());
        assertThat(new RecordBatch(stored).hasValidCrc()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void recordsAreFoundByTheirTimeAlsoInCompressedBatches(CompressionType compression) throws IOException {
        String name = "times-" + compression;
        UUID id = client().create(name, 1, Map.of());
        for (int i = 0; i < 3; i++) {
            RecordBatchBuilder records = new RecordBatchBuilder(compression);
            for (int record = 0; record < 10; record++) {
                records.add(1_000_000 + 100 * i + record, null, new byte[5]);
            }
            assertThat(error(client().produce(toProduce(id, 0, -1, records)))).isEqualTo(ErrorCode.NONE);
        }
        assertThat(offsetFor(name, 0)).isZero();
        assertThat(offsetFor(name, 1_000_105)).isEqualTo(15);
        assertThat(offsetFor(name, 1_000_110)).isEqualTo(20);
        assertThat(offsetFor(name, 1_000_209)).isEqualTo(29);
        assertThat(offsetFor(name, 1_000_210)).isEqualTo(-1);
        assertThat(offsetFor(name, -3)).isEqualTo(29);
    }

    @Test
    void aPartitionThatIsAskedForTwiceIsRefusedOnce() throws IOException {
        String name = "twice";
        client().create(name, 2, Map.of());
        ListOffsetsPartition first = new ListOffsetsPartition().setTimestamp(-1);
        ListOffsetsPartition other = new ListOffsetsPartition().setTimestamp(-1).setPartitionIndex(1);
        ListOffsetsTopic topic = new ListOffsetsTopic().setName(name);
        ListOffsetsRequest request = new ListOffsetsRequest()
                .setReplicaId(-1)
                .setTopics(List.of(
                        topic.setPartitions(List.of(first, other)),
                        new ListOffsetsTopic().setName(name).setPartitions(List.of(first)),
                        new ListOffsetsTopic().setName("of nothing").setPartitions(List.of())));
        ListOffsetsResponse response = (ListOffsetsResponse) client().ask(ApiKey.LIST_OFFSETS, 10, request);
        assertThat(response.topics()).hasSize(1);
        assertThat(response.topics().get(0).partitions())
                .extracting(ListOffsetsPartitionResponse::partitionIndex, ListOffsetsPartitionResponse::errorCode)
                .containsExactly(tuple(0, ErrorCode.INVALID_REQUEST.code()), tuple(1, ErrorCode.NONE.code()));
    }

    private long offsetFor(String topic, long timestamp) throws IOException {
        ListOffsetsRequest request = new ListOffsetsRequest()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new ListOffsetsPartition().setTimestamp(timestamp)))));
        ListOffsetsResponse response = (ListOffsetsResponse) client().ask(ApiKey.LIST_OFFSETS, 10, request);
        ListOffsetsPartitionResponse answer =
                response.topics().get(0).partitions().get(0);
        assertThat(ErrorCode.forCode(answer.errorCode())).isEqualTo(ErrorCode.NONE);
        return answer.offset();
    }
}
