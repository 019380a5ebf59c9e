package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.LogDirNotFoundException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replicas described, elected, reassigned and moved by the stock admin client, as far as one node goes. */
@ExtendWith(SharedBroker.class)
class AdminReplicasTest {
    private static final int NODE = 1;

    private final ServerProcess server;
    private final Admin admin;

    AdminReplicasTest(ServerProcess server) {
        this.server = server;
        this.admin = Clients.admin(server);
    }

    @AfterEach
    void disconnect() {
        admin.close();
    }

    private Map<String, LogDirDescription> directories() {
        return Clients.get(admin.describeLogDirs(List.of(NODE)).descriptions().get(NODE));
    }

    @Test
    void theDirectoryIsDescribed() {
        String topic = Clients.topic(server, "described", 2, Map.of());
        Clients.fill(server, List.of(new TopicPartition(topic, 1)), 10);
        assertThat(directories()).hasSize(1).allSatisfy((path, directory) -> {
            assertThat(path).startsWith("/");
            assertThat(directory.error()).isNull();
            assertThat(directory.totalBytes().orElse(0)).isPositive();
            assertThat(directory.usableBytes().orElse(0)).isPositive();
            Map<TopicPartition, ReplicaInfo> replicas = directory.replicaInfos();
            assertThat(replicas).containsKeys(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
            ReplicaInfo empty = replicas.get(new TopicPartition(topic, 0));
            ReplicaInfo filled = replicas.get(new TopicPartition(topic, 1));
            assertThat(empty).isNotNull().satisfies(replica -> {
                assertThat(replica.size()).isZero();
                assertThat(replica.isFuture()).isFalse();
            });
            assertThat(filled).isNotNull().satisfies(replica -> {
                assertThat(replica.size()).isBetween(200L, 2_000L);
                assertThat(replica.offsetLag()).isZero();
            });
        });
    }

    @Test
    void aReplicaIsMovedOnlyToWhereItIs() {
        String topic = Clients.topic(server, "moved", 1, Map.of());
        TopicPartitionReplica replica = new TopicPartitionReplica(topic, 0, NODE);
        TopicPartitionReplica unknown = new TopicPartitionReplica(Clients.uniqueName("never"), 0, NODE);
        String own = directories().keySet().iterator().next();
        Clients.done(admin.alterReplicaLogDirs(Map.of(replica, own)).all());
        assertThat(Clients.failure(
                        admin.alterReplicaLogDirs(Map.of(unknown, own)).all()))
                .isInstanceOf(UnknownTopicOrPartitionException.class);
        assertThat(Clients.failure(
                        admin.alterReplicaLogDirs(Map.of(replica, "/elsewhere")).all()))
                .isInstanceOf(LogDirNotFoundException.class);
        assertThat(Clients.get(admin.describeReplicaLogDirs(List.of(replica))
                                .values()
                                .get(replica))
                        .getCurrentReplicaLogDir())
                .isEqualTo(own);
    }

    @ParameterizedTest
    @EnumSource(ElectionType.class)
    void everyLeaderIsInItsPlace(ElectionType type) {
        String topic = Clients.topic(server, "elected", 1, Map.of());
        TopicPartition known = new TopicPartition(topic, 0);
        TopicPartition beyond = new TopicPartition(topic, 1);
        TopicPartition unknown = new TopicPartition(Clients.uniqueName("never"), 0);
        Map<TopicPartition, Optional<Throwable>> results = Clients.get(
                admin.electLeaders(type, Set.of(known, beyond, unknown)).partitions());
        assertThat(results).hasSize(3);
        assertThat(results.get(known))
                .isNotNull()
                .hasValueSatisfying(error -> assertThat(error)
                        .isInstanceOf(ElectionNotNeededException.class)
                        .hasMessage("Leader election not needed for topic partition."));
        assertThat(results.get(beyond))
                .isNotNull()
                .hasValueSatisfying(error -> assertThat(error)
                        .isInstanceOf(UnknownTopicOrPartitionException.class)
                        .hasMessage("No such partition as " + topic + "-1"));
        assertThat(results.get(unknown))
                .isNotNull()
                .hasValueSatisfying(error -> assertThat(error)
                        .isInstanceOf(UnknownTopicOrPartitionException.class)
                        .hasMessage("No such topic as " + unknown.topic()));
        assertThat(Clients.get(admin.electLeaders(type, null).partitions())).isEmpty();
    }

    private Throwable refusal(TopicPartition partition, Optional<NewPartitionReassignment> target) {
        return Clients.failure(admin.alterPartitionReassignments(Map.of(partition, target))
                .values()
                .get(partition));
    }

    private static Optional<NewPartitionReassignment> to(Integer... nodes) {
        return Optional.of(new NewPartitionReassignment(List.of(nodes)));
    }

    @Test
    void aPartitionIsReassignedOnlyToWhereItIs() {
        String topic = Clients.topic(server, "reassigned", 1, Map.of());
        TopicPartition known = new TopicPartition(topic, 0);
        TopicPartition unknown = new TopicPartition(Clients.uniqueName("never"), 0);
        Clients.done(admin.alterPartitionReassignments(Map.of(known, to(NODE))).all());
        assertThat(refusal(known, Optional.empty()))
                .isInstanceOf(NoReassignmentInProgressException.class)
                .hasMessage("No partition reassignment is in progress.");
        assertThat(refusal(known, to(7)))
                .isInstanceOf(InvalidReplicaAssignmentException.class)
                .hasMessage("The manual partition assignment includes broker 7, but no such broker is registered.");
        assertThat(refusal(known, to(NODE, NODE)))
                .isInstanceOf(InvalidReplicaAssignmentException.class)
                .hasMessage("The manual partition assignment includes the broker 1 more than once.");
        assertThat(refusal(unknown, to(NODE)))
                .isInstanceOf(UnknownTopicOrPartitionException.class)
                .hasMessage("Unable to find a topic named " + unknown.topic() + ".");
        assertThat(refusal(new TopicPartition(topic, 5), to(NODE)))
                .isInstanceOf(UnknownTopicOrPartitionException.class)
                .hasMessage("Unable to find partition " + topic + ":5.");
        assertThat(Clients.get(admin.listPartitionReassignments().reassignments()))
                .isEmpty();
        assertThat(Clients.get(
                        admin.listPartitionReassignments(Set.of(known, unknown)).reassignments()))
                .isEmpty();
    }

    @Test
    void producersAreDescribed() {
        String topic = Clients.topic(server, "producing", 1, Map.of());
        TopicPartition partition = new TopicPartition(topic, 0);
        long before = Instant.now().toEpochMilli();
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            for (int i = 0; i < 5; i++) {
                Clients.done(producer.send(new ProducerRecord<>(topic, 0, null, new byte[10])));
            }
        }
        List<ProducerState> producers = Clients.get(
                        admin.describeProducers(List.of(partition)).partitionResult(partition))
                .activeProducers();
        assertThat(producers).singleElement().satisfies(producer -> {
            assertThat(producer.producerEpoch()).isZero();
            assertThat(producer.lastSequence()).isEqualTo(4);
            assertThat(producer.lastTimestamp()).isGreaterThanOrEqualTo(before);
            assertThat(producer.coordinatorEpoch().orElse(-1)).isEqualTo(-1);
            assertThat(producer.currentTransactionStartOffset()).isEqualTo(OptionalLong.empty());
        });
    }
}
