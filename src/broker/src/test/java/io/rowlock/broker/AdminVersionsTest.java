package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.wire.RawClient;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.CreatePartitionsRequest;
import io.rowlock.protocol.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import io.rowlock.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.rowlock.protocol.message.CreatePartitionsResponse;
import io.rowlock.protocol.message.CreatePartitionsResponse.CreatePartitionsTopicResult;
import io.rowlock.protocol.message.CreateTopicsRequest;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.rowlock.protocol.message.CreateTopicsResponse;
import io.rowlock.protocol.message.MetadataRequest;
import io.rowlock.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.rowlock.protocol.message.MetadataResponse;
import java.io.IOException;
import java.nio.file.Path;
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

    static final Set<ApiKey> SERVED = Set.of(ApiKey.CREATE_PARTITIONS);

    private static final String UNKNOWN = "nobody-made-this";

    private @Nullable BrokerInProcess broker;
    private @Nullable RawClient client;
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
}
