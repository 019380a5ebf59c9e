package io.rowlock.broker.api.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.AlterPartitionReassignmentsRequest;
import io.rowlock.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import io.rowlock.protocol.message.AlterPartitionReassignmentsRequest.ReassignableTopic;
import io.rowlock.protocol.message.AlterPartitionReassignmentsResponse;
import io.rowlock.protocol.message.AlterPartitionReassignmentsResponse.ReassignablePartitionResponse;
import io.rowlock.protocol.message.AlterPartitionReassignmentsResponse.ReassignableTopicResponse;
import io.rowlock.protocol.message.ListPartitionReassignmentsRequest;
import io.rowlock.protocol.message.ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics;
import io.rowlock.protocol.message.ListPartitionReassignmentsResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReassignmentHandlersTest {

    private final TestCluster cluster = new TestCluster();
    private final AlterPartitionReassignmentsHandler handler = new AlterPartitionReassignmentsHandler(cluster::image);

    @BeforeEach
    void create() {
        cluster.join(2, "client");
        cluster.create("orders", List.of(1), List.of(2));
    }

    private static AlterPartitionReassignmentsRequest request(
            String topic, int partition, @Nullable List<Integer> replicas) {
        return new AlterPartitionReassignmentsRequest()
                .setTopics(List.of(new ReassignableTopic()
                        .setName(topic)
                        .setPartitions(List.of(new ReassignablePartition()
                                .setPartitionIndex(partition)
                                .setReplicas(replicas)))));
    }

    private void assertAnswered(
            int version, AlterPartitionReassignmentsRequest request, ErrorCode error, @Nullable String message) {
        AlterPartitionReassignmentsResponse response =
                cluster.connection(version).answer(handler, request);
        assertThat(response.errorCode()).isZero();
        assertThat(response.errorMessage()).isNull();
        assertThat(response.allowReplicationFactorChange()).isEqualTo(request.allowReplicationFactorChange());
        ReassignableTopic asked = request.topics().get(0);
        assertThat(response.responses())
                .containsExactly(new ReassignableTopicResponse()
                        .setName(asked.name())
                        .setPartitions(List.of(new ReassignablePartitionResponse()
                                .setPartitionIndex(asked.partitions().get(0).partitionIndex())
                                .setErrorCode(error.code())
                                .setErrorMessage(message))));
    }

    @Test
    void leavesAPartitionWhereItIs() {
        for (int version = 0; version <= 1; version++) {
            assertAnswered(version, request("orders", 0, List.of(1)), ErrorCode.NONE, null);
            assertAnswered(version, request("orders", 1, List.of(2)), ErrorCode.NONE, null);
        }
    }

    @Test
    void hasNothingToCancel() {
        assertAnswered(1, request("orders", 0, null), ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, null);
    }

    @Test
    void refusesWhatDoesNotExist() {
        ErrorCode unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        assertAnswered(1, request("none", 0, List.of(1)), unknown, "Unable to find a topic named none.");
        assertAnswered(1, request("none", 0, null), unknown, "Unable to find a topic named none.");
        assertAnswered(1, request("orders", 2, List.of(1)), unknown, "Unable to find partition orders:2.");
        assertAnswered(1, request("orders", -1, List.of(1)), unknown, "Unable to find partition orders:-1.");
        ErrorCode invalid = ErrorCode.INVALID_REPLICA_ASSIGNMENT;
        assertAnswered(
                1,
                request("orders", 0, List.of()),
                invalid,
                "The manual partition assignment includes an empty replica list.");
        assertAnswered(
                1,
                request("orders", 0, List.of(9, 1)),
                invalid,
                "The manual partition assignment includes broker 9, but no such broker is registered.");
        assertAnswered(
                1,
                request("orders", 0, List.of(1, 1)),
                invalid,
                "The manual partition assignment includes the broker 1 more than once.");
    }

    @Test
    void refusesWhatWouldHaveToBeCopied() {
        String message = "In this version partitions are not copied to another node: this one can only stay on [1].";
        ErrorCode invalid = ErrorCode.INVALID_REPLICA_ASSIGNMENT;
        assertAnswered(0, request("orders", 0, List.of(2)), invalid, message);
        assertAnswered(1, request("orders", 0, List.of(1, 2)), invalid, message);
        assertAnswered(1, request("orders", 0, List.of(2)).setAllowReplicationFactorChange(false), invalid, message);
    }

    @Test
    void keepsToTheReplicationFactorWhereToldTo() {
        AlterPartitionReassignmentsRequest request =
                request("orders", 0, List.of(1, 2)).setAllowReplicationFactorChange(false);
        assertAnswered(
                1, request, ErrorCode.INVALID_REPLICATION_FACTOR, "The replication factor is changed from 1 to 2");
    }

    @Test
    void listsNoneEver() {
        ListPartitionReassignmentsHandler list = new ListPartitionReassignmentsHandler();
        ListPartitionReassignmentsTopics orders =
                new ListPartitionReassignmentsTopics().setName("orders").setPartitionIndexes(List.of(0, 7));
        for (ListPartitionReassignmentsRequest request : List.of(
                new ListPartitionReassignmentsRequest().setTopics(null),
                new ListPartitionReassignmentsRequest().setTopics(List.of(orders)))) {
            ListPartitionReassignmentsResponse response = cluster.connection(0).answer(list, request);
            assertThat(response.errorCode()).isZero();
            assertThat(response.topics()).isEmpty();
        }
    }
}
