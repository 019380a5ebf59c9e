package io.rowlock.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchResponse.FetchableTopicResponse;
import io.rowlock.protocol.message.FetchResponse.PartitionData;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.TopicProduceResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeaderHintsTest {

    private final TestCluster cluster = new TestCluster();
    private final LeaderHints hints = new LeaderHints(cluster::image);

    @BeforeEach
    void join() {
        cluster.join(2, "client", "peer");
        cluster.create("orders", List.of(2));
    }

    private ProduceResponse produce(int version, String listener, ErrorCode error) {
        TopicInfo topic = cluster.topic("orders");
        ProduceResponse plain = new ProduceResponse()
                .setResponses(List.of(new TopicProduceResponse()
                        .setName(version < 13 ? "orders" : "")
                        .setTopicId(version < 13 ? new UUID(0, 0) : topic.id())
                        .setPartitionResponses(List.of(
                                new PartitionProduceResponse().setIndex(0).setErrorCode(error.code())))));
        return cluster.connection(version, listener)
                .answer(hints.inProduce((context, request, reply) -> reply.accept(plain)), new ProduceRequest());
    }

    private FetchResponse fetch(int version, String listener, ErrorCode error) {
        FetchResponse plain = new FetchResponse()
                .setResponses(List.of(new FetchableTopicResponse()
                        .setTopicId(cluster.topic("orders").id())
                        .setPartitions(
                                List.of(new PartitionData().setPartitionIndex(0).setErrorCode(error.code())))));
        return cluster.connection(version, listener)
                .answer(hints.inFetch((context, request, reply) -> reply.accept(plain)), new FetchRequest());
    }

    private static PartitionProduceResponse only(ProduceResponse response) {
        return response.responses().get(0).partitionResponses().get(0);
    }

    private static PartitionData only(FetchResponse response) {
        return response.responses().get(0).partitions().get(0);
    }

    @Test
    void tellProducersWhoLeadsAndWhereByNameAndById() {
        int epoch = cluster.topic("orders").partitions().get(0).leaderEpoch();
        for (int version : new int[] {10, 12, 13}) {
            ProduceResponse response = produce(version, "client", ErrorCode.NOT_LEADER_OR_FOLLOWER);
            assertThat(only(response).currentLeader())
                    .isEqualTo(new ProduceResponse.LeaderIdAndEpoch()
                            .setLeaderId(2)
                            .setLeaderEpoch(epoch));
            assertThat(response.nodeEndpoints())
                    .containsExactly(new ProduceResponse.NodeEndpoint()
                            .setNodeId(2)
                            .setHost("node2")
                            .setPort(9092)
                            .setRack("rack2"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"NOT_LEADER_OR_FOLLOWER", "FENCED_LEADER_EPOCH"})
    void tellConsumersWhoLeadsAndWhereOnTheirListener(ErrorCode error) {
        FetchResponse response = fetch(16, "peer", error);
        assertThat(only(response).currentLeader().leaderId()).isEqualTo(2);
        assertThat(response.nodeEndpoints())
                .containsExactly(new FetchResponse.NodeEndpoint()
                        .setNodeId(2)
                        .setHost("node2")
                        .setPort(9093)
                        .setRack("rack2"));
    }

    @Test
    void saveVersionsThatDoNotKnowThemAndAnswersWithoutTheError() {
        assertThat(produce(9, "client", ErrorCode.NOT_LEADER_OR_FOLLOWER).nodeEndpoints())
                .isEmpty();
        assertThat(fetch(15, "client", ErrorCode.NOT_LEADER_OR_FOLLOWER).nodeEndpoints())
                .isEmpty();
        assertThat(produce(10, "client", ErrorCode.NONE).nodeEndpoints()).isEmpty();
        assertThat(fetch(16, "client", ErrorCode.UNKNOWN_LEADER_EPOCH).nodeEndpoints())
                .isEmpty();
    }

    @Test
    void nameNobodyWhoCannotBeReached() {
        cluster.stop(2);
        cluster.time.advance(Duration.ofSeconds(1));
        ProduceResponse response = produce(10, "client", ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(response.nodeEndpoints()).isEmpty();
        assertThat(only(response).currentLeader().leaderId()).isEqualTo(-1);
        assertThat(fetch(16, "other", ErrorCode.NOT_LEADER_OR_FOLLOWER).nodeEndpoints())
                .isEmpty();
    }
}
