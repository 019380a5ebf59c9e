package io.rowlock.broker.api.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.broker.api.TestCluster.Store.Line;
import io.rowlock.broker.cluster.NewPartitions;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.CreatePartitionsRequest;
import io.rowlock.protocol.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import io.rowlock.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.rowlock.protocol.message.CreatePartitionsResponse;
import io.rowlock.protocol.message.CreatePartitionsResponse.CreatePartitionsTopicResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CreatePartitionsHandlerTest {

    private final TestCluster cluster = new TestCluster();
    private LongFunction<CompletionStage<Void>> awaitServed = cluster.metadata::awaitVersion;
    private @Nullable String shortage;
    private final CreatePartitionsHandler handler = new CreatePartitionsHandler(new PartitionAdder(
            cluster.store,
            cluster::image,
            version -> awaitServed.apply(version),
            cluster.time,
            cluster.random,
            () -> shortage));

    private static CreatePartitionsTopic wish(String topic, int count) {
        return new CreatePartitionsTopic().setName(topic).setCount(count).setAssignments(null);
    }

    @SafeVarargs
    private static CreatePartitionsTopic assigned(String topic, int count, List<Integer>... replicas) {
        List<CreatePartitionsAssignment> assignments = new ArrayList<>();
        for (List<Integer> nodes : replicas) {
            assignments.add(new CreatePartitionsAssignment().setBrokerIds(nodes));
        }
        return wish(topic, count).setAssignments(assignments);
    }

    private static CreatePartitionsRequest request(CreatePartitionsTopic... wishes) {
        return new CreatePartitionsRequest().setTopics(List.of(wishes)).setTimeoutMs(1000);
    }

    private CreatePartitionsTopicResult add(CreatePartitionsTopic wish) {
        CreatePartitionsResponse response = cluster.connection(3).answer(handler, request(wish));
        assertThat(response.results()).hasSize(1);
        assertThat(response.results().get(0).name()).isEqualTo(wish.name());
        return response.results().get(0);
    }

    private void assertAdded(CreatePartitionsTopic wish) {
        assertThat(add(wish)).isEqualTo(new CreatePartitionsTopicResult().setName(wish.name()));
        assertThat(cluster.topic(wish.name()).partitions()).hasSize(wish.count());
    }

    private void assertRefused(CreatePartitionsTopic wish, ErrorCode error, @Nullable String message) {
        CreatePartitionsTopicResult result = add(wish);
        assertThat(ErrorCode.forCode(result.errorCode())).isEqualTo(error);
        assertThat(result.errorMessage()).isEqualTo(message);
    }

    @Test
    void addsBehindThePartitionsThatAreThere() {
        PartitionInfo first = cluster.create("orders", List.of(1)).partitions().get(0);
        assertAdded(wish("orders", 3));
        assertThat(cluster.topic("orders").partitions().get(0)).isEqualTo(first);
        assertAdded(wish("orders", 4));
    }

    @Test
    void spreadsOverTheLiveNodes() {
        cluster.join(2, "client");
        cluster.join(3, "client");
        cluster.stop(3);
        cluster.create("orders", List.of(1));
        assertAdded(wish("orders", 7));
        assertThat(cluster.topic("orders").partitions().stream().skip(1).filter(p -> p.leader() == 1))
                .hasSize(3);
        cluster.stop(1);
        cluster.stop(2);
        assertRefused(
                wish("orders", 8),
                ErrorCode.INVALID_REPLICATION_FACTOR,
                "Unable to replicate the partition 1 time(s): All brokers are currently fenced.");
    }

    @Test
    void keepsToAManualAssignment() {
        cluster.join(2, "client");
        cluster.create("orders", List.of(1));
        assertAdded(assigned("orders", 3, List.of(2), List.of(1)));
        assertThat(cluster.topic("orders").partitions())
                .extracting(PartitionInfo::leader)
                .containsExactly(1, 2, 1);
    }

    @Test
    void refusesWhatWouldBeNoIncrease() {
        cluster.create("orders", List.of(1), List.of(1));
        ErrorCode error = ErrorCode.INVALID_PARTITIONS;
        assertRefused(wish("orders", 2), error, "Topic already has 2 partition(s).");
        assertRefused(
                wish("orders", 1), error, "The topic orders currently has 2 partition(s); 1 would not be an increase.");
        assertRefused(
                wish("orders", -1),
                error,
                "The topic orders currently has 2 partition(s); -1 would not be an increase.");
        assertRefused(
                wish("orders", Integer.MIN_VALUE),
                error,
                "The topic orders currently has 2 partition(s); -2147483648 would not be an increase.");
        assertRefused(wish("others", 3), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null);
        assertRefused(wish("", 3), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null);
    }

    @Test
    void refusesManualAssignmentsThatCannotBe() {
        cluster.join(2, "client");
        cluster.join(3, "client");
        cluster.stop(3);
        cluster.create("orders", List.of(1));
        ErrorCode error = ErrorCode.INVALID_REPLICA_ASSIGNMENT;
        assertRefused(
                assigned("orders", 3, List.of(1)),
                error,
                "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.");
        assertRefused(
                assigned("orders", 2),
                error,
                "Attempted to add 1 additional partition(s), but only 0 assignment(s) were specified.");
        assertRefused(
                assigned("orders", 3, List.of(1), List.of()),
                error,
                "The manual partition assignment includes an empty replica list.");
        assertRefused(
                assigned("orders", 2, List.of(9)),
                error,
                "The manual partition assignment includes broker 9, but no such broker is registered.");
        assertRefused(
                assigned("orders", 2, List.of(1, 1)),
                error,
                "The manual partition assignment includes the broker 1 more than once.");
        assertRefused(
                assigned("orders", 2, List.of(1, 2)),
                error,
                "The manual partition assignment includes a partition with 2 replica(s), but this is not consistent with"
                        + " previous partitions, which have 1 replica(s).");
        assertRefused(
                assigned("orders", 2, List.of(3)),
                error,
                "All brokers specified in the manual partition assignment for partition 1 are fenced or in controlled"
                        + " shutdown.");
        assertThat(cluster.topic("orders").partitions()).hasSize(1);
    }

    @Test
    void judgesEachTopicForItself() {
        cluster.create("good", List.of(1));
        cluster.create("twice", List.of(1));
        CreatePartitionsResponse response = cluster.connection(3)
                .answer(handler, request(wish("twice", 2), wish("good", 2), wish("none", 2), wish("twice", 3)));
        assertThat(response.results())
                .extracting(
                        CreatePartitionsTopicResult::name,
                        result -> ErrorCode.forCode(result.errorCode()),
                        CreatePartitionsTopicResult::errorMessage)
                .containsExactly(
                        tuple("twice", ErrorCode.INVALID_REQUEST, "Duplicate topic name."),
                        tuple("good", ErrorCode.NONE, null),
                        tuple("none", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null));
        assertThat(cluster.topic("twice").partitions()).hasSize(1);
        assertThat(cluster.connection(3).answer(handler, request()).results()).isEmpty();
    }

    @Test
    void validatesWithoutAdding() {
        cluster.create("orders", List.of(1));
        CreatePartitionsResponse response = cluster.connection(3)
                .answer(handler, request(wish("orders", 2), wish("none", 2)).setValidateOnly(true));
        assertThat(response.results())
                .extracting(result -> ErrorCode.forCode(result.errorCode()))
                .containsExactly(ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(cluster.topic("orders").partitions()).hasSize(1);
    }

    @Test
    void bindsOneRequestToTenThousandPartitions() {
        cluster.create("a", List.of(1));
        cluster.create("b", List.of(1));
        CreatePartitionsRequest tooMany = request(wish("a", 9_000), wish("b", 1_003), wish("none", 1));
        assertThat(cluster.connection(3).answer(handler, tooMany).results())
                .extracting(result -> ErrorCode.forCode(result.errorCode()))
                .containsExactly(
                        ErrorCode.POLICY_VIOLATION, ErrorCode.POLICY_VIOLATION, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertRefused(
                wish("a", Integer.MAX_VALUE),
                ErrorCode.POLICY_VIOLATION,
                "Excessively large number of partitions per request.");
        CreatePartitionsRequest most = request(wish("a", 9_000), wish("b", 1_002));
        assertThat(cluster.connection(3).answer(handler, most).results())
                .allMatch(result -> result.errorCode() == ErrorCode.NONE.code());
    }

    @Test
    void addsNothingWhereThereIsNoRoom() {
        cluster.create("orders", List.of(1));
        shortage = "the disk is full";
        assertRefused(wish("orders", 2), ErrorCode.KAFKA_STORAGE_ERROR, "the disk is full");
        assertRefused(wish("orders", 1), ErrorCode.INVALID_PARTITIONS, "Topic already has 1 partition(s).");
        assertThat(cluster.topic("orders").partitions()).hasSize(1);
    }

    @Test
    void answersOnlyWhenThePartitionsAreServed() {
        cluster.create("orders", List.of(1));
        CompletableFuture<Void> served = new CompletableFuture<>();
        awaitServed = version -> served;
        List<CreatePartitionsResponse> answers = cluster.connection(3).start(handler, request(wish("orders", 2)));
        assertThat(cluster.topic("orders").partitions()).hasSize(2);
        assertThat(answers).isEmpty();
        served.complete(null);
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).results().get(0).errorCode()).isZero();
    }

    @Test
    void answersThatTheTimeIsUp() {
        cluster.create("orders", List.of(1));
        awaitServed = version -> new CompletableFuture<>();
        List<CreatePartitionsResponse> answers =
                cluster.connection(3).start(handler, request(wish("orders", 2), wish("none", 2)));
        cluster.time.advance(Duration.ofMillis(999));
        assertThat(answers).isEmpty();
        cluster.time.advance(Duration.ofMillis(1));
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).results())
                .extracting(result -> ErrorCode.forCode(result.errorCode()))
                .containsExactly(ErrorCode.REQUEST_TIMED_OUT, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void asksTheClientToTryAgainWhenTheStoreIsAway() {
        cluster.create("orders", List.of(1));
        cluster.store.line = Line.CUT;
        assertRefused(
                wish("orders", 2), ErrorCode.NOT_CONTROLLER, "The metadata store cannot be asked now; try again.");
        cluster.store.line = Line.WHOLE;
        assertAdded(wish("orders", 2));
    }

    @Test
    void recognisesWhoTriesAgainAfterALostAnswer() {
        cluster.create("orders", List.of(1));
        cluster.store.line = Line.ANSWER_LOST;
        assertThat(add(wish("orders", 3)).errorCode()).isEqualTo(ErrorCode.NOT_CONTROLLER.code());
        assertThat(cluster.topic("orders").partitions()).hasSize(3);
        cluster.store.line = Line.WHOLE;
        assertAdded(wish("orders", 3));
        assertRefused(wish("orders", 3), ErrorCode.INVALID_PARTITIONS, "Topic already has 3 partition(s).");
    }

    @Test
    void takesALostAnswerForNoOtherTopicOfThatName() {
        UUID first = cluster.create("orders", List.of(1)).id();
        cluster.store.line = Line.ANSWER_LOST;
        add(wish("orders", 2));
        cluster.store.line = Line.WHOLE;
        cluster.store.deleteTopics(List.of(first)).toCompletableFuture().join();
        cluster.create("orders", List.of(1), List.of(1));
        assertRefused(wish("orders", 2), ErrorCode.INVALID_PARTITIONS, "Topic already has 2 partition(s).");
    }

    @Test
    void decidesAnewWhereSomebodyElseWasFaster() {
        UUID topic = cluster.create("orders", List.of(1)).id();
        assertThat(raced(topic, 1, wish("orders", 2)).errorMessage()).isEqualTo("Topic already has 2 partition(s).");
        assertThat(raced(topic, 2, wish("orders", 3)).errorMessage()).isEqualTo("Topic already has 3 partition(s).");
        assertThat(raced(topic, 3, wish("orders", 6)).errorCode()).isZero();
        assertThat(cluster.topic("orders").partitions()).hasSize(6);
        assertThat(raced(topic, 6, assigned("orders", 8, List.of(1), List.of(1)))
                        .errorMessage())
                .isEqualTo("Attempted to add 1 additional partition(s), but only 2 assignment(s) were specified.");
        assertThat(cluster.topic("orders").partitions()).hasSize(7);
    }

    /** The answer to a wish that was decided on before somebody else added a partition. */
    private CreatePartitionsTopicResult raced(UUID topic, int count, CreatePartitionsTopic wish) {
        cluster.store.line = Line.HELD;
        List<CreatePartitionsResponse> answers = cluster.connection(3).start(handler, request(wish));
        cluster.store.line = Line.WHOLE;
        NewPartitions faster = new NewPartitions(topic, count, Collections.nCopies(1, List.of(1)));
        cluster.store.addPartitions(List.of(faster)).toCompletableFuture().join();
        cluster.store.letGo();
        assertThat(answers).hasSize(1);
        return answers.get(0).results().get(0);
    }
}
