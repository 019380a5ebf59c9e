package io.rowlock.broker.api.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.broker.api.TestCluster.Store.Line;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.CreateTopicsRequest;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableReplicaAssignment;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.rowlock.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import io.rowlock.protocol.message.CreateTopicsResponse;
import io.rowlock.protocol.message.CreateTopicsResponse.CreatableTopicConfigs;
import io.rowlock.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CreateTopicsHandlerTest {

    private static final UUID NO_ID = new UUID(0, 0);

    private final TestCluster cluster = new TestCluster();
    private BrokerSettings settings = BrokerSettings.DEFAULTS;
    private LongFunction<CompletionStage<Void>> awaitServed = cluster.metadata::awaitVersion;
    private @Nullable String shortage;
    private final TopicCreator creator =
            new TopicCreator(cluster.store, version -> awaitServed.apply(version), cluster.time, () -> shortage);

    private CreateTopicsHandler handler() {
        return new CreateTopicsHandler(cluster::image, () -> settings, creator, cluster.random);
    }

    private static CreatableTopic topic(String name, int partitions, int replicationFactor) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short)
                replicationFactor);
    }

    @SafeVarargs
    private static CreatableTopic assigned(String name, List<Integer>... replicas) {
        List<CreatableReplicaAssignment> assignments = new ArrayList<>();
        for (List<Integer> nodes : replicas) {
            assignments.add(new CreatableReplicaAssignment()
                    .setPartitionIndex(assignments.size())
                    .setBrokerIds(nodes));
        }
        return topic(name, -1, -1).setAssignments(assignments);
    }

    private static CreateTopicsRequest request(CreatableTopic... topics) {
        return new CreateTopicsRequest().setTopics(List.of(topics)).setTimeoutMs(1000);
    }

    private CreatableTopicResult create(CreatableTopic topic) {
        CreateTopicsResponse response = cluster.connection(7).answer(handler(), request(topic));
        assertThat(response.topics()).hasSize(1);
        return response.topics().get(0);
    }

    private void assertRefused(CreatableTopic topic, ErrorCode error, String message) {
        CreatableTopicResult result = create(topic);
        assertThat(ErrorCode.forCode(result.errorCode())).isEqualTo(error);
        assertThat(result.errorMessage()).isEqualTo(message);
        assertThat(result.topicId()).isEqualTo(NO_ID);
    }

    @Test
    void createsWhatIsAskedForAndTellsWhatItHas() {
        CreatableTopicResult result = create(topic("orders", 3, 1)
                .setConfigs(List.of(
                        new CreatableTopicConfig().setName("segment.bytes").setValue(" 2000000"))));
        assertThat(result.errorCode()).isZero();
        assertThat(result.errorMessage()).isNull();
        assertThat(result.numPartitions()).isEqualTo(3);
        assertThat(result.replicationFactor()).isEqualTo((short) 1);
        assertThat(result.topicId()).isEqualTo(cluster.topic("orders").id()).isNotEqualTo(NO_ID);
        assertThat(cluster.topic("orders").partitions()).hasSize(3);
        assertThat(cluster.topic("orders").configs()).containsExactly(Map.entry("segment.bytes", "2000000"));
        assertThat(Objects.requireNonNull(result.configs()))
                .extracting(CreatableTopicConfigs::name, CreatableTopicConfigs::value, c -> (int) c.configSource())
                .contains(tuple("segment.bytes", "2000000", 1), tuple("cleanup.policy", "delete", 5));
    }

    @Test
    void takesTheNodesDefaultsForMinusOne() {
        cluster.join(2, "client");
        settings = BrokerSettings.of(Map.of("num.partitions", "5", "default.replication.factor", "2"));
        CreatableTopicResult result = create(topic("defaults", -1, -1));
        assertThat(result.numPartitions()).isEqualTo(5);
        assertThat(result.replicationFactor()).isEqualTo((short) 2);
        assertThat(cluster.topic("defaults").partitions()).hasSize(5);
    }

    @Test
    void spreadsPartitionsEvenlyOverTheLiveNodes() {
        cluster.join(2, "client");
        cluster.join(3, "client");
        cluster.join(4, "client");
        cluster.stop(4);
        create(topic("spread", 9, 1));
        for (int node = 1; node <= 3; node++) {
            int id = node;
            assertThat(cluster.topic("spread").partitions().stream().filter(p -> p.leader() == id))
                    .hasSize(3);
        }
    }

    @Test
    void placesEachReplicaOfAPartitionOnANodeOfItsOwn() {
        cluster.join(2, "client");
        cluster.join(3, "client");
        assertThat(create(topic("three", 6, 3)).replicationFactor()).isEqualTo((short) 3);
        assertThat(cluster.topic("three").partitions()).allSatisfy(partition -> {
            assertThat(partition.replicas()).containsExactlyInAnyOrder(1, 2, 3);
            assertThat(partition.leader()).isEqualTo(partition.replicas().get(0));
            assertThat(partition.inSyncReplicas()).containsExactlyInAnyOrder(1, 2, 3);
        });
    }

    @Test
    void aReplicaOnANodeThatIsStoppedIsNotInSync() {
        cluster.join(2, "client");
        cluster.join(3, "client");
        cluster.stop(2);
        create(assigned("manual", List.of(2, 3, 1)));
        PartitionInfo partition = cluster.topic("manual").partitions().get(0);
        assertThat(partition.replicas()).containsExactly(2, 3, 1);
        assertThat(partition.inSyncReplicas()).containsExactlyInAnyOrder(3, 1);
        assertThat(partition.leader()).isEqualTo(3);
    }

    @Test
    void keepsToAManualAssignment() {
        cluster.join(2, "client");
        CreatableTopicResult result = create(assigned("manual", List.of(2), List.of(1), List.of(2)));
        assertThat(result.errorCode()).isZero();
        assertThat(result.numPartitions()).isEqualTo(3);
        assertThat(cluster.topic("manual").partitions().stream().map(PartitionInfo::leader))
                .containsExactly(2, 1, 2);
    }

    @Test
    void refusesNumbersThatCannotBe() {
        String partitions = "Number of partitions was set to an invalid non-positive value.";
        assertRefused(topic("a", 0, 1), ErrorCode.INVALID_PARTITIONS, partitions);
        assertRefused(topic("a", -2, 1), ErrorCode.INVALID_PARTITIONS, partitions);
        String factor = "Replication factor must be larger than 0, or -1 to use the default value.";
        assertRefused(topic("a", 1, 0), ErrorCode.INVALID_REPLICATION_FACTOR, factor);
        assertRefused(topic("a", 1, -2), ErrorCode.INVALID_REPLICATION_FACTOR, factor);
    }

    @Test
    void refusesMoreReplicasThanThereCanBe() {
        assertRefused(
                topic("a", 1, 2),
                ErrorCode.INVALID_REPLICATION_FACTOR,
                "Unable to replicate the partition 2 time(s): The target replication factor of 2 cannot be reached because"
                        + " only 1 broker(s) are registered.");
        cluster.join(2, "client");
        assertRefused(
                topic("a", 1, 3),
                ErrorCode.INVALID_REPLICATION_FACTOR,
                "Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because"
                        + " only 2 broker(s) are registered.");
        cluster.stop(1);
        cluster.stop(2);
        assertRefused(
                topic("a", 1, 1),
                ErrorCode.INVALID_REPLICATION_FACTOR,
                "Unable to replicate the partition 1 time(s): All brokers are currently fenced.");
    }

    @Test
    void refusesManualAssignmentsThatCannotBe() {
        cluster.join(2, "client");
        cluster.join(3, "client");
        cluster.stop(3);
        ErrorCode error = ErrorCode.INVALID_REPLICA_ASSIGNMENT;
        assertRefused(
                assigned("a", List.of(1), List.of()),
                error,
                "The manual partition assignment includes an empty replica list.");
        assertRefused(
                assigned("a", List.of(9)),
                error,
                "The manual partition assignment includes broker 9, but no such broker is registered.");
        assertRefused(
                assigned("a", List.of(1, 1)),
                error,
                "The manual partition assignment includes the broker 1 more than once.");
        assertRefused(
                assigned("a", List.of(1), List.of(1, 2)),
                error,
                "The manual partition assignment includes a partition with 2 replica(s), but this is not consistent with"
                        + " previous partitions, which have 1 replica(s).");
        assertRefused(
                assigned("a", List.of(3)),
                error,
                "All brokers specified in the manual partition assignment for partition 0 are fenced or in controlled"
                        + " shutdown.");
        CreatableTopic gap = assigned("a", List.of(1), List.of(2));
        gap.assignments().get(1).setPartitionIndex(2);
        assertRefused(gap, error, "partitions should be a consecutive 0-based integer sequence");
        CreatableTopic twice = assigned("a", List.of(1), List.of(2));
        twice.assignments().get(1).setPartitionIndex(0);
        assertRefused(twice, error, "Found multiple manual partition assignments for partition 0");
        assertRefused(
                assigned("a", List.of(1)).setNumPartitions(1),
                ErrorCode.INVALID_REQUEST,
                "A manual partition assignment was specified, but numPartitions was not set to -1.");
        assertRefused(
                assigned("a", List.of(1)).setReplicationFactor((short) 1),
                ErrorCode.INVALID_REQUEST,
                "A manual partition assignment was specified, but replication factor was not set to -1.");
    }

    @Test
    void refusesNamesThatAreInvalidTakenOrCollide() {
        cluster.create("a.b", List.of(1));
        assertRefused(
                topic("a b", 1, 1),
                ErrorCode.INVALID_TOPIC_EXCEPTION,
                "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and"
                        + " '-'");
        assertRefused(topic("a.b", 1, 1), ErrorCode.TOPIC_ALREADY_EXISTS, "Topic 'a.b' already exists.");
        assertRefused(
                topic("a_b", 1, 1), ErrorCode.INVALID_TOPIC_EXCEPTION, "Topic 'a_b' collides with existing topic: a.b");
        assertRefused(
                topic("__cluster_metadata", 1, 1),
                ErrorCode.INVALID_REQUEST,
                "Creation of internal topic __cluster_metadata is prohibited.");
    }

    @Test
    void refusesTheLongestNameThatARequestCanHold() {
        CreatableTopicResult result = create(topic("x".repeat(Short.MAX_VALUE), 1, 1));
        assertThat(result.errorCode()).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION.code());
        assertThat(result.errorMessage()).endsWith("xxx...' is longer than the max allowed length 249");
    }

    @Test
    void refusesSettingsByName() {
        assertRefused(
                topic("a", 1, 1)
                        .setConfigs(List.of(new CreatableTopicConfig()
                                .setName("preallocate")
                                .setValue("true"))),
                ErrorCode.INVALID_CONFIG,
                "preallocate=true is not supported by this version: segment files are not allocated in advance; leave it"
                        + " out, or write false");
        assertRefused(
                topic("a", 1, 1)
                        .setConfigs(List.of(new CreatableTopicConfig()
                                .setName("segment.bytes")
                                .setValue(null))),
                ErrorCode.INVALID_CONFIG,
                "Null value not supported for topic config segment.bytes: leave it out to have the default");
    }

    @Test
    void judgesEachTopicForItself() {
        CreateTopicsResponse response = cluster.connection(7)
                .answer(
                        handler(),
                        request(
                                topic("twice", 1, 1),
                                topic("good", 1, 1),
                                topic("twice", 1, 1),
                                topic("bad", 0, 1),
                                topic("x.y", 1, 1),
                                topic("x_y", 1, 1)));
        assertThat(response.topics())
                .extracting(CreatableTopicResult::name, result -> ErrorCode.forCode(result.errorCode()))
                .containsExactly(
                        tuple("twice", ErrorCode.INVALID_REQUEST),
                        tuple("good", ErrorCode.NONE),
                        tuple("bad", ErrorCode.INVALID_PARTITIONS),
                        tuple("x.y", ErrorCode.NONE),
                        tuple("x_y", ErrorCode.INVALID_TOPIC_EXCEPTION));
        assertThat(response.topics().get(0).errorMessage()).isEqualTo("Duplicate topic name.");
        assertThat(cluster.image().topics()).hasSize(2);
    }

    @Test
    void validatesWithoutCreating() {
        CreateTopicsResponse response = cluster.connection(7)
                .answer(handler(), request(topic("a", 2, 1), topic("b", 0, 1)).setValidateOnly(true));
        assertThat(response.topics().get(0).errorCode()).isZero();
        assertThat(response.topics().get(0).numPartitions()).isEqualTo(2);
        assertThat(response.topics().get(1).errorCode()).isEqualTo(ErrorCode.INVALID_PARTITIONS.code());
        assertThat(cluster.image().topics()).isEmpty();
        assertThat(cluster.store.creations).isZero();
    }

    @Test
    void bindsOneRequestToTenThousandPartitions() {
        settings = BrokerSettings.of(Map.of("num.partitions", "2"));
        CreateTopicsRequest tooMany =
                request(topic("a", 9_997, 1), topic("b", -1, -1), assigned("c", List.of(1), List.of(1)));
        assertThat(cluster.connection(7).answer(handler(), tooMany).topics()).allSatisfy(result -> {
            assertThat(result.errorCode()).isEqualTo(ErrorCode.POLICY_VIOLATION.code());
            assertThat(result.errorMessage()).isEqualTo("Excessively large number of partitions per request.");
        });
        CreateTopicsRequest most =
                request(topic("a", 9_996, 1), topic("b", -1, -1), assigned("c", List.of(1), List.of(1)));
        assertThat(cluster.connection(7).answer(handler(), most).topics())
                .allMatch(result -> result.errorCode() == ErrorCode.NONE.code());
        assertThat(cluster.connection(7)
                        .answer(handler(), request(topic("d", Integer.MAX_VALUE, 1), topic("e", Integer.MAX_VALUE, 1)))
                        .topics())
                .allMatch(result -> result.errorCode() == ErrorCode.POLICY_VIOLATION.code());
    }

    @Test
    void answersOnlyWhenTheTopicIsServed() {
        CompletableFuture<Void> served = new CompletableFuture<>();
        awaitServed = version -> served;
        List<CreateTopicsResponse> answers = cluster.connection(7).start(handler(), request(topic("a", 1, 1)));
        assertThat(cluster.image().topic("a")).isNotNull();
        assertThat(answers).isEmpty();
        served.complete(null);
        assertThat(answers)
                .singleElement()
                .satisfies(
                        answer -> assertThat(answer.topics().get(0).errorCode()).isZero());
        cluster.time.advance(Duration.ofSeconds(10));
        assertThat(answers).hasSize(1);
    }

    @Test
    void answersThatTheTimeIsUp() {
        CompletableFuture<Void> served = new CompletableFuture<>();
        awaitServed = version -> served;
        List<CreateTopicsResponse> answers =
                cluster.connection(7).start(handler(), request(topic("a", 1, 1), topic("b", 0, 1)));
        cluster.time.advance(Duration.ofMillis(999));
        assertThat(answers).isEmpty();
        cluster.time.advance(Duration.ofMillis(1));
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).topics())
                .extracting(result -> ErrorCode.forCode(result.errorCode()))
                .containsExactly(ErrorCode.REQUEST_TIMED_OUT, ErrorCode.INVALID_PARTITIONS);
        served.complete(null);
        assertThat(answers).hasSize(1);
    }

    @Test
    void asksTheClientToTryAgainWhenTheStoreIsAway() {
        cluster.store.line = Line.CUT;
        assertRefused(topic("a", 1, 1), ErrorCode.NOT_CONTROLLER, "The metadata store cannot be asked now; try again.");
        cluster.store.line = Line.WHOLE;
        assertThat(create(topic("a", 1, 1)).errorCode()).isZero();
    }

    @Test
    void recognisesWhoTriesAgainAfterALostAnswer() {
        cluster.store.line = Line.ANSWER_LOST;
        assertThat(create(topic("a", 3, 1)).errorCode()).isEqualTo(ErrorCode.NOT_CONTROLLER.code());
        UUID id = cluster.topic("a").id();
        cluster.store.line = Line.WHOLE;
        CreatableTopicResult again = create(topic("a", 3, 1));
        assertThat(again.errorCode()).isZero();
        assertThat(again.topicId()).isEqualTo(id);
        assertRefused(topic("a", 3, 1), ErrorCode.TOPIC_ALREADY_EXISTS, "Topic 'a' already exists.");
    }

    @Test
    void takesAnotherWishForTheSameNameAsAnother() {
        cluster.store.line = Line.ANSWER_LOST;
        create(topic("a", 3, 1));
        cluster.store.line = Line.WHOLE;
        assertRefused(topic("a", 4, 1), ErrorCode.TOPIC_ALREADY_EXISTS, "Topic 'a' already exists.");
    }

    @Test
    void remembersALostAnswerNoLongerThanAClientTries() {
        cluster.store.line = Line.ANSWER_LOST;
        create(topic("a", 3, 1));
        cluster.store.line = Line.WHOLE;
        cluster.time.advance(UnknownOutcomes.KEPT);
        assertRefused(topic("a", 3, 1), ErrorCode.TOPIC_ALREADY_EXISTS, "Topic 'a' already exists.");
    }

    @Test
    void oldVersionsAreAnsweredToo() {
        for (int version = 2; version <= 7; version++) {
            CreateTopicsResponse response =
                    cluster.connection(version).answer(handler(), request(topic("v" + version, 1, 1)));
            assertThat(response.topics().get(0).errorCode()).isZero();
        }
    }

    @Test
    void aNodeWithoutRoomCreatesNothingAndSaysSo() {
        shortage = "the disk of the node is short";
        assertRefused(topic("t", 1, 1), ErrorCode.KAFKA_STORAGE_ERROR, "the disk of the node is short");
        assertThat(cluster.image().topic("t")).isNull();
        shortage = null;
        assertThat(create(topic("t", 1, 1)).errorCode()).isZero();
    }
}
