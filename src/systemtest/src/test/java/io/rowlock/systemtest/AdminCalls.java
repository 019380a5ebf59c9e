package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ClassicGroupState;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.LogDirNotFoundException;
import org.apache.kafka.common.metrics.KafkaMetric;

/**
 * One call of every method of the admin client that is served, and what it answers: each is a method of the same name here. What stands behind one is tested
 * in depth elsewhere.
 *
 * @param topic of its own, with two partitions and ten records in each
 * @param group of its own, which has committed offset 4 in the first partition and has no members
 */
record AdminCalls(ServerProcess server, Admin admin, String topic, String group) {
    private TopicPartition first() {
        return new TopicPartition(topic, 0);
    }

    private TopicPartitionReplica replica() {
        return new TopicPartitionReplica(topic, 0, 1);
    }

    void createTopics() {
        String name = topic + "-created";
        Uuid id = Clients.get(
                admin.createTopics(List.of(new NewTopic(name, 3, (short) 1))).topicId(name));
        assertThat(description(name).topicId()).isEqualTo(id);
    }

    private TopicDescription description(String name) {
        return Objects.requireNonNull(
                Clients.get(admin.describeTopics(List.of(name)).allTopicNames()).get(name));
    }

    void createPartitions() {
        Clients.done(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5)))
                .all());
        Clients.until("five partitions", () -> description(topic).partitions().size() == 5);
    }

    void deleteTopics() {
        TopicCollection id =
                TopicCollection.ofTopicIds(Set.of(description(topic).topicId()));
        Clients.done(admin.deleteTopics(id).all());
        assertThat(Clients.get(admin.listTopics().names())).doesNotContain(topic);
    }

    void describeTopics() {
        TopicDescription byName = description(topic);
        assertThat(byName.partitions()).hasSize(2).allSatisfy(partition -> {
            assertThat(partition.leader().id()).isEqualTo(1);
            assertThat(partition.isr()).containsExactlyElementsOf(partition.replicas());
        });
        TopicCollection id = TopicCollection.ofTopicIds(Set.of(byName.topicId()));
        assertThat(Clients.get(admin.describeTopics(id).allTopicIds()).values())
                .extracting(TopicDescription::name)
                .containsExactly(topic);
    }

    void listTopics() {
        assertThat(Clients.get(admin.listTopics().namesToListings()).get(topic))
                .satisfies(listing -> assertThat(listing.topicId())
                        .isEqualTo(description(topic).topicId()));
    }

    void listOffsets() {
        assertThat(Clients.get(admin.listOffsets(Map.of(first(), OffsetSpec.latest()))
                                .partitionResult(first()))
                        .offset())
                .isEqualTo(10);
    }

    void deleteRecords() {
        assertThat(Clients.get(admin.deleteRecords(Map.of(first(), RecordsToDelete.beforeOffset(7)))
                                .lowWatermarks()
                                .get(first()))
                        .lowWatermark())
                .isEqualTo(7);
    }

    void describeProducers() {
        assertThat(Clients.get(admin.describeProducers(List.of(first())).partitionResult(first()))
                        .activeProducers())
                .singleElement()
                .satisfies(producer -> {
                    assertThat(producer.lastSequence()).isEqualTo(9);
                    assertThat(producer.currentTransactionStartOffset()).isEmpty();
                });
    }

    void alterPartitionReassignments() {
        Clients.done(admin.alterPartitionReassignments(
                        Map.of(first(), Optional.of(new NewPartitionReassignment(List.of(1)))))
                .all());
        assertThat(Clients.failure(admin.alterPartitionReassignments(
                                Map.of(first(), Optional.of(new NewPartitionReassignment(List.of(7)))))
                        .all()))
                .isInstanceOf(InvalidReplicaAssignmentException.class);
    }

    void listPartitionReassignments() {
        assertThat(Clients.get(admin.listPartitionReassignments().reassignments()))
                .isEmpty();
    }

    void alterReplicaLogDirs() {
        assertThat(Clients.failure(admin.alterReplicaLogDirs(Map.of(replica(), "/no/such/directory"))
                        .values()
                        .get(replica())))
                .isInstanceOf(LogDirNotFoundException.class);
        Clients.done(admin.alterReplicaLogDirs(
                        Map.of(replica(), server.dataDirectory().toString()))
                .all());
    }

    void describeLogDirs() {
        Map<String, LogDirDescription> directories = Objects.requireNonNull(
                Clients.get(admin.describeLogDirs(List.of(1)).allDescriptions()).get(1));
        LogDirDescription directory =
                Objects.requireNonNull(directories.get(server.dataDirectory().toString()), directories::toString);
        assertThat(directory.replicaInfos().get(first()))
                .returns(0L, ReplicaInfo::offsetLag)
                .returns(false, ReplicaInfo::isFuture)
                .satisfies(info -> assertThat(info.size()).isPositive());
        assertThat(directory.totalBytes().orElseThrow())
                .isGreaterThan(directory.usableBytes().orElseThrow());
    }

    void describeReplicaLogDirs() {
        assertThat(Clients.get(admin.describeReplicaLogDirs(List.of(replica()))
                                .values()
                                .get(replica()))
                        .getCurrentReplicaLogDir())
                .isEqualTo(server.dataDirectory().toString());
    }

    void electLeaders() {
        assertThat(Clients.get(admin.electLeaders(ElectionType.PREFERRED, Set.of(first()))
                                .partitions())
                        .get(first()))
                .get()
                .isInstanceOf(ElectionNotNeededException.class);
    }

    void describeConfigs() {
        assertThat(AdminReadTest.topicConfig(admin, topic, "retention.ms")).isEqualTo("604800000");
    }

    void incrementalAlterConfigs() {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry("retention.ms", "7000"), AlterConfigOp.OpType.SET);
        Clients.done(
                admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all());
        Clients.until(
                "the new value",
                () -> AdminReadTest.topicConfig(admin, topic, "retention.ms").equals("7000"));
    }

    void listConfigResources() {
        assertThat(Clients.get(admin.listConfigResources().all()))
                .contains(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        new ConfigResource(ConfigResource.Type.BROKER, "1"));
    }

    @SuppressWarnings("removal")
    void listClientMetricsResources() {
        Clients.done(admin.listClientMetricsResources().all());
    }

    void listGroups() {
        assertThat(Clients.get(admin.listGroups().all()))
                .anyMatch(found -> found.groupId().equals(group));
    }

    @SuppressWarnings("removal")
    void listConsumerGroups() {
        assertThat(Clients.get(admin.listConsumerGroups().all()))
                .anyMatch(found -> found.groupId().equals(group));
    }

    void describeConsumerGroups() {
        assertThat(Clients.get(admin.describeConsumerGroups(List.of(group)).all())
                        .get(group))
                .satisfies(found -> {
                    assertThat(found.groupState()).isEqualTo(GroupState.EMPTY);
                    assertThat(found.coordinator().id()).isEqualTo(1);
                });
    }

    void describeClassicGroups() {
        assertThat(Clients.get(admin.describeClassicGroups(List.of(group)).all())
                        .get(group))
                .satisfies(found -> assertThat(found.state()).isEqualTo(ClassicGroupState.EMPTY));
    }

    void listConsumerGroupOffsets() {
        assertThat(Clients.get(admin.listConsumerGroupOffsets(Map.of(group, new ListConsumerGroupOffsetsSpec()))
                        .partitionsToOffsetAndMetadata(group)))
                .isEqualTo(Map.of(first(), new OffsetAndMetadata(4)));
    }

    void alterConsumerGroupOffsets() {
        Clients.done(admin.alterConsumerGroupOffsets(group, Map.of(first(), new OffsetAndMetadata(6)))
                .all());
        assertThat(Clients.committed(admin, group)).isEqualTo(Map.of(first(), 6L));
    }

    void deleteConsumerGroupOffsets() {
        Clients.done(admin.deleteConsumerGroupOffsets(group, Set.of(first())).all());
        assertThat(Clients.committed(admin, group)).isEmpty();
    }

    void deleteConsumerGroups() {
        Clients.done(admin.deleteConsumerGroups(List.of(group)).all());
        assertThat(Clients.get(admin.listGroups().all()))
                .noneMatch(found -> found.groupId().equals(group));
    }

    void removeMembersFromConsumerGroup() {
        String its = group + "-members";
        try (GroupMember member =
                GroupMember.join(server, its, List.of(topic), Map.of("group.instance.id", "one"), (c, r) -> {})) {
            Clients.until("its partitions", () -> member.held().size() == 2);
            String before = member.memberId();
            Clients.done(admin.removeMembersFromConsumerGroup(its, new RemoveMembersFromConsumerGroupOptions())
                    .all());
            Clients.until("another id", () -> !member.memberId().equals(before));
        }
    }

    void deleteShareGroups() {
        unknown(admin.deleteShareGroups(List.of("no-such")).all());
    }

    void deleteStreamsGroups() {
        unknown(admin.deleteStreamsGroups(List.of("no-such")).all());
    }

    private static void unknown(KafkaFuture<?> answer) {
        assertThat(Clients.failure(answer)).isInstanceOf(GroupIdNotFoundException.class);
    }

    void listStreamsGroupOffsets() {
        assertThat(Clients.get(admin.listStreamsGroupOffsets(Map.of(group, new ListStreamsGroupOffsetsSpec()))
                        .partitionsToOffsetAndMetadata(group)))
                .isEqualTo(Map.of(first(), new OffsetAndMetadata(4)));
    }

    void alterStreamsGroupOffsets() {
        Clients.done(admin.alterStreamsGroupOffsets(group, Map.of(first(), new OffsetAndMetadata(6)))
                .all());
        assertThat(Clients.committed(admin, group)).isEqualTo(Map.of(first(), 6L));
    }

    void deleteStreamsGroupOffsets() {
        Clients.done(admin.deleteStreamsGroupOffsets(group, Set.of(first())).all());
        assertThat(Clients.committed(admin, group)).isEmpty();
    }

    void describeCluster() {
        assertThat(Clients.get(admin.describeCluster().nodes()))
                .singleElement()
                .satisfies(node -> assertThat(node.host() + ":" + node.port()).isEqualTo(server.bootstrap()));
    }

    /** Without transactions and the newer groups there is no feature with a level. */
    void describeFeatures() {
        assertThat(Clients.get(admin.describeFeatures().featureMetadata()).finalizedFeatures())
                .satisfies(features -> assertThat(features.isEmpty()).isEqualTo(Target.current() == Target.ROWLOCK));
    }

    void metrics() {
        assertThat(admin.metrics()).isNotEmpty();
    }

    /** What the client would push if brokers asked for it. */
    void registerMetricForSubscription() {
        admin.registerMetricForSubscription(metric());
        admin.unregisterMetricFromSubscription(metric());
    }

    void unregisterMetricFromSubscription() {
        registerMetricForSubscription();
    }

    private KafkaMetric metric() {
        return (KafkaMetric) admin.metrics().values().iterator().next();
    }

    /** Neither this node nor Apache Kafka without a plugin takes metrics; the client makes up an id when its patience ends. */
    void clientInstanceId() {
        Map<String, Object> config = Map.of("bootstrap.servers", server.bootstrap(), "enable.metrics.push", "true");
        try (Admin pushing = Admin.create(config)) {
            assertThat(pushing.clientInstanceId(Duration.ofMillis(300))).isNotEqualTo(Uuid.ZERO_UUID);
        }
    }

    void close() {
        Admin another = Admin.create(new HashMap<>(Map.of("bootstrap.servers", server.bootstrap())));
        another.close(Duration.ofSeconds(5));
    }
}
