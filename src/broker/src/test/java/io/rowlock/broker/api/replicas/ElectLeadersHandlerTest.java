package io.rowlock.broker.api.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ElectLeadersRequest;
import io.rowlock.protocol.message.ElectLeadersRequest.TopicPartitions;
import io.rowlock.protocol.message.ElectLeadersResponse;
import io.rowlock.protocol.message.ElectLeadersResponse.PartitionResult;
import io.rowlock.protocol.message.ElectLeadersResponse.ReplicaElectionResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ElectLeadersHandlerTest {

    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final TestCluster cluster = new TestCluster();
    private final ElectLeadersHandler handler = new ElectLeadersHandler(cluster::image);

    private ElectLeadersResponse elect(int version, byte type, @Nullable List<TopicPartitions> asked) {
        ElectLeadersRequest request = new ElectLeadersRequest().setTopicPartitions(asked);
        return cluster.connection(version).answer(handler, version < 1 ? request : request.setElectionType(type));
    }

    private static TopicPartitions of(String topic, Integer... partitions) {
        return new TopicPartitions().setTopic(topic).setPartitions(List.of(partitions));
    }

    private static PartitionResult result(int partition, ErrorCode error, @Nullable String message) {
        return new PartitionResult()
                .setPartitionId(partition)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }

    /** A topic whose second partition nobody leads: node 2 came back without its data. */
    private void createHalfLed(String topic) {
        cluster.join(2, "client");
        cluster.create(topic, List.of(1), List.of(2));
        cluster.time.advance(Duration.ofSeconds(7));
        NodeRegistration empty = new NodeRegistration(
                2, new UUID(9, 9), null, Map.of("client", new Endpoint("n", 1, "PLAINTEXT")), Duration.ofSeconds(6));
        cluster.store.register(empty).toCompletableFuture().join();
        assertThat(cluster.topic(topic).partitions().get(1).leader()).isEqualTo(-1);
    }

    @Test
    void needsNoElectionWhereThePreferredReplicaLeads() {
        cluster.create("orders", List.of(1), List.of(1));
        String message = "Leader election not needed for topic partition.";
        for (byte type : new byte[] {PREFERRED, UNCLEAN}) {
            ElectLeadersResponse response = elect(2, type, List.of(of("orders", 1, 0)));
            assertThat(response.errorCode()).isZero();
            assertThat(response.replicaElectionResults())
                    .containsExactly(new ReplicaElectionResult()
                            .setTopic("orders")
                            .setPartitionResult(List.of(
                                    result(1, ErrorCode.ELECTION_NOT_NEEDED, message),
                                    result(0, ErrorCode.ELECTION_NOT_NEEDED, message))));
        }
    }

    @Test
    void hasNobodyToElectWhereTheDataIsGone() {
        createHalfLed("orders");
        PartitionResult preferred = result(
                1, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE.defaultMessage());
        PartitionResult eligible = result(
                1, ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE, ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE.defaultMessage());
        assertThat(only(elect(0, PREFERRED, List.of(of("orders", 1))))).containsExactly(preferred);
        assertThat(only(elect(1, PREFERRED, List.of(of("orders", 1))))).containsExactly(preferred);
        assertThat(only(elect(2, UNCLEAN, List.of(of("orders", 1))))).containsExactly(eligible);
        assertThat(only(elect(2, PREFERRED, null))).containsExactly(preferred);
        assertThat(only(elect(2, UNCLEAN, null))).containsExactly(eligible);
    }

    private static List<PartitionResult> only(ElectLeadersResponse response) {
        assertThat(response.replicaElectionResults()).hasSize(1);
        return response.replicaElectionResults().get(0).partitionResult();
    }

    @Test
    void listsEveryTopicButOnlyWhatLacksItsLeader() {
        createHalfLed("half");
        cluster.create("whole", List.of(1));
        assertThat(elect(2, PREFERRED, null).replicaElectionResults())
                .extracting(
                        ReplicaElectionResult::topic,
                        result -> result.partitionResult().size())
                .containsExactlyInAnyOrder(tuple("half", 1), tuple("whole", 0));
        assertThat(elect(2, PREFERRED, List.of()).replicaElectionResults()).isEmpty();
    }

    @Test
    void refusesWhatDoesNotExist() {
        cluster.create("orders", List.of(1));
        assertThat(only(elect(2, PREFERRED, List.of(of("none", 3)))))
                .containsExactly(result(3, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "No such topic as none"));
        assertThat(only(elect(2, PREFERRED, List.of(of("orders", 1, -1)))))
                .containsExactly(
                        result(1, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "No such partition as orders-1"),
                        result(-1, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "No such partition as orders--1"));
    }

    @Test
    void refusesATypeOfElectionThatThereIsNot() {
        cluster.create("orders", List.of(1));
        for (byte type : new byte[] {2, -1}) {
            ElectLeadersResponse response = elect(1, type, List.of(of("orders", 0)));
            assertThat(response.errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
            assertThat(only(response))
                    .containsExactly(result(0, ErrorCode.INVALID_REQUEST, "Unknown election type " + type));
            assertThat(elect(2, type, null).replicaElectionResults()).isEmpty();
        }
    }

    @Test
    void repeatsALongNameOnlyAsOftenAsThereIsRoom() {
        String longest = "x".repeat(Short.MAX_VALUE - "No such topic as ".length());
        int fit = Reasons.BYTES_MAX / Short.MAX_VALUE;
        List<Integer> oneTooMany = IntStream.rangeClosed(0, fit).boxed().toList();
        List<PartitionResult> results = only(elect(
                2, PREFERRED, List.of(new TopicPartitions().setTopic(longest).setPartitions(oneTooMany))));
        assertThat(results).allMatch(result -> result.errorCode() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(results.stream().map(PartitionResult::errorMessage).filter(Objects::nonNull))
                .hasSize(fit);
        assertThat(only(elect(2, PREFERRED, List.of(of(longest + "x", 0)))))
                .containsExactly(result(0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null));
    }
}
