package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.wire.RawClient;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.AlterPartitionReassignmentsRequest;
import io.rowlock.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import io.rowlock.protocol.message.AlterPartitionReassignmentsRequest.ReassignableTopic;
import io.rowlock.protocol.message.AlterPartitionReassignmentsResponse;
import io.rowlock.protocol.message.AlterReplicaLogDirsRequest;
import io.rowlock.protocol.message.AlterReplicaLogDirsRequest.AlterReplicaLogDir;
import io.rowlock.protocol.message.AlterReplicaLogDirsRequest.AlterReplicaLogDirTopic;
import io.rowlock.protocol.message.AlterReplicaLogDirsResponse;
import io.rowlock.protocol.message.CreatePartitionsRequest;
import io.rowlock.protocol.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import io.rowlock.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.rowlock.protocol.message.CreatePartitionsResponse;
import io.rowlock.protocol.message.CreatePartitionsResponse.CreatePartitionsTopicResult;
import io.rowlock.protocol.message.CreateTopicsRequest;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.rowlock.protocol.message.CreateTopicsResponse;
import io.rowlock.protocol.message.DescribeLogDirsRequest;
import io.rowlock.protocol.message.DescribeLogDirsRequest.DescribableLogDirTopic;
import io.rowlock.protocol.message.DescribeLogDirsResponse;
import io.rowlock.protocol.message.DescribeLogDirsResponse.DescribeLogDirsPartition;
import io.rowlock.protocol.message.DescribeLogDirsResponse.DescribeLogDirsResult;
import io.rowlock.protocol.message.DescribeLogDirsResponse.DescribeLogDirsTopic;
import io.rowlock.protocol.message.DescribeProducersRequest;
import io.rowlock.protocol.message.DescribeProducersRequest.TopicRequest;
import io.rowlock.protocol.message.DescribeProducersResponse;
import io.rowlock.protocol.message.DescribeProducersResponse.PartitionResponse;
import io.rowlock.protocol.message.DescribeProducersResponse.ProducerState;
import io.rowlock.protocol.message.DescribeProducersResponse.TopicResponse;
import io.rowlock.protocol.message.ElectLeadersRequest;
import io.rowlock.protocol.message.ElectLeadersRequest.TopicPartitions;
import io.rowlock.protocol.message.ElectLeadersResponse;
import io.rowlock.protocol.message.ElectLeadersResponse.ReplicaElectionResult;
import io.rowlock.protocol.message.ListPartitionReassignmentsRequest;
import io.rowlock.protocol.message.ListPartitionReassignmentsResponse;
import io.rowlock.protocol.message.MetadataRequest;
import io.rowlock.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.rowlock.protocol.message.MetadataResponse;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceRequest.PartitionProduceData;
import io.rowlock.protocol.message.ProduceRequest.TopicProduceData;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every version of the APIs that operators' tools use for partitions and replicas, also where the answer is an error. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminVersionsTest {

    static final Set<ApiKey> SERVED = Set.of(
            ApiKey.CREATE_PARTITIONS,
            ApiKey.DESCRIBE_LOG_DIRS,
            ApiKey.ALTER_REPLICA_LOG_DIRS,
            ApiKey.DESCRIBE_PRODUCERS,
            ApiKey.ELECT_LEADERS,
            ApiKey.ALTER_PARTITION_REASSIGNMENTS,
            ApiKey.LIST_PARTITION_REASSIGNMENTS);

    private static final String TOPIC = "orders";
    private static final int PRODUCER = 4711;
    private static final String UNKNOWN = "nobody-made-this";

    private @Nullable BrokerInProcess broker;
    private @Nullable RawClient client;
    private String directory = "";
    private int logBytes;
    private int correlation;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        BrokerInProcess started = new BrokerInProcess(
                data,
                new InMemoryMetadataStore(new SystemClock(), new SystemRandom()),
                Durability.FSYNC,
                Map.of("auto.create.topics.enable", "false"));
        broker = started;
        client = new RawClient(started.port());
        directory = data.toAbsolutePath().toString();
        create(TOPIC, 2);
        logBytes = 0;
        for (int sequence = 0; sequence < 2; sequence++) {
            append(sequence);
        }
    }

    private void append(int sequence) throws IOException {
        RecordBatchBuilder batch = new RecordBatchBuilder(CompressionType.NONE)
                .producer(PRODUCER, (short) 3, sequence)
                .add(new SystemClock().wallMillis(), null, new byte[100]);
        BufferRecords records = new BufferRecords(batch.build());
        logBytes += records.sizeInBytes();
        ProduceResponse produced = ask(
                ApiKey.PRODUCE,
                12,
                new ProduceRequest()
                        .setAcks((short) -1)
                        .setTimeoutMs(30_000)
                        .setTopicData(List.of(new TopicProduceData()
                                .setName(TOPIC)
                                .setPartitionData(List.of(
                                        new PartitionProduceData().setIndex(1).setRecords(records))))));
        assertThat(produced.responses().get(0).partitionResponses().get(0).errorCode())
                .isZero();
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

    @ParameterizedTest
    @MethodSource("versions")
    void isAnsweredWithSense(ApiKey api, int version) throws IOException {
        switch (api) {
            case CREATE_PARTITIONS -> createsPartitions(version);
            case DESCRIBE_LOG_DIRS -> describesTheDirectory(version);
            case ALTER_REPLICA_LOG_DIRS -> altersDirectories(version);
            case DESCRIBE_PRODUCERS -> describesProducers(version);
            case ELECT_LEADERS -> electsLeaders(version);
            case ALTER_PARTITION_REASSIGNMENTS -> reassigns(version);
            case LIST_PARTITION_REASSIGNMENTS -> listsReassignments(version);
            default -> throw new AssertionError("nothing asks " + api);
        }
    }

    private void create(String topic, int partitions) throws IOException {
        CreateTopicsResponse created = ask(
                ApiKey.CREATE_TOPICS,
                7,
                new CreateTopicsRequest()
                        .setTimeoutMs(30_000)
                        .setTopics(List.of(new CreatableTopic()
                                .setName(topic)
                                .setNumPartitions(partitions)
                                .setReplicationFactor((short) 1))));
        assertThat(created.topics().get(0).errorCode()).isZero();
    }

    private static CreatePartitionsTopic wish(String topic, int count) {
        return new CreatePartitionsTopic().setName(topic).setCount(count).setAssignments(null);
    }

    private void createsPartitions(int version) throws IOException {
        String topic = "grows-" + version;
        create(topic, 1);
        CreatePartitionsTopic manual = wish(topic + "-b", 2)
                .setAssignments(List.of(new CreatePartitionsAssignment().setBrokerIds(List.of(1))));
        create(manual.name(), 1);
        CreatePartitionsResponse response = ask(
                ApiKey.CREATE_PARTITIONS,
                version,
                new CreatePartitionsRequest()
                        .setTimeoutMs(30_000)
                        .setTopics(List.of(wish(topic, 3), manual, wish(UNKNOWN, 2))));
        assertThat(response.results())
                .containsExactly(
                        new CreatePartitionsTopicResult().setName(topic),
                        new CreatePartitionsTopicResult().setName(manual.name()),
                        new CreatePartitionsTopicResult()
                                .setName(UNKNOWN)
                                .setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code()));
        MetadataResponse metadata = ask(
                ApiKey.METADATA,
                12,
                new MetadataRequest()
                        .setTopics(List.of(
                                new MetadataRequestTopic().setName(topic),
                                new MetadataRequestTopic().setName(manual.name()))));
        assertThat(metadata.topics())
                .extracting(each -> each.partitions().size())
                .containsExactly(3, 2);
        CreatePartitionsResponse again = ask(
                ApiKey.CREATE_PARTITIONS,
                version,
                new CreatePartitionsRequest()
                        .setValidateOnly(true)
                        .setTimeoutMs(30_000)
                        .setTopics(List.of(wish(topic, 3), wish(manual.name(), 3))));
        assertThat(again.results())
                .containsExactly(
                        new CreatePartitionsTopicResult()
                                .setName(topic)
                                .setErrorCode(ErrorCode.INVALID_PARTITIONS.code())
                                .setErrorMessage("Topic already has 3 partition(s)."),
                        new CreatePartitionsTopicResult().setName(manual.name()));
    }

    // Log directories

    private DescribeLogDirsResult describe(int version, @Nullable List<DescribableLogDirTopic> topics)
            throws IOException {
        DescribeLogDirsResponse response =
                ask(ApiKey.DESCRIBE_LOG_DIRS, version, new DescribeLogDirsRequest().setTopics(topics));
        assertThat(response.errorCode()).isZero();
        assertThat(response.results()).hasSize(1);
        DescribeLogDirsResult result = response.results().get(0);
        assertThat(result.errorCode()).isZero();
        assertThat(result.logDir()).isEqualTo(directory);
        assertThat(result.totalBytes() > 0).isEqualTo(version >= 4);
        assertThat(result.usableBytes() > 0).isEqualTo(version >= 4);
        assertThat(result.usableBytes()).isLessThanOrEqualTo(result.totalBytes());
        return result;
    }

    private static DescribeLogDirsPartition replica(int index, long bytes) {
        return new DescribeLogDirsPartition().setPartitionIndex(index).setPartitionSize(bytes);
    }

    private void describesTheDirectory(int version) throws IOException {
        assertThat(describe(version, null).topics())
                .filteredOn(topic -> topic.name().equals(TOPIC))
                .singleElement()
                .satisfies(
                        topic -> assertThat(topic.partitions()).containsExactly(replica(0, 0), replica(1, logBytes)));
        assertThat(describe(
                                version,
                                List.of(
                                        new DescribableLogDirTopic()
                                                .setTopic(UNKNOWN)
                                                .setPartitions(List.of(0)),
                                        new DescribableLogDirTopic()
                                                .setTopic(TOPIC)
                                                .setPartitions(List.of(1, 7, 1))))
                        .topics())
                .containsExactly(
                        new DescribeLogDirsTopic().setName(TOPIC).setPartitions(List.of(replica(1, logBytes))));
        assertThat(describe(version, List.of()).topics()).isEmpty();
    }

    private Map<String, Map<Integer, ErrorCode>> alter(int version, String path, String topic, int... partitions)
            throws IOException {
        AlterReplicaLogDirsResponse response = ask(
                ApiKey.ALTER_REPLICA_LOG_DIRS,
                version,
                new AlterReplicaLogDirsRequest()
                        .setDirs(List.of(new AlterReplicaLogDir()
                                .setPath(path)
                                .setTopics(List.of(new AlterReplicaLogDirTopic()
                                        .setName(topic)
                                        .setPartitions(Arrays.stream(partitions)
                                                .boxed()
                                                .toList()))))));
        Map<String, Map<Integer, ErrorCode>> errors = new HashMap<>();
        response.results()
                .forEach(result -> result.partitions()
                        .forEach(partition -> errors.computeIfAbsent(result.topicName(), name -> new HashMap<>())
                                .put(partition.partitionIndex(), ErrorCode.forCode(partition.errorCode()))));
        return errors;
    }

    private void altersDirectories(int version) throws IOException {
        assertThat(alter(version, directory, TOPIC, 0, 1, 7))
                .isEqualTo(Map.of(
                        TOPIC, Map.of(0, ErrorCode.NONE, 1, ErrorCode.NONE, 7, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)));
        assertThat(alter(version, directory, UNKNOWN, 0))
                .isEqualTo(Map.of(UNKNOWN, Map.of(0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)));
        for (String other : List.of("", "/elsewhere", directory + "/", directory + "/" + TOPIC + "-0")) {
            assertThat(alter(version, other, TOPIC, 0))
                    .isEqualTo(Map.of(TOPIC, Map.of(0, ErrorCode.LOG_DIR_NOT_FOUND)));
        }
    }

    // Producers

    private void describesProducers(int version) throws IOException {
        long before = new SystemClock().wallMillis();
        append(2);
        DescribeProducersResponse response = ask(
                ApiKey.DESCRIBE_PRODUCERS,
                version,
                new DescribeProducersRequest()
                        .setTopics(List.of(
                                new TopicRequest().setName(TOPIC).setPartitionIndexes(List.of(1, 0, 7)),
                                new TopicRequest().setName(UNKNOWN).setPartitionIndexes(List.of(0)),
                                new TopicRequest().setName("a b").setPartitionIndexes(List.of(3)))));
        assertThat(response.topics()).extracting(TopicResponse::name).containsExactly(TOPIC, UNKNOWN, "a b");
        List<PartitionResponse> known = response.topics().get(0).partitions();
        assertThat(known).extracting(PartitionResponse::partitionIndex).containsExactly(1, 0, 7);
        assertThat(known.get(0).errorCode()).isZero();
        assertThat(known.get(0).activeProducers()).singleElement().satisfies(producer -> {
            assertThat(producer.lastTimestamp()).isBetween(before, new SystemClock().wallMillis());
            assertThat(producer)
                    .isEqualTo(new ProducerState()
                            .setProducerId(PRODUCER)
                            .setProducerEpoch(3)
                            .setLastSequence(2)
                            .setLastTimestamp(producer.lastTimestamp())
                            .setCoordinatorEpoch(-1)
                            .setCurrentTxnStartOffset(-1));
        });
        assertThat(known.get(1)).isEqualTo(new PartitionResponse());
        assertThat(known.get(2))
                .isEqualTo(new PartitionResponse()
                        .setPartitionIndex(7)
                        .setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code()));
        assertThat(response.topics().get(1).partitions())
                .containsExactly(new PartitionResponse()
                        .setErrorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code())
                        .setErrorMessage(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.defaultMessage()));
        assertThat(response.topics().get(2).partitions()).singleElement().satisfies(invalid -> {
            assertThat(invalid.partitionIndex()).isEqualTo(3);
            assertThat(invalid.errorCode()).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION.code());
            assertThat(invalid.errorMessage()).startsWith("Topic name is invalid: 'a b' contains");
        });
    }

    // Elections and reassignments

    private void electsLeaders(int version) throws IOException {
        ElectLeadersRequest request = new ElectLeadersRequest()
                .setTopicPartitions(List.of(
                        new TopicPartitions().setTopic(TOPIC).setPartitions(List.of(0)),
                        new TopicPartitions().setTopic(UNKNOWN).setPartitions(List.of(0))));
        ElectLeadersResponse response =
                ask(ApiKey.ELECT_LEADERS, version, version < 1 ? request : request.setElectionType((byte) 1));
        assertThat(response.errorCode()).isZero();
        assertThat(response.replicaElectionResults())
                .extracting(
                        ReplicaElectionResult::topic,
                        result -> ErrorCode.forCode(
                                result.partitionResult().get(0).errorCode()))
                .containsExactly(
                        tuple(TOPIC, ErrorCode.ELECTION_NOT_NEEDED),
                        tuple(UNKNOWN, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        ElectLeadersResponse all =
                ask(ApiKey.ELECT_LEADERS, version, new ElectLeadersRequest().setTopicPartitions(null));
        assertThat(all.replicaElectionResults())
                .anyMatch(result -> result.topic().equals(TOPIC))
                .allMatch(result -> result.partitionResult().isEmpty());
    }

    private void reassigns(int version) throws IOException {
        List<ReassignablePartition> partitions = List.of(
                new ReassignablePartition().setPartitionIndex(0).setReplicas(List.of(1)),
                new ReassignablePartition().setPartitionIndex(1).setReplicas(null),
                new ReassignablePartition().setPartitionIndex(0).setReplicas(List.of(5)));
        AlterPartitionReassignmentsResponse response = ask(
                ApiKey.ALTER_PARTITION_REASSIGNMENTS,
                version,
                new AlterPartitionReassignmentsRequest()
                        .setTopics(
                                List.of(new ReassignableTopic().setName(TOPIC).setPartitions(partitions))));
        assertThat(response.errorCode()).isZero();
        assertThat(response.responses().get(0).partitions())
                .extracting(result -> ErrorCode.forCode(result.errorCode()))
                .containsExactly(
                        ErrorCode.NONE, ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    }

    private void listsReassignments(int version) throws IOException {
        ListPartitionReassignmentsResponse response =
                ask(ApiKey.LIST_PARTITION_REASSIGNMENTS, version, new ListPartitionReassignmentsRequest());
        assertThat(response.errorCode()).isZero();
        assertThat(response.topics()).isEmpty();
    }
}
