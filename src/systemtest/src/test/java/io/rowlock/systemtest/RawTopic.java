package io.rowlock.systemtest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;

/** Asks about the first partition of one topic, named by its id, as clients do only for as long as they believe in it. */
final class RawTopic implements AutoCloseable {
    private static final short PRODUCE_BY_ID = 13;
    private static final short COMMIT_BY_ID = 10;

    private final RawRequests requests;

    RawTopic(ServerProcess server) {
        requests = new RawRequests(server);
    }

    /** Writes one record. */
    PartitionProduceResponse produce(Uuid topic, String value) {
        MemoryRecords records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(value.getBytes(UTF_8)));
        ProduceRequestData data = new ProduceRequestData()
                .setAcks((short) -1)
                .setTimeoutMs(10_000)
                .setTopicData(new TopicProduceDataCollection(List.of(new TopicProduceData()
                                .setTopicId(topic)
                                .setPartitionData(List.of(
                                        new PartitionProduceData().setIndex(0).setRecords(records))))
                        .iterator()));
        return requests.ask(ApiKeys.PRODUCE, new ProduceRequest(data, PRODUCE_BY_ID), ProduceResponse.class)
                .data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }

    /** Fetches without a session. */
    FetchResponseData.PartitionData fetch(int version, Uuid topic, long offset) {
        return fetch(version, 0, -1, List.of(wanted(topic, offset)), List.of())
                .responses()
                .get(0)
                .partitions()
                .get(0);
    }

    static FetchTopic wanted(Uuid topic, long offset) {
        return new FetchTopic()
                .setTopicId(topic)
                .setPartitions(List.of(new FetchPartition()
                        .setPartition(0)
                        .setFetchOffset(offset)
                        .setPartitionMaxBytes(1 << 20)));
    }

    FetchResponseData fetch(
            int version, int session, int epoch, List<FetchTopic> topics, List<ForgottenTopic> forgotten) {
        FetchRequestData data = new FetchRequestData()
                .setMaxWaitMs(50)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setSessionId(session)
                .setSessionEpoch(epoch)
                .setTopics(topics)
                .setForgottenTopicsData(forgotten);
        return requests.ask(ApiKeys.FETCH, new FetchRequest(data, (short) version), FetchResponse.class)
                .data();
    }

    MetadataResponseTopic metadata(int version, Uuid topic) {
        MetadataRequestData data = new MetadataRequestData()
                .setAllowAutoTopicCreation(false)
                .setTopics(List.of(new MetadataRequestTopic().setTopicId(topic).setName(null)));
        return requests.ask(ApiKeys.METADATA, new MetadataRequest(data, (short) version), MetadataResponse.class)
                .data()
                .topics()
                .iterator()
                .next();
    }

    Errors commit(String group, Uuid topic, long offset) {
        OffsetCommitRequestData data = new OffsetCommitRequestData()
                .setGroupId(group)
                .setGenerationIdOrMemberEpoch(-1)
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setTopicId(topic)
                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(offset)))));
        OffsetCommitResponse response = requests.ask(
                ApiKeys.OFFSET_COMMIT, new OffsetCommitRequest(data, COMMIT_BY_ID), OffsetCommitResponse.class);
        return Errors.forCode(
                response.data().topics().get(0).partitions().get(0).errorCode());
    }

    @Override
    public void close() {
        requests.close();
    }
}
