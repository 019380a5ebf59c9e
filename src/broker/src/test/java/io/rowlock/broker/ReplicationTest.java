package io.rowlock.broker;

import static io.rowlock.broker.BrokerClient.batch;
import static io.rowlock.broker.BrokerClient.toProduce;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.partition.Durability;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several brokers with real disks and sockets follow each other. */
@Timeout(120)
class ReplicationTest {

    private static final int ALL = -1;
    private static final int LEADER = 1;

    @TempDir
    Path data;

    private ClusterInProcess cluster(int nodes, Durability durability, Map<String, String> settings)
            throws IOException {
        return new ClusterInProcess(data, nodes, durability, settings);
    }

    private static void until(String what, BooleanSupplier condition) {
        for (int tries = 0; !condition.getAsBoolean(); tries++) {
            assertThat(tries).as("waiting until " + what).isLessThan(3_000);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static PartitionProduceResponse produce(
            ClusterInProcess cluster, int node, TopicInfo topic, int partition, int acks, int records)
            throws IOException {
        try (BrokerClient client = new BrokerClient(cluster.node(node))) {
            PartitionProduceResponse last = new PartitionProduceResponse();
            for (int i = 0; i < records; i++) {
                last = client.produce(toProduce(topic.id(), partition, acks, batch(100 + i)));
            }
            return last;
        }
    }

    private static void produceAll(ClusterInProcess cluster, int node, TopicInfo topic, int partition, int records)
            throws IOException {
        PartitionProduceResponse last = produce(cluster, node, topic, partition, ALL, records);
        assertThat(ErrorCode.forCode(last.errorCode())).isEqualTo(ErrorCode.NONE);
    }

    private static byte[] log(ClusterInProcess cluster, int node, TopicInfo topic, int partition) {
        Path directory = cluster.directory(node).resolve(topic.name() + "-" + partition);
        try {
            return Files.readAllBytes(directory.resolve("00000000000000000000.log"));
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private static boolean sameLogs(ClusterInProcess cluster, TopicInfo topic, int partition, int... nodes) {
        byte[] first = log(cluster, nodes[0], topic, partition);
        for (int node : nodes) {
            if (!Arrays.equals(first, log(cluster, node, topic, partition))) {
                return false;
            }
        }
        return first.length > 0;
    }

    private static void moveLeader(ClusterInProcess cluster, TopicInfo topic, int from) {
        cluster.handOver(from);
        assertThat(cluster.partition(topic.id(), 0).leader()).isNotEqualTo(from);
    }

    @Test
    void whatIsAcknowledgedByAllIsOnAllDisks() throws IOException {
        try (ClusterInProcess cluster = cluster(3, Durability.FSYNC, Map.of())) {
            TopicInfo topic = cluster.create(1, List.of(1, 2, 3), Map.of());
            assertThat(topic.partitions().get(0).inSyncReplicas()).containsExactlyInAnyOrder(1, 2, 3);
            produceAll(cluster, LEADER, topic, 0, 50);
            assertThat(sameLogs(cluster, topic, 0, 1, 2, 3)).isTrue();
        }
    }

    @Test
    void aFollowerThatWasAwayCatchesUpAndIsInSyncAgain() throws IOException {
        try (ClusterInProcess cluster = cluster(3, Durability.ASYNC, Map.of())) {
            TopicInfo topic = cluster.create(1, List.of(1, 2, 3), Map.of());
            produceAll(cluster, LEADER, topic, 0, 5);
            cluster.handOver(3);
            cluster.stop(3);
            assertThat(cluster.partition(topic.id(), 0).inSyncReplicas()).containsExactlyInAnyOrder(1, 2);
            produceAll(cluster, LEADER, topic, 0, 5);
            cluster.start(3);
            until(
                    "the follower is in sync",
                    () -> cluster.partition(topic.id(), 0).inSyncReplicas().contains(3));
            produceAll(cluster, LEADER, topic, 0, 1);
            assertThat(sameLogs(cluster, topic, 0, 1, 2, 3)).isTrue();
        }
    }

    @Test
    void followersGoOnWithTheNextLeader() throws IOException {
        try (ClusterInProcess cluster = cluster(3, Durability.ASYNC, Map.of())) {
            TopicInfo topic = cluster.create(1, List.of(1, 2, 3), Map.of());
            produceAll(cluster, LEADER, topic, 0, 5);
            moveLeader(cluster, topic, LEADER);
            PartitionInfo moved = cluster.partition(topic.id(), 0);
            until("the new leader takes records", () -> {
                try {
                    return produce(cluster, moved.leader(), topic, 0, ALL, 1).errorCode() == 0;
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            until("all have them, the former leader too", () -> sameLogs(cluster, topic, 0, 1, 2, 3));
        }
    }

    @Test
    void aDeposedLeaderCutsWhatNobodyElseHas() throws IOException {
        try (ClusterInProcess cluster = cluster(2, Durability.ASYNC, Map.of())) {
            TopicInfo topic = cluster.create(1, List.of(1, 2), Map.of());
            produceAll(cluster, LEADER, topic, 0, 5);
            cluster.node(2).cut();
            PartitionProduceResponse alone = produce(cluster, LEADER, topic, 0, 1, 3);
            assertThat(alone.errorCode()).isZero();
            moveLeader(cluster, topic, LEADER);
            until("the new leader takes records", () -> {
                try {
                    return produce(cluster, 2, topic, 0, 1, 1).errorCode() == 0;
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            until("the logs agree", () -> sameLogs(cluster, topic, 0, 1, 2));
        }
    }

    @Test
    void aThousandPartitionsNeedOneConnection() throws IOException {
        try (ClusterInProcess cluster = cluster(2, Durability.ASYNC, Map.of())) {
            TopicInfo topic = cluster.create(1_000, List.of(1, 2), Map.of());
            for (int partition = 0; partition < 1_000; partition += 111) {
                produceAll(cluster, LEADER, topic, partition, 1);
                assertThat(sameLogs(cluster, topic, partition, 1, 2)).isTrue();
            }
            assertThat(cluster.node(LEADER).peerConnections()).isEqualTo(1);
        }
    }
}
