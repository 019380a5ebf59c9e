package io.rowlock.broker.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeClusterRequest;
import io.rowlock.protocol.message.DescribeClusterResponse;
import io.rowlock.protocol.message.DescribeClusterResponse.DescribeClusterBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescribeClusterHandlerTest {

    private final TestCluster cluster = new TestCluster();
    private final DescribeClusterHandler handler = new DescribeClusterHandler(cluster::image, 1);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void tellsOfTheNodesThatServeTheListener(int version) {
        cluster.join(2, "client");
        cluster.join(3, "client");
        cluster.join(4, "peer");
        cluster.stop(3);
        DescribeClusterResponse response = cluster.connection(version).answer(handler, new DescribeClusterRequest());
        assertThat(response.errorCode()).isZero();
        assertThat(response.clusterId()).isEqualTo(cluster.image().clusterId());
        assertThat(response.controllerId()).isEqualTo(1);
        assertThat(response.clusterAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
        assertThat(response.brokers())
                .extracting(
                        DescribeClusterBroker::brokerId,
                        DescribeClusterBroker::host,
                        DescribeClusterBroker::port,
                        DescribeClusterBroker::rack,
                        DescribeClusterBroker::isFenced)
                .containsExactly(tuple(1, "node1", 9092, "rack1", false), tuple(2, "node2", 9092, "rack2", false));
    }

    @Test
    void tellsOfStoppedNodesWhoAsks() {
        cluster.join(2, "client");
        cluster.stop(2);
        assertThat(cluster.connection(2)
                        .answer(handler, new DescribeClusterRequest().setIncludeFencedBrokers(true))
                        .brokers())
                .extracting(DescribeClusterBroker::brokerId, DescribeClusterBroker::isFenced)
                .containsExactly(tuple(1, false), tuple(2, true));
    }

    @Test
    void tellsOfAuthorizedOperationsWhoAsks() {
        assertThat(cluster.connection(0)
                        .answer(handler, new DescribeClusterRequest().setIncludeClusterAuthorizedOperations(true))
                        .clusterAuthorizedOperations())
                .isEqualTo(AuthorizedOperations.CLUSTER);
    }

    @Test
    void isNoController() {
        assertThat(cluster.connection(1)
                        .answer(handler, new DescribeClusterRequest().setEndpointType((byte) 2))
                        .errorCode())
                .isEqualTo(ErrorCode.MISMATCHED_ENDPOINT_TYPE.code());
        assertThat(cluster.connection(1)
                        .answer(handler, new DescribeClusterRequest().setEndpointType((byte) 3))
                        .errorCode())
                .isEqualTo(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE.code());
    }
}
