package io.rowlock.systemtest.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What goes into the fields of requests. */
final class Suppliers {
    private static final int TIMEOUT_MS = 30_000;

    private final Chance chance;
    private final Vocabulary words;
    private final ProduceData produce;

    Suppliers(Chance chance, Vocabulary words, ProduceData produce) {
        this.chance = chance;
        this.words = words;
        this.produce = produce;
    }

    void addTo(SchemaFiller filler) {
        topics(filler);
        records(filler);
        offsets(filler);
        groups(filler);
        administration(filler);
        configs(filler);
        cluster(filler);
    }

    private void topics(SchemaFiller filler) {
        filler.supply("topic", words::topic);
        filler.supply("topic_name", words::topic);
        filler.supply("topic_id", words::topicId);
        for (String field : List.of("partition", "partition_index", "index", "partitions[]", "partition_indexes[]")) {
            filler.supply(field, words::partition);
        }
        filler.supply("current_leader_epoch", words::currentLeaderEpoch);
        filler.supply("timeout_ms", () -> TIMEOUT_MS);
        filler.supply("isolation_level", () -> chance.below(2));
        filler.supply("replica_id", () -> -1);
    }

    private void records(SchemaFiller filler) {
        filler.supply("Produce.transactional_id", () -> null);
        filler.supply("Produce.acks", () -> chance.oddly(() -> chance.of(-1, -1, 1, 1, 1, 0), 2, -2));
        filler.supply("Produce.topic_data.name", words::topic);
        filler.supply("Produce.topic_data.partition_data.index", words::partition);
        filler.supply("Produce.topic_data.partition_data[]", () -> {
            int partition = words.partition();
            Map<String, Object> data = new HashMap<>();
            data.put("index", partition);
            data.put("records", produce.records(words.lastTopic(), partition));
            return data;
        });
        filler.supply("Fetch", this::fetch);
        filler.supply("Fetch.max_wait_ms", () -> 0);
        filler.supply("Fetch.min_bytes", () -> chance.below(2));
        filler.supply("Fetch.max_bytes", () -> chance.oddly(() -> 50_000_000, 0, 1, 150, 300));
        filler.supply("Fetch.topics.partitions.fetch_offset", words::offset);
        filler.supply("Fetch.topics.partitions.last_fetched_epoch", () -> chance.oddly(() -> -1, 0, 3));
        filler.supply("Fetch.topics.partitions.log_start_offset", () -> -1);
        filler.supply(
                "Fetch.topics.partitions.partition_max_bytes", () -> chance.of(1_048_576, 1_048_576, 300, 100, 1, 0));
        filler.supply("Fetch.forgotten_topics_data", () -> null);
    }

    /** Without a session, with a new one, going on with one, or wrong about it. */
    private Map<String, Object> fetch() {
        Ref id = new Ref(Ref.Kind.SESSION_ID, "own");
        Map<String, Object> fields = new HashMap<>();
        int way = chance.of(0, 0, 1, 1, 2, 2, 2, 3, 4, 5);
        fields.put("session_id", way <= 1 ? 0 : way == 5 ? 5 : id);
        Object epoch = way == 0 ? -1 : way == 1 ? 0 : new Ref(Ref.Kind.SESSION_EPOCH, "own");
        fields.put("session_epoch", way == 3 ? 77 : way == 4 ? -1 : epoch);
        if (way == 2 && chance.in(3)) {
            Map<String, Object> forgotten = new HashMap<>();
            forgotten.put("topic", words.topic());
            forgotten.put("topic_id", words.topicId());
            forgotten.put("partitions", List.of(words.partition()));
            fields.put("forgotten_topics_data", List.of(forgotten));
        }
        if (way == 2 && chance.in(3)) {
            fields.put("topics", List.of());
        }
        return fields;
    }

    private void offsets(SchemaFiller filler) {
        filler.supply("ListOffsets.topics.name", words::topic);
        filler.supply("ListOffsets.topics.partitions.timestamp", words::timestamp);
        filler.supply("DeleteRecords.topics.name", words::topic);
        filler.supply("DeleteRecords.topics.partitions.offset", words::offset);
        filler.supply(
                "OffsetForLeaderEpoch.topics.partitions.leader_epoch",
                () -> chance.oddly(() -> chance.of(0, 0, -1), 1, 5, -2));
        filler.supply("InitProducerId.transactional_id", () -> chance.in(20) ? "" : null);
        filler.supply("InitProducerId.transaction_timeout_ms", () -> 60_000);
        filler.supply("InitProducerId.producer_id", () -> -1);
        filler.supply("InitProducerId.producer_epoch", () -> -1);
    }

    private void groups(SchemaFiller filler) {
        filler.supply("group_id", words::group);
        filler.supply("member_id", words::member);
        filler.supply("generation_id", words::generation);
        filler.supply("generation_id_or_member_epoch", words::generation);
        filler.supply("group_instance_id", words::instance);
        filler.supply("protocol_type", () -> chance.oddly(() -> "consumer", "connect", ""));
        filler.supply("SyncGroup.protocol_type", () -> chance.oddly(() -> chance.ofOrNull("consumer"), "connect"));
        filler.supply("SyncGroup.protocol_name", () -> chance.oddly(() -> chance.ofOrNull("range"), "bogus"));
        filler.supply("SyncGroup.assignments.assignment", () -> new byte[] {1, 2});
        filler.supply("OffsetCommit.retention_time_ms", () -> -1);
        filler.supply("OffsetCommit.topics.name", words::topic);
        filler.supply("OffsetCommit.topics.partitions.committed_offset", words::offset);
        filler.supply("OffsetCommit.topics.partitions.committed_leader_epoch", () -> chance.of(-1, 0));
        filler.supply(
                "OffsetCommit.topics.partitions.committed_metadata",
                () -> chance.oddly(() -> chance.ofOrNull("", "m"), "m".repeat(4096), "m".repeat(4097)));
        filler.supply("OffsetFetch.topics.name", words::topic);
        filler.supply("OffsetFetch.groups.topics.name", words::topic);
        filler.supply("OffsetFetch.groups.member_id", () -> null);
        filler.supply("OffsetFetch.groups.member_epoch", () -> -1);
        filler.supply("OffsetFetch.require_stable", () -> chance.in(2));
        filler.supply("OffsetDelete.topics.name", words::topic);
        filler.supply("DescribeGroups.groups[]", words::group);
        filler.supply("DescribeGroups.include_authorized_operations", () -> chance.in(2));
        filler.supply("DeleteGroups.groups_names[]", words::group);
        filler.supply(
                "ListGroups.states_filter[]",
                () -> chance.oddly(() -> chance.of("Stable", "Empty", "PreparingRebalance", "empty"), "bogus", ""));
        filler.supply(
                "ListGroups.types_filter[]",
                () -> chance.oddly(() -> chance.of("classic", "Classic", "consumer"), "bogus", ""));
        filler.supply("FindCoordinator.key", words::group);
        filler.supply("FindCoordinator.coordinator_keys[]", words::group);
        filler.supply("FindCoordinator.key_type", () -> chance.oddly(() -> 0, 5, -1));
        filler.supply("LeaveGroup.members.reason", () -> chance.ofOrNull("", "done"));
    }

    private void administration(SchemaFiller filler) {
        filler.supply("CreateTopics.topics[]", this::newTopic);
        filler.supply("CreateTopics.validate_only", () -> chance.in(3));
        filler.supply("DeleteTopics.topic_names[]", words::newTopic);
        filler.supply("DeleteTopics.topics[]", () -> words.oneTopicByNameOrId(chance.of("t3", "t4", "t5", "t.5")));
        filler.supply("CreatePartitions.topics.name", words::topic);
        filler.supply("CreatePartitions.topics.count", () -> chance.oddly(() -> 1 + chance.below(5), 0, -1));
        filler.supply(
                "CreatePartitions.topics.assignments",
                () -> chance.oddly(() -> null, List.of(), assignment(1), assignment(2)));
        filler.supply("CreatePartitions.validate_only", () -> chance.in(3));
        filler.supply("ElectLeaders.election_type", () -> chance.oddly(() -> chance.below(2), 2, -1));
        filler.supply("AlterPartitionReassignments.topics.name", words::topic);
        filler.supply(
                "AlterPartitionReassignments.topics.partitions.replicas",
                () -> chance.oddly(
                        () -> chance.ofOrNull(List.of(1)),
                        List.of(2),
                        List.of(1, 1),
                        List.of(),
                        List.of(-1),
                        List.of(1, 2)));
        filler.supply("AlterPartitionReassignments.allow_replication_factor_change", () -> chance.in(2));
        filler.supply("ListPartitionReassignments.topics.name", words::topic);
        filler.supply("AlterReplicaLogDirs.dirs.path", () -> chance.of("/nowhere", "relative", ""));
        filler.supply("AlterReplicaLogDirs.dirs.topics.name", words::topic);
        filler.supply("DescribeProducers.topics.name", words::topic);
        filler.supply(
                "DescribeLogDirs.topics",
                () -> List.of(Map.of("topic", words.topic(), "partitions", List.of(words.partition()))));
    }

    private static List<Object> assignment(int broker) {
        return List.of(Map.of("broker_ids", List.of(broker)));
    }

    private Map<String, Object> newTopic() {
        Map<String, Object> topic = new HashMap<>();
        topic.put("name", words.newTopic());
        topic.put("num_partitions", chance.oddly(() -> chance.of(1, 2, -1), 0, -2));
        topic.put("replication_factor", chance.oddly(() -> chance.of(1, -1), 0, 2, -2));
        topic.put("assignments", List.of());
        topic.put("configs", words.configs(2, false));
        if (chance.in(5)) {
            topic.put("num_partitions", chance.oddly(() -> -1, 1));
            topic.put("replication_factor", chance.oddly(() -> -1, 1));
            topic.put("assignments", assignments());
        }
        return topic;
    }

    private List<Object> assignments() {
        List<Object> assignments = new ArrayList<>();
        int count = 1 + chance.below(2);
        for (int i = 0; i < count; i++) {
            Object index = chance.oddly(() -> assignments.size(), 0, 1, 5, -1);
            Object brokers = chance.oddly(() -> List.of(1), List.of(), List.of(2), List.of(1, 1), List.of(1, 2));
            assignments.add(Map.of("partition_index", index, "broker_ids", brokers));
        }
        return assignments;
    }

    private void configs(SchemaFiller filler) {
        filler.supply("DescribeConfigs.resources[]", () -> resource(this::describedKeys, "configuration_keys"));
        filler.supply("DescribeConfigs.include_synonyms", () -> chance.in(2));
        filler.supply("DescribeConfigs.include_documentation", () -> chance.in(4));
        filler.supply("AlterConfigs.resources[]", () -> resource(() -> words.configs(2, false), "configs"));
        filler.supply("AlterConfigs.validate_only", () -> chance.in(3));
        filler.supply("IncrementalAlterConfigs.resources[]", () -> resource(() -> words.configs(2, true), "configs"));
        filler.supply("IncrementalAlterConfigs.validate_only", () -> chance.in(3));
        filler.supply(
                "ListConfigResources.resource_types",
                () -> List.of(chance.oddly(() -> chance.of(2, 4, 8, 16, 32), 0, 99)));
    }

    private @Nullable Object describedKeys() {
        return chance.ofOrNull(List.of("retention.ms", "cleanup.policy"), List.of("no.such.setting"), List.of());
    }

    private Map<String, Object> resource(Supplier<@Nullable Object> content, String field) {
        Map<String, Object> resource = new HashMap<>();
        resource.put("resource_type", chance.oddly(() -> 2, 0, 1, 99));
        resource.put("resource_name", words.topic());
        resource.put(field, content.get());
        return resource;
    }

    /** All topics on one page: where Kafka has an internal one, pages would be others. */
    private Map<String, Object> page() {
        Map<String, Object> fields = new HashMap<>();
        boolean everything = chance.in(4);
        fields.put(
                "response_partition_limit",
                everything ? 2000 : chance.oddly(() -> chance.of(2000, 1, 2), 0, -1, 100_000));
        boolean goesOn = !everything && chance.in(3);
        fields.put("cursor", goesOn ? Map.of("topic_name", words.topic(), "partition_index", words.partition()) : null);
        fields.put("topics", everything ? List.of() : chance.of(named(1), named(2), named(3)));
        return fields;
    }

    private List<Object> named(int count) {
        Set<Object> names = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            names.add(Map.of("name", words.topic()));
        }
        return List.copyOf(names);
    }

    private void cluster(SchemaFiller filler) {
        filler.supply("Metadata.topics[]", () -> words.topicByNameOrId());
        filler.supply("Metadata.topics.name", words::topic);
        filler.supply("Metadata.allow_auto_topic_creation", () -> false);
        filler.supply("Metadata.include_cluster_authorized_operations", () -> chance.in(2));
        filler.supply("Metadata.include_topic_authorized_operations", () -> chance.in(2));
        filler.supply("DescribeCluster.endpoint_type", () -> chance.oddly(() -> 1, 2, 0));
        filler.supply("DescribeCluster.include_cluster_authorized_operations", () -> chance.in(2));
        filler.supply("DescribeCluster.include_fenced_brokers", () -> chance.in(2));
        filler.supply("DescribeTopicPartitions", this::page);
        filler.supply("DescribeTopicPartitions.topics.name", words::topic);
        filler.supply(
                "ApiVersions.client_software_name",
                () -> chance.oddly(() -> chance.of("rowlock", "a.b-c9"), "", "no spaces", "-dash", "name."));
        filler.supply("ApiVersions.client_software_version", () -> chance.oddly(() -> "1.0", "", "1 0", "_1"));
    }
}
