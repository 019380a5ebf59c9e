package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.wire.RawClient;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ApiVersionsRequest;
import io.rowlock.protocol.message.ApiVersionsResponse;
import io.rowlock.protocol.message.CreateTopicsRequest;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.rowlock.protocol.message.CreateTopicsResponse;
import io.rowlock.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import io.rowlock.protocol.message.DeleteRecordsRequest;
import io.rowlock.protocol.message.DeleteRecordsRequest.DeleteRecordsPartition;
import io.rowlock.protocol.message.DeleteRecordsRequest.DeleteRecordsTopic;
import io.rowlock.protocol.message.DeleteRecordsResponse;
import io.rowlock.protocol.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import io.rowlock.protocol.message.DeleteTopicsRequest;
import io.rowlock.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.rowlock.protocol.message.DeleteTopicsResponse;
import io.rowlock.protocol.message.DeleteTopicsResponse.DeletableTopicResult;
import io.rowlock.protocol.message.DescribeClusterRequest;
import io.rowlock.protocol.message.DescribeClusterResponse;
import io.rowlock.protocol.message.DescribeConfigsRequest;
import io.rowlock.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import io.rowlock.protocol.message.DescribeConfigsResponse;
import io.rowlock.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.rowlock.protocol.message.DescribeTopicPartitionsRequest;
import io.rowlock.protocol.message.DescribeTopicPartitionsRequest.TopicRequest;
import io.rowlock.protocol.message.DescribeTopicPartitionsResponse;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchRequest.FetchPartition;
import io.rowlock.protocol.message.FetchRequest.FetchTopic;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchResponse.PartitionData;
import io.rowlock.protocol.message.InitProducerIdRequest;
import io.rowlock.protocol.message.InitProducerIdResponse;
import io.rowlock.protocol.message.ListOffsetsRequest;
import io.rowlock.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.rowlock.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.rowlock.protocol.message.ListOffsetsResponse;
import io.rowlock.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import io.rowlock.protocol.message.MetadataRequest;
import io.rowlock.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.rowlock.protocol.message.MetadataResponse;
import io.rowlock.protocol.message.MetadataResponse.MetadataResponseTopic;
import io.rowlock.protocol.message.OffsetForLeaderEpochRequest;
import io.rowlock.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderPartition;
import io.rowlock.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderTopic;
import io.rowlock.protocol.message.OffsetForLeaderEpochResponse;
import io.rowlock.protocol.message.OffsetForLeaderEpochResponse.EpochEndOffset;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceRequest.PartitionProduceData;
import io.rowlock.protocol.message.ProduceRequest.TopicProduceData;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every version of every API that the broker advertises, answered with sense, also where it answers with an error. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryVersionTest {

    private static final Set<ApiKey> SERVED = Set.of(
            ApiKey.PRODUCE,
            ApiKey.FETCH,
            ApiKey.LIST_OFFSETS,
            ApiKey.METADATA,
            ApiKey.API_VERSIONS,
            ApiKey.CREATE_TOPICS,
            ApiKey.DELETE_TOPICS,
            ApiKey.INIT_PRODUCER_ID,
            ApiKey.OFFSET_FOR_LEADER_EPOCH,
            ApiKey.DESCRIBE_CONFIGS,
            ApiKey.ALTER_CONFIGS,
            ApiKey.INCREMENTAL_ALTER_CONFIGS,
            ApiKey.LIST_CONFIG_RESOURCES,
            ApiKey.DESCRIBE_CLUSTER,
            ApiKey.DESCRIBE_TOPIC_PARTITIONS,
            ApiKey.JOIN_GROUP,
            ApiKey.SYNC_GROUP,
            ApiKey.HEARTBEAT,
            ApiKey.LEAVE_GROUP,
            ApiKey.DESCRIBE_GROUPS,
            ApiKey.LIST_GROUPS,
            ApiKey.DELETE_GROUPS,
            ApiKey.FIND_COORDINATOR,
            ApiKey.OFFSET_COMMIT,
            ApiKey.OFFSET_FETCH,
            ApiKey.OFFSET_DELETE,
            ApiKey.DELETE_RECORDS);

    /** With what sibling classes ask. */
    private static final Set<ApiKey> ADVERTISED =
            Stream.of(SERVED, AdminVersionsTest.SERVED).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

    private static final String TOPIC = "orders";
    private static final String UNKNOWN = "nobody-made-this";
    private static final UUID UNKNOWN_ID = new UUID(77, 77);
    private static final long TIMESTAMP = 1_700_000_000_000L;
    private static final int RECORDS = 3;

    private final Set<Long> producerIds = new HashSet<>();

    private @Nullable BrokerInProcess broker;
    private @Nullable RawClient client;
    private UUID topicId = UNKNOWN_ID;
    private int correlation;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        BrokerInProcess started = new BrokerInProcess(
                data,
                new InMemoryMetadataStore(new SystemClock(), new SystemRandom()),
                Durability.FSYNC,
                Map.of("auto.create.topics.enable", "false", "group.initial.rebalance.delay.ms", "0"));
        broker = started;
        client = new RawClient(started.port());
        CreateTopicsResponse created = ask(ApiKey.CREATE_TOPICS, 7, creation(TOPIC));
        topicId = created.topics().get(0).topicId();
        for (int partition = 0; partition < 2; partition++) {
            assertThat(produce(13, partition).errorCode()).isZero();
        }
    }

    @AfterAll
    void stop() throws Exception {
        if (client != null) {
            client.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    // The answer to a request is of the type that belongs to it.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private <R extends ApiMessage> R ask(ApiKey api, int version, ApiMessage request) throws IOException {
        RawClient raw = Objects.requireNonNull(client);
        int id = correlation++;
        raw.send(api, version, id, request);
        return (R) raw.receive(api, version, id);
    }

    static Stream<Arguments> versions() {
        return SERVED.stream()
                .sorted()
                .flatMap(api -> IntStream.rangeClosed(api.lowestVersion(), api.highestStableVersion())
                        .mapToObj(version -> Arguments.of(api, version)));
    }

    @Test
    void exactlyThatIsAdvertised() throws IOException {
        ApiVersionsResponse response = ask(ApiKey.API_VERSIONS, 4, versionsRequest());
        assertThat(response.apiKeys()).hasSameSizeAs(ADVERTISED).allSatisfy(api -> {
            ApiKey key = Objects.requireNonNull(ApiKey.forId(api.apiKey()));
            assertThat(ADVERTISED).contains(key);
            assertThat((int) api.minVersion()).isEqualTo(key == ApiKey.PRODUCE ? 0 : key.lowestVersion());
            assertThat(api.maxVersion()).isEqualTo(key.highestStableVersion());
        });
    }

    @ParameterizedTest
    @MethodSource("versions")
    void isAnsweredWithSense(ApiKey api, int version) throws IOException {
        switch (api) {
            case PRODUCE -> produces(version);
            case FETCH -> fetches(version);
            case LIST_OFFSETS -> listsOffsets(version);
            case METADATA -> tellsMetadata(version);
            case API_VERSIONS ->
                assertThat(this.<ApiVersionsResponse>ask(api, version, versionsRequest())
                                .apiKeys())
                        .hasSameSizeAs(ADVERTISED);
            case CREATE_TOPICS -> createsTopics(version);
            case DELETE_TOPICS -> deletesTopics(version);
            case INIT_PRODUCER_ID -> givesProducerIds(version);
            case OFFSET_FOR_LEADER_EPOCH -> tellsWhereEpochsEnd(version);
            case DESCRIBE_CONFIGS -> describesConfigs(version);
            case ALTER_CONFIGS -> configs().replaces(version);
            case INCREMENTAL_ALTER_CONFIGS -> configs().changes(version);
            case LIST_CONFIG_RESOURCES -> configs().lists(version);
            case DESCRIBE_CLUSTER -> describesTheCluster(version);
            case DESCRIBE_TOPIC_PARTITIONS -> describesPartitions(version);
            case DELETE_RECORDS -> deletesRecords(version);
            case JOIN_GROUP -> groups().joins(version);
            case SYNC_GROUP -> groups().syncs(version);
            case HEARTBEAT -> groups().beats(version);
            case LEAVE_GROUP -> groups().leaves(version);
            case DESCRIBE_GROUPS -> groups().describes(version);
            case LIST_GROUPS -> groups().lists(version);
            case DELETE_GROUPS -> groups().deletes(version);
            case FIND_COORDINATOR -> offsets().findsCoordinators(version);
            case OFFSET_COMMIT -> offsets().commitsOffsets(version);
            case OFFSET_FETCH -> offsets().fetchesOffsets(version);
            case OFFSET_DELETE -> offsets().deletesOffsets(version);
            default -> throw new AssertionError("nothing asks " + api);
        }
    }

    private GroupVersions groups() {
        return new GroupVersions(this::ask);
    }

    private ConfigVersions configs() {
        return new ConfigVersions(this::ask, TOPIC);
    }

    private OffsetVersions offsets() {
        return new OffsetVersions(this::ask, Objects.requireNonNull(broker).port(), TOPIC, topicId);
    }

    private static ApiVersionsRequest versionsRequest() {
        return new ApiVersionsRequest().setClientSoftwareName("raw").setClientSoftwareVersion("1");
    }

    // Produce

    private static RecordBatchBuilder batch(CompressionType compression) {
        RecordBatchBuilder builder = new RecordBatchBuilder(compression);
        for (int i = 0; i < RECORDS; i++) {
            builder.add(TIMESTAMP + i, null, new byte[100]);
        }
        return builder;
    }

    private static TopicProduceData toProduce(
            int version, String name, UUID id, int partition, RecordBatchBuilder batch) {
        TopicProduceData topic = new TopicProduceData()
                .setPartitionData(List.of(
                        new PartitionProduceData().setIndex(partition).setRecords(new BufferRecords(batch.build()))));
        return version < 13 ? topic.setName(name) : topic.setTopicId(id);
    }

    private PartitionProduceResponse produce(int version, TopicProduceData topic) throws IOException {
        ProduceResponse response = ask(
                ApiKey.PRODUCE,
                version,
                new ProduceRequest().setAcks((short) -1).setTimeoutMs(30_000).setTopicData(List.of(topic)));
        assertThat(response.responses()).hasSize(1);
        assertThat(response.responses().get(0).name()).isEqualTo(version < 13 ? topic.name() : "");
        assertThat(response.responses().get(0).topicId()).isEqualTo(topic.topicId());
        return response.responses().get(0).partitionResponses().get(0);
    }

    private PartitionProduceResponse produce(int version, int partition) throws IOException {
        return produce(version, toProduce(version, TOPIC, topicId, partition, batch(CompressionType.GZIP)));
    }

    private void produces(int version) throws IOException {
        PartitionProduceResponse first = produce(version, 1);
        PartitionProduceResponse second = produce(version, 1);
        assertThat(first.errorCode()).isZero();
        assertThat(first.index()).isEqualTo(1);
        assertThat(first.logAppendTimeMs()).isEqualTo(-1);
        assertThat(first.logStartOffset()).isEqualTo(version < 5 ? -1 : 0);
        assertThat(second.baseOffset()).isEqualTo(first.baseOffset() + RECORDS);

        PartitionProduceResponse zstd =
                produce(version, toProduce(version, TOPIC, topicId, 1, batch(CompressionType.ZSTD)));
        assertThat(zstd.errorCode())
                .isEqualTo((version < 7 ? ErrorCode.UNSUPPORTED_COMPRESSION_TYPE : ErrorCode.NONE).code());

        PartitionProduceResponse control = produce(
                version,
                toProduce(
                        version, TOPIC, topicId, 1, batch(CompressionType.NONE).control()));
        assertThat(control.errorCode()).isEqualTo(ErrorCode.INVALID_RECORD.code());
        assertThat(control.errorMessage() != null).isEqualTo(version >= 8);
        assertThat(control.baseOffset()).isEqualTo(-1);

        PartitionProduceResponse unknown =
                produce(version, toProduce(version, UNKNOWN, UNKNOWN_ID, 0, batch(CompressionType.NONE)));
        assertThat(unknown.errorCode()).isEqualTo(unknownTopic(version >= 13).code());
        PartitionProduceResponse beyond =
                produce(version, toProduce(version, TOPIC, topicId, 2, batch(CompressionType.NONE)));
        assertThat(beyond.errorCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    private static ErrorCode unknownTopic(boolean byId) {
        return byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }

    // Fetch

    private static FetchPartition from(int partition, long offset) {
        return new FetchPartition()
                .setPartition(partition)
                .setFetchOffset(offset)
                .setPartitionMaxBytes(1 << 20);
    }

    private FetchRequest toFetch(int version, String name, UUID id, FetchPartition... partitions) {
        FetchTopic topic = new FetchTopic().setPartitions(Arrays.asList(partitions));
        FetchRequest request = new FetchRequest()
                .setMaxWaitMs(10)
                .setMinBytes(1)
                .setTopics(List.of(version < 13 ? topic.setTopic(name) : topic.setTopicId(id)));
        return version < 7 ? request : request.setSessionEpoch(-1);
    }

    private PartitionData fetch(int version, FetchRequest request) throws IOException {
        FetchResponse response = ask(ApiKey.FETCH, version, request);
        assertThat(response.errorCode()).isZero();
        assertThat(response.responses()).hasSize(1);
        return response.responses().get(0).partitions().get(0);
    }

    private void fetches(int version) throws IOException {
        PartitionData found = fetch(version, toFetch(version, TOPIC, topicId, from(0, 1)));
        assertThat(found.errorCode()).isZero();
        assertThat(found.highWatermark()).isEqualTo(RECORDS);
        assertThat(found.lastStableOffset()).isEqualTo(RECORDS);
        assertThat(found.logStartOffset()).isEqualTo(version < 5 ? -1 : 0);
        assertThat(found.records())
                .isEqualTo(new BufferRecords(
                        batch(CompressionType.GZIP).leaderEpoch(0).build()));

        PartitionData end = fetch(version, toFetch(version, TOPIC, topicId, from(0, RECORDS)));
        assertThat(end.errorCode()).isZero();
        assertThat(Objects.requireNonNull(end.records()).sizeInBytes()).isZero();

        PartitionData outside = fetch(version, toFetch(version, TOPIC, topicId, from(0, RECORDS + 1)));
        assertThat(outside.errorCode()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE.code());
        PartitionData unknown = fetch(version, toFetch(version, UNKNOWN, UNKNOWN_ID, from(0, 0)));
        assertThat(unknown.errorCode()).isEqualTo(unknownTopic(version >= 13).code());
        PartitionData beyond = fetch(version, toFetch(version, TOPIC, topicId, from(2, 0)));
        assertThat(beyond.errorCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
        if (version >= 9) {
            PartitionData ahead =
                    fetch(version, toFetch(version, TOPIC, topicId, from(0, 0).setCurrentLeaderEpoch(1)));
            assertThat(ahead.errorCode()).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH.code());
        }
        if (version >= 12) {
            PartitionData diverging = fetch(
                    version,
                    toFetch(version, TOPIC, topicId, from(0, RECORDS + 5).setLastFetchedEpoch(0)));
            assertThat(diverging.errorCode()).isZero();
            assertThat(diverging.divergingEpoch().endOffset()).isEqualTo(RECORDS);
        }
        if (version >= 7) {
            FetchResponse stranger = ask(
                    ApiKey.FETCH, version, new FetchRequest().setSessionId(99).setSessionEpoch(5));
            assertThat(stranger.errorCode()).isEqualTo(ErrorCode.FETCH_SESSION_ID_NOT_FOUND.code());
        }
    }

    // ListOffsets

    private ListOffsetsPartitionResponse listOffset(int version, String topic, int partition, long timestamp, int epoch)
            throws IOException {
        ListOffsetsPartition asked =
                new ListOffsetsPartition().setPartitionIndex(partition).setTimestamp(timestamp);
        if (version >= 4) {
            asked.setCurrentLeaderEpoch(epoch);
        }
        ListOffsetsResponse response = ask(
                ApiKey.LIST_OFFSETS,
                version,
                new ListOffsetsRequest()
                        .setReplicaId(-1)
                        .setTopics(List.of(new ListOffsetsTopic().setName(topic).setPartitions(List.of(asked)))));
        assertThat(response.topics().get(0).name()).isEqualTo(topic);
        return response.topics().get(0).partitions().get(0);
    }

    private static ListOffsetsPartitionResponse offset(int version, ErrorCode error, long timestamp, long offset) {
        return new ListOffsetsPartitionResponse()
                .setErrorCode(error.code())
                .setTimestamp(timestamp)
                .setOffset(offset)
                .setLeaderEpoch(offset < 0 || version < 4 ? -1 : 0);
    }

    private void listsOffsets(int version) throws IOException {
        assertThat(listOffset(version, TOPIC, 0, -1, -1)).isEqualTo(offset(version, ErrorCode.NONE, -1, RECORDS));
        assertThat(listOffset(version, TOPIC, 0, -2, 0)).isEqualTo(offset(version, ErrorCode.NONE, -1, 0));
        assertThat(listOffset(version, TOPIC, 0, TIMESTAMP + 1, 0))
                .isEqualTo(offset(version, ErrorCode.NONE, TIMESTAMP + 1, 1));
        assertThat(listOffset(version, TOPIC, 0, TIMESTAMP + RECORDS, 0))
                .isEqualTo(offset(version, ErrorCode.NONE, -1, -1));
        int[] since = {7, 8, 9, 11};
        long[] offsets = {RECORDS - 1, 0, -1, -1};
        for (int i = 0; i < since.length; i++) {
            ListOffsetsPartitionResponse special = listOffset(version, TOPIC, 0, -3 - i, -1);
            long timestamp = i == 0 ? TIMESTAMP + RECORDS - 1 : -1;
            assertThat(special)
                    .isEqualTo(
                            version < since[i]
                                    ? offset(version, ErrorCode.UNSUPPORTED_VERSION, -1, -1)
                                    : offset(version, ErrorCode.NONE, timestamp, offsets[i]));
        }
        assertThat(listOffset(version, TOPIC, 0, -7, -1))
                .isEqualTo(offset(version, ErrorCode.UNSUPPORTED_VERSION, -1, -1));
        assertThat(listOffset(version, UNKNOWN, 0, -1, -1))
                .isEqualTo(offset(version, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1, -1));
        if (version >= 4) {
            assertThat(listOffset(version, TOPIC, 0, -1, 1))
                    .isEqualTo(offset(version, ErrorCode.UNKNOWN_LEADER_EPOCH, -1, -1));
        }
    }

    // Metadata and topics

    private void tellsMetadata(int version) throws IOException {
        MetadataRequest request = new MetadataRequest()
                .setTopics(List.of(
                        new MetadataRequestTopic().setName(TOPIC), new MetadataRequestTopic().setName(UNKNOWN)));
        MetadataResponse response = ask(ApiKey.METADATA, version, request);
        assertThat(response.brokers()).hasSize(1);
        assertThat(response.brokers().get(0).port())
                .isEqualTo(Objects.requireNonNull(broker).port());
        assertThat(response.topics()).hasSize(2);
        for (MetadataResponseTopic topic : response.topics()) {
            boolean known = TOPIC.equals(topic.name());
            assertThat(topic.partitions()).hasSize(known ? 2 : 0);
            assertThat(topic.errorCode())
                    .isEqualTo((known ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION).code());
            assertThat(topic.topicId()).isEqualTo(known && version >= 10 ? topicId : new UUID(0, 0));
        }
        if (version >= 12) {
            MetadataResponse byId = ask(
                    ApiKey.METADATA,
                    version,
                    new MetadataRequest()
                            .setTopics(List.of(new MetadataRequestTopic()
                                    .setTopicId(topicId)
                                    .setName(null))));
            assertThat(byId.topics().get(0).name()).isEqualTo(TOPIC);
        }
        MetadataResponse all =
                ask(ApiKey.METADATA, version, new MetadataRequest().setTopics(version == 0 ? List.of() : null));
        assertThat(all.topics()).anyMatch(topic -> TOPIC.equals(topic.name()));
    }

    private static CreateTopicsRequest creation(String name) {
        return new CreateTopicsRequest()
                .setTimeoutMs(30_000)
                .setTopics(List.of(
                        new CreatableTopic().setName(name).setNumPartitions(2).setReplicationFactor((short) 1)));
    }

    private void createsTopics(int version) throws IOException {
        String name = "created-by-" + version;
        CreateTopicsResponse created = ask(ApiKey.CREATE_TOPICS, version, creation(name));
        CreatableTopicResult topic = created.topics().get(0);
        assertThat(topic.name()).isEqualTo(name);
        assertThat(topic.errorCode()).isZero();
        assertThat(topic.numPartitions()).isEqualTo(version < 5 ? -1 : 2);
        assertThat(topic.topicId().equals(new UUID(0, 0))).isEqualTo(version < 7);
        CreateTopicsResponse again = ask(ApiKey.CREATE_TOPICS, version, creation(name));
        assertThat(again.topics().get(0).errorCode()).isEqualTo(ErrorCode.TOPIC_ALREADY_EXISTS.code());
        CreateTopicsResponse invalid = ask(ApiKey.CREATE_TOPICS, version, creation("not a name"));
        assertThat(invalid.topics().get(0).errorCode()).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION.code());
    }

    private void deletesTopics(int version) throws IOException {
        String name = "deleted-by-" + version;
        ask(ApiKey.CREATE_TOPICS, 7, creation(name));
        DeleteTopicsRequest request = new DeleteTopicsRequest().setTimeoutMs(30_000);
        if (version < 6) {
            request.setTopicNames(List.of(name, UNKNOWN));
        } else {
            request.setTopics(
                    List.of(new DeleteTopicState().setName(name), new DeleteTopicState().setTopicId(UNKNOWN_ID)));
        }
        DeleteTopicsResponse response = ask(ApiKey.DELETE_TOPICS, version, request);
        List<Short> errors = new ArrayList<>();
        for (DeletableTopicResult result : response.responses()) {
            errors.add(result.errorCode());
        }
        assertThat(errors)
                .containsExactlyInAnyOrder(
                        ErrorCode.NONE.code(), unknownTopic(version >= 6).code());
    }

    private void describesConfigs(int version) throws IOException {
        DescribeConfigsRequest request = new DescribeConfigsRequest()
                .setResources(List.of(
                        new DescribeConfigsResource().setResourceType((byte) 2).setResourceName(TOPIC),
                        new DescribeConfigsResource().setResourceType((byte) 2).setResourceName(UNKNOWN),
                        new DescribeConfigsResource().setResourceType((byte) 4).setResourceName("1")));
        request.setIncludeSynonyms(true);
        if (version >= 3) {
            request.setIncludeDocumentation(true);
        }
        DescribeConfigsResponse response = ask(ApiKey.DESCRIBE_CONFIGS, version, request);
        assertThat(response.results())
                .extracting(result -> ErrorCode.forCode(result.errorCode()))
                .containsExactly(ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.NONE);
        assertThat(response.results().get(0).configs())
                .extracting(DescribeConfigsResourceResult::name)
                .contains("segment.bytes", "min.insync.replicas");
        assertThat(response.results().get(2).configs()).isNotEmpty();
    }

    private void describesTheCluster(int version) throws IOException {
        DescribeClusterResponse response = ask(ApiKey.DESCRIBE_CLUSTER, version, new DescribeClusterRequest());
        assertThat(response.errorCode()).isZero();
        assertThat(response.brokers()).hasSize(1);
        assertThat(response.brokers().get(0).brokerId()).isEqualTo(1);
        assertThat(response.clusterId()).isNotEmpty();
    }

    private void describesPartitions(int version) throws IOException {
        DescribeTopicPartitionsResponse response = ask(
                ApiKey.DESCRIBE_TOPIC_PARTITIONS,
                version,
                new DescribeTopicPartitionsRequest()
                        .setTopics(List.of(new TopicRequest().setName(UNKNOWN), new TopicRequest().setName(TOPIC))));
        assertThat(response.topics())
                .extracting(topic -> topic.partitions().size())
                .containsExactly(0, 2);
        assertThat(response.topics().get(0).errorCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    // The rest

    private void givesProducerIds(int version) throws IOException {
        InitProducerIdResponse given = ask(
                ApiKey.INIT_PRODUCER_ID,
                version,
                new InitProducerIdRequest().setTransactionalId(null).setTransactionTimeoutMs(1));
        assertThat(given.errorCode()).isZero();
        assertThat(given.producerEpoch()).isZero();
        assertThat(producerIds.add(given.producerId())).isTrue();
        for (String transactionalId : List.of("t", "")) {
            InitProducerIdResponse refused = ask(
                    ApiKey.INIT_PRODUCER_ID,
                    version,
                    new InitProducerIdRequest()
                            .setTransactionalId(transactionalId)
                            .setTransactionTimeoutMs(1));
            assertThat(refused.errorCode())
                    .isEqualTo((transactionalId.isEmpty() ? ErrorCode.INVALID_REQUEST : ErrorCode.UNSUPPORTED_VERSION)
                            .code());
            assertThat(refused.producerId()).isEqualTo(-1);
        }
    }

    private EpochEndOffset endOf(int version, String topic, int currentEpoch, int epoch) throws IOException {
        OffsetForLeaderEpochRequest request = new OffsetForLeaderEpochRequest()
                .setTopics(List.of(new OffsetForLeaderTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(new OffsetForLeaderPartition()
                                .setPartition(0)
                                .setCurrentLeaderEpoch(currentEpoch)
                                .setLeaderEpoch(epoch)))));
        OffsetForLeaderEpochResponse response =
                ask(ApiKey.OFFSET_FOR_LEADER_EPOCH, version, version < 3 ? request : request.setReplicaId(-1));
        return response.topics().get(0).partitions().get(0);
    }

    private void tellsWhereEpochsEnd(int version) throws IOException {
        assertThat(endOf(version, TOPIC, -1, 0))
                .isEqualTo(new EpochEndOffset().setLeaderEpoch(0).setEndOffset(RECORDS));
        assertThat(endOf(version, TOPIC, 0, 5)).isEqualTo(new EpochEndOffset());
        assertThat(endOf(version, TOPIC, 1, 0).errorCode()).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH.code());
        assertThat(endOf(version, UNKNOWN, -1, 0).errorCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    // DeleteRecords

    private DeleteRecordsPartitionResult delete(int version, String topic, long offset) throws IOException {
        DeleteRecordsResponse response = ask(
                ApiKey.DELETE_RECORDS,
                version,
                new DeleteRecordsRequest()
                        .setTimeoutMs(30_000)
                        .setTopics(List.of(new DeleteRecordsTopic()
                                .setName(topic)
                                .setPartitions(List.of(new DeleteRecordsPartition()
                                        .setPartitionIndex(0)
                                        .setOffset(offset))))));
        assertThat(response.topics().get(0).name()).isEqualTo(topic);
        return response.topics().get(0).partitions().get(0);
    }

    private void deletesRecords(int version) throws IOException {
        String topic = "deleted-from-" + version;
        CreateTopicsResponse created = ask(ApiKey.CREATE_TOPICS, 7, creation(topic));
        UUID id = created.topics().get(0).topicId();
        produce(13, toProduce(13, topic, id, 0, batch(CompressionType.NONE)));
        assertThat(delete(version, topic, 2)).isEqualTo(new DeleteRecordsPartitionResult().setLowWatermark(2));
        assertThat(delete(version, topic, 1)).isEqualTo(new DeleteRecordsPartitionResult().setLowWatermark(2));
        assertThat(delete(version, topic, RECORDS + 1).errorCode()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE.code());
        assertThat(delete(version, topic, -1)).isEqualTo(new DeleteRecordsPartitionResult().setLowWatermark(RECORDS));
        assertThat(delete(version, UNKNOWN, 0))
                .isEqualTo(new DeleteRecordsPartitionResult()
                        .setLowWatermark(-1)
                        .setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code()));
    }
}
