package io.rowlock.broker.partition;

import static io.rowlock.broker.partition.SimulatedPartitions.ALL;
import static io.rowlock.broker.partition.SimulatedPartitions.batch;
import static io.rowlock.broker.partition.SimulatedPartitions.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.api.TestContext;
import io.rowlock.broker.api.replicas.DescribeProducersHandler;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeProducersRequest;
import io.rowlock.protocol.message.DescribeProducersRequest.TopicRequest;
import io.rowlock.protocol.message.DescribeProducersResponse;
import io.rowlock.protocol.message.DescribeProducersResponse.PartitionResponse;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How much one answer to DescribeProducers takes in. */
class DescribedProducersTest {

    private static final TopicInfo TOPIC = topic("t", 1, led(0), led(1), led(2));

    private final SimulatedPartitions sim = new SimulatedPartitions();

    private static PartitionInfo led(int index) {
        return new PartitionInfo(index, 1, 0, 0, List.of(1), List.of(1));
    }

    private List<PartitionResponse> describe(int producersMax) {
        DescribeProducersHandler handler = new DescribeProducersHandler(sim::image, sim.partitions(), producersMax);
        DescribeProducersRequest request = new DescribeProducersRequest()
                .setTopics(List.of(new TopicRequest().setName("t").setPartitionIndexes(List.of(0, 1, 2))));
        TestContext context = new TestContext((short) 0, "client", sim.scheduler);
        List<DescribeProducersResponse> answers = context.start(handler, request);
        sim.owner.runAll();
        assertThat(answers).hasSize(1);
        return answers.get(0).topics().get(0).partitions();
    }

    @Test
    void theOthersAreToBeAskedForAgain() throws IOException {
        sim.start();
        sim.assign(TOPIC);
        for (int partition = 0; partition < 3; partition++) {
            Partition written = Objects.requireNonNull(
                    sim.partitions().find(TOPIC.id(), "", partition).partition());
            sim.append(written, ALL, batch(7, 0));
            sim.append(written, ALL, batch(8, 0));
            sim.syncAll();
        }
        short again = ErrorCode.NOT_LEADER_OR_FOLLOWER.code();
        assertThat(describe(5)).extracting(PartitionResponse::errorCode).containsOnly((short) 0);
        assertThat(describe(4)).extracting(PartitionResponse::errorCode).containsExactly((short) 0, (short) 0, again);
        assertThat(describe(1))
                .extracting(response -> response.activeProducers().size())
                .containsExactly(2, 0, 0);
        sim.assertNoBufferLeaks();
    }
}
