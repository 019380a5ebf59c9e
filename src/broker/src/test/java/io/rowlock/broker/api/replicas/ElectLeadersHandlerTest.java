package io.rowlock.broker.api.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
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
    private static final Duration POLL = Duration.ofMillis(100);

    private final TestCluster cluster = new TestCluster();
    private final ElectLeadersHandler handler = new ElectLeadersHandler(cluster::image, cluster.store);

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

    /** Node 1 has come back and is in sync again, but node 2 leads what it took over. */
    private void createLedByTheSecond(String topic) {
        cluster.join(2, "client");
        TopicInfo created = cluster.create(topic, List.of(1, 2));
        cluster.handOver(1);
        cluster.join(1, "client", "peer");
        cluster.time.advance(POLL);
        PartitionInfo now = cluster.topic(topic).partitions().get(0);
        InSyncChange change = new InSyncChange(
                new PartitionId(created.id(), 0),
                now.leaderEpoch(),
                now.partitionEpoch(),
                List.of(
                        new InSyncChange.Member(2, InSyncChange.Member.UNCHECKED),
                        new InSyncChange.Member(1, cluster.brokerEpoch(1))));
        cluster.store
                .alterInSync(2, cluster.brokerEpoch(2), List.of(change))
                .toCompletableFuture()
                .join();
        cluster.time.advance(POLL);
        assertThat(cluster.topic(topic).partitions().get(0).leader()).isEqualTo(2);
    }

    private int leader(String topic, int partition) {
        cluster.time.advance(POLL);
        return cluster.topic(topic).partitions().get(partition).leader();
    }

    @Test
    void bringsBackThePreferredReplica() {
        for (int version = 0; version <= 2; version++) {
            String topic = "orders-" + version;
            createLedByTheSecond(topic);
            ElectLeadersResponse response = elect(version, PREFERRED, List.of(of(topic, 0)));
            assertThat(response.errorCode()).isZero();
            assertThat(only(response)).containsExactly(result(0, ErrorCode.NONE, null));
            assertThat(leader(topic, 0)).isEqualTo(1);
        }
    }

    @Test
    void bringsBackAllWhereNoneIsNamed() {
        createLedByTheSecond("orders");
        assertThat(only(elect(2, PREFERRED, null))).containsExactly(result(0, ErrorCode.NONE, null));
        assertThat(leader("orders", 0)).isEqualTo(1);
    }

    @Test
    void electsWhoLacksRecordsOnlyWhenAskedTo() {
        createHalfLed("orders");
        assertThat(only(elect(2, UNCLEAN, List.of(of("orders", 1))))).containsExactly(result(1, ErrorCode.NONE, null));
        assertThat(leader("orders", 1)).isEqualTo(2);
    }

    @Test
    void saysThatTheStoreIsAwayToTheWholeAndToEachPartition() {
        createLedByTheSecond("orders");
        cluster.store.line = TestCluster.Store.Line.CUT;
        ElectLeadersResponse response = elect(2, PREFERRED, List.of(of("orders", 0)));
        assertThat(response.errorCode()).isEqualTo(ErrorCode.NOT_CONTROLLER.code());
        assertThat(only(response))
                .extracting(PartitionResult::errorCode)
                .containsExactly(ErrorCode.NOT_CONTROLLER.code());
    }

    @Test
    void saysAfterTheTimeoutThatItIsNotDone() {
        createLedByTheSecond("orders");
        cluster.store.line = TestCluster.Store.Line.HELD;
        ElectLeadersRequest request = new ElectLeadersRequest()
                .setElectionType(PREFERRED)
                .setTopicPartitions(List.of(of("orders", 0)))
                .setTimeoutMs(1000);
        List<ElectLeadersResponse> answers = cluster.connection(2).start(handler, request);
        cluster.time.advance(Duration.ofMillis(999));
        assertThat(answers).isEmpty();
        cluster.time.advance(Duration.ofMillis(1));
        assertThat(answers)
                .extracting(ElectLeadersResponse::errorCode)
                .containsExactly(ErrorCode.REQUEST_TIMED_OUT.code());
    }

    @Test
    void hasNobodyToElectWhereTheDataIsGone() {
        createHalfLed("orders");
        // Nobody renews leases here.
        cluster.time.advance(Duration.ofSeconds(7));
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
    void listsEveryTopicButOnlyWhatLackedItsLeader() {
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
