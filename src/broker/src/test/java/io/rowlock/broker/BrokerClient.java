package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.wire.RawClient;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.CreateTopicsRequest;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import io.rowlock.protocol.message.CreateTopicsResponse;
import io.rowlock.protocol.message.DeleteTopicsRequest;
import io.rowlock.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.rowlock.protocol.message.DeleteTopicsResponse;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchRequest.FetchPartition;
import io.rowlock.protocol.message.FetchRequest.FetchTopic;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchResponse.PartitionData;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceRequest.PartitionProduceData;
import io.rowlock.protocol.message.ProduceRequest.TopicProduceData;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatchBuilder;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A client of one connection that asks one thing after the other, in versions that name topics by id. */
final class BrokerClient implements AutoCloseable {

    static final int FETCH_VERSION = 17;
    private static final int PRODUCE_VERSION = 13;

    final RawClient raw;
    private int correlation;

    BrokerClient(BrokerInProcess broker) throws IOException {
        raw = new RawClient(broker.port());
    }

    @Override
    public void close() throws IOException {
        raw.close();
    }

    ApiMessage ask(ApiKey api, int version, ApiMessage request) throws IOException {
        int id = send(api, version, request);
        return raw.receive(api, version, id);
    }

    int send(ApiKey api, int version, ApiMessage request) throws IOException {
        int id = correlation++;
        raw.send(api, version, id, request);
        return id;
    }

    UUID create(String topic, int partitions, Map<String, String> configs) throws IOException {
        CreateTopicsResponse response = (CreateTopicsResponse) ask(
                ApiKey.CREATE_TOPICS,
                7,
                new CreateTopicsRequest()
                        .setTimeoutMs(30_000)
                        .setTopics(List.of(new CreatableTopic()
                                .setName(topic)
                                .setNumPartitions(partitions)
                                .setReplicationFactor((short) 1)
                                .setConfigs(configs.entrySet().stream()
                                        .map(each -> new CreatableTopicConfig()
                                                .setName(each.getKey())
                                                .setValue(each.getValue()))
                                        .toList()))));
        assertThat(response.topics().get(0).errorMessage()).isNull();
        return response.topics().get(0).topicId();
    }

    void delete(UUID topic) throws IOException {
        DeleteTopicsResponse response = (DeleteTopicsResponse) ask(
                ApiKey.DELETE_TOPICS,
                6,
                new DeleteTopicsRequest()
                        .setTimeoutMs(30_000)
                        .setTopics(List.of(new DeleteTopicState().setName(null).setTopicId(topic))));
        assertThat(response.responses().get(0).errorCode()).isZero();
    }

    static RecordBatchBuilder batch(int valueBytes) {
        return new RecordBatchBuilder(CompressionType.NONE).add(1_700_000_000_000L, null, new byte[valueBytes]);
    }

    static ProduceRequest toProduce(UUID topic, int partition, int acks, @Nullable RecordBatchBuilder batch) {
        return new ProduceRequest()
                .setTransactionalId(null)
                .setAcks((short) acks)
                .setTimeoutMs(30_000)
                .setTopicData(List.of(new TopicProduceData()
                        .setTopicId(topic)
                        .setPartitionData(List.of(new PartitionProduceData()
                                .setIndex(partition)
                                .setRecords(batch == null ? null : new BufferRecords(batch.build()))))));
    }

    PartitionProduceResponse produce(ProduceRequest request) throws IOException {
        ProduceResponse response = (ProduceResponse) ask(ApiKey.PRODUCE, PRODUCE_VERSION, request);
        return response.responses().get(0).partitionResponses().get(0);
    }

    /** Appends one record of {@code valueBytes} and returns its offset. */
    long append(UUID topic, int partition, int valueBytes) throws IOException {
        PartitionProduceResponse response = produce(toProduce(topic, partition, -1, batch(valueBytes)));
        assertThat(ErrorCode.forCode(response.errorCode())).isEqualTo(ErrorCode.NONE);
        return response.baseOffset();
    }

    static FetchTopic inTopic(UUID topic, FetchPartition... partitions) {
        return new FetchTopic().setTopicId(topic).setPartitions(List.of(partitions));
    }

    static FetchPartition fetchAt(int partition, long offset) {
        return new FetchPartition()
                .setPartition(partition)
                .setFetchOffset(offset)
                .setPartitionMaxBytes(1 << 20);
    }

    /** Without a session, and answered at once. */
    static FetchRequest toFetch(FetchTopic... topics) {
        return new FetchRequest().setSessionEpoch(-1).setTopics(List.of(topics));
    }

    FetchResponse fetch(FetchRequest request) throws IOException {
        return (FetchResponse) ask(ApiKey.FETCH, FETCH_VERSION, request);
    }

    /** The one partition that an answer tells of. */
    static PartitionData only(FetchResponse response) {
        assertThat(response.responses()).hasSize(1);
        assertThat(response.responses().get(0).partitions()).hasSize(1);
        return response.responses().get(0).partitions().get(0);
    }

    static int bytes(PartitionData data) {
        return data.records() == null ? 0 : data.records().sizeInBytes();
    }

    static ErrorCode error(PartitionData data) {
        return ErrorCode.forCode(data.errorCode());
    }
}
