package io.rowlock.broker.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeTopicPartitionsRequest;
import io.rowlock.protocol.message.DescribeTopicPartitionsRequest.Cursor;
import io.rowlock.protocol.message.DescribeTopicPartitionsRequest.TopicRequest;
import io.rowlock.protocol.message.DescribeTopicPartitionsResponse;
import io.rowlock.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition;
import io.rowlock.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescribeTopicPartitionsHandlerTest {

    private final TestCluster cluster = new TestCluster();
    private BrokerSettings settings = BrokerSettings.DEFAULTS;

    private DescribeTopicPartitionsResponse ask(DescribeTopicPartitionsRequest request) {
        return cluster.connection(0).answer(new DescribeTopicPartitionsHandler(cluster::image, settings), request);
    }

    private static DescribeTopicPartitionsRequest named(String... names) {
        return new DescribeTopicPartitionsRequest()
                .setTopics(Arrays.stream(names)
                        .map(name -> new TopicRequest().setName(name))
                        .toList());
    }

    private static Cursor cursor(String topic, int partition) {
        return new Cursor().setTopicName(topic).setPartitionIndex(partition);
    }

    private void create(String name, int partitions) {
        List<List<Integer>> replicas = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            replicas.add(List.of(1));
        }
        cluster.create(name, Map.of(), replicas);
    }

    /** Topics with the indexes of their partitions, as {@code "a[0, 1]"}. */
    private static List<String> contents(DescribeTopicPartitionsResponse response) {
        return response.topics().stream()
                .map(topic -> topic.name()
                        + topic.partitions().stream()
                                .map(DescribeTopicPartitionsResponsePartition::partitionIndex)
                                .toList())
                .toList();
    }

    private static void assertGoesOnAt(DescribeTopicPartitionsResponse response, String topic, int partition) {
        var next = Objects.requireNonNull(response.nextCursor());
        assertThat(next.topicName()).isEqualTo(topic);
        assertThat(next.partitionIndex()).isEqualTo(partition);
    }

    @Test
    void tellsOfTopicsInTheOrderOfTheirNames() {
        create("b", 2);
        create("a", 1);
        create("c", 1);
        assertThat(contents(ask(named()))).containsExactly("a[0]", "b[0, 1]", "c[0]");
        assertThat(contents(ask(named("c", "a", "c")))).containsExactly("a[0]", "c[0]");
        assertThat(ask(named()).nextCursor()).isNull();
    }

    @Test
    void tellsOfEachPartition() {
        cluster.join(2, "client");
        var topic = cluster.create("a", List.of(2, 1));
        cluster.stop(1);
        cluster.stop(2);
        DescribeTopicPartitionsResponseTopic answer = ask(named("a")).topics().get(0);
        assertThat(answer.topicId()).isEqualTo(topic.id());
        assertThat(answer.topicAuthorizedOperations()).isEqualTo(AuthorizedOperations.TOPIC);
        assertThat(answer.partitions()).singleElement().satisfies(partition -> {
            assertThat(partition.errorCode()).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE.code());
            assertThat(partition.leaderId()).isEqualTo(-1);
            assertThat(partition.replicaNodes()).containsExactly(2, 1);
            assertThat(partition.isrNodes()).containsExactly(2);
            assertThat(partition.offlineReplicas()).containsExactly(2, 1);
            assertThat(partition.eligibleLeaderReplicas()).isEmpty();
            assertThat(partition.lastKnownElr()).isEmpty();
        });
    }

    @Test
    void tellsOfTopicsThatDoNotExistOnlyWhereTheyWereNamed() {
        assertThat(ask(named("missing", "in valid")).topics())
                .extracting(DescribeTopicPartitionsResponseTopic::name, t -> ErrorCode.forCode(t.errorCode()))
                .containsExactly(
                        tuple("in valid", ErrorCode.INVALID_TOPIC_EXCEPTION),
                        tuple("missing", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        assertThat(ask(named()).topics()).isEmpty();
    }

    @Test
    void stopsInTheMiddleOfATopic() {
        create("a", 2);
        create("b", 3);
        DescribeTopicPartitionsResponse first = ask(named().setResponsePartitionLimit(4));
        assertThat(contents(first)).containsExactly("a[0, 1]", "b[0, 1]");
        assertGoesOnAt(first, "b", 2);
        DescribeTopicPartitionsResponse second =
                ask(named().setResponsePartitionLimit(4).setCursor(cursor("b", 2)));
        assertThat(contents(second)).containsExactly("b[2]");
        assertThat(second.nextCursor()).isNull();
    }

    @Test
    void stopsBetweenTopics() {
        create("a", 2);
        create("b", 3);
        DescribeTopicPartitionsResponse exact = ask(named().setResponsePartitionLimit(2));
        assertThat(contents(exact)).containsExactly("a[0, 1]");
        assertGoesOnAt(exact, "b", 0);
        DescribeTopicPartitionsResponse all = ask(named().setResponsePartitionLimit(5));
        assertThat(contents(all)).containsExactly("a[0, 1]", "b[0, 1, 2]");
        assertThat(all.nextCursor()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1})
    void aLimitOfNothingIsOne(int limit) {
        create("a", 2);
        DescribeTopicPartitionsResponse response = ask(named().setResponsePartitionLimit(limit));
        assertThat(contents(response)).containsExactly("a[0]");
        assertGoesOnAt(response, "a", 1);
    }

    @Test
    void theNodesLimitHoldsWhateverTheClientAllows() {
        settings = BrokerSettings.of(Map.of("max.request.partition.size.limit", "3"));
        create("a", 2);
        create("b", 2);
        DescribeTopicPartitionsResponse response = ask(named().setResponsePartitionLimit(Integer.MAX_VALUE));
        assertThat(contents(response)).containsExactly("a[0, 1]", "b[0]");
        assertGoesOnAt(response, "b", 1);
    }

    @Test
    void goesOnAfterACursorWhoseTopicIsGone() {
        create("a", 1);
        create("c", 2);
        assertThat(contents(ask(named().setCursor(cursor("b", 7))))).containsExactly("c[0, 1]");
    }

    @Test
    void aCursorPastTheLastPartitionLeavesNothingOfThatTopic() {
        create("a", 2);
        create("b", 1);
        assertThat(contents(ask(named().setCursor(cursor("a", 1))))).containsExactly("a[1]", "b[0]");
        assertThat(contents(ask(named().setCursor(cursor("a", Integer.MAX_VALUE)))))
                .containsExactly("a[]", "b[0]");
    }

    @Test
    void refusesACursorThatCannotBe() {
        create("a", 1);
        assertThat(ask(named("a").setCursor(cursor("a", -1))).topics())
                .singleElement()
                .satisfies(topic -> assertThat(topic.errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code()));
    }
}
