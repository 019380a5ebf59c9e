package io.rowlock.systemtest.differential;

import io.rowlock.systemtest.differential.Batches.Batch;
import io.rowlock.systemtest.differential.Batches.Damage;
import io.rowlock.systemtest.differential.Batches.Item;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.CompressionType;

/** A sequence that meets every {@link AcceptedDifference}, so that none has to wait for the seed that does. */
final class KnownDifferences {
    private static final Object TOPIC = Ref.topic("t0");
    private static final int TIMEOUT_MS = 30_000;

    private KnownDifferences() {}

    static List<Request> sequence() {
        return List.of(
                create("t0", false, "retention.ms", "1000000000000"),
                create("t4", true, "retention.ms", "1000000000000"),
                create("t4", true, "retention.ms", "bogus"),
                produce("t0", 1),
                produce("t0", 1),
                produce("never", 2),
                produce("t0", 1, damaged(Damage.CUT)),
                produce("t0", 1, damaged(Damage.LENGTH_SHORT)),
                request(ApiKeys.INIT_PRODUCER_ID, "p0", 4, Map.of("producer_id", -1, "producer_epoch", -1)),
                produce("t0", 1, numbered()),
                produce("t0", 1, numbered()),
                request(
                        ApiKeys.DESCRIBE_PRODUCERS,
                        0,
                        Map.of("topics", List.of(Map.of("name", TOPIC, "partition_indexes", List.of(0))))),
                request(
                        ApiKeys.FETCH,
                        11,
                        Map.of("replica_id", -1, "session_epoch", -1, "max_bytes", 1_000_000, "topics", fetched())),
                request(ApiKeys.API_VERSIONS, 4, Map.of("client_software_name", "a", "client_software_version", "1")),
                request(ApiKeys.METADATA, 12, Map.of()),
                request(
                        ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                        0,
                        Map.of(
                                "topics",
                                List.of(Map.of("name", ""), Map.of("name", TOPIC)),
                                "response_partition_limit",
                                0)),
                request(ApiKeys.DESCRIBE_GROUPS, 5, Map.of("groups", List.of(Ref.group("g0"), Ref.group("g0")))),
                request(ApiKeys.DELETE_RECORDS, 2, Map.of("topics", List.of(Map.of("name", TOPIC)))),
                describe(Map.of("resource_type", 2, "resource_name", TOPIC)),
                describe(
                        Map.of("resource_type", 2, "resource_name", TOPIC),
                        Map.of("resource_type", 99, "resource_name", "of an unknown type")),
                commit());
    }

    private static Request request(ApiKeys api, int version, Map<String, Object> body) {
        return request(api, "", version, body);
    }

    private static Request request(ApiKeys api, String label, int version, Map<String, Object> body) {
        return new Request(api, (short) version, "a", label, false, body);
    }

    private static Request create(String name, boolean validateOnly, String setting, String value) {
        Map<String, Object> topic = Map.of(
                "name",
                Ref.topic(name),
                "num_partitions",
                1,
                "replication_factor",
                1,
                "configs",
                List.of(Map.of("name", setting, "value", value)));
        return request(
                ApiKeys.CREATE_TOPICS,
                7,
                Map.of("topics", List.of(topic), "timeout_ms", TIMEOUT_MS, "validate_only", validateOnly));
    }

    private static Request produce(String name, int acks) {
        return produce(name, acks, batch(-1L, -1, Damage.NONE));
    }

    private static Batch damaged(Damage damage) {
        return batch(-1L, -1, damage);
    }

    /** As an idempotent producer sends it first. */
    private static Batch numbered() {
        return batch(new Ref(Ref.Kind.PRODUCER_ID, "p0"), 0, Damage.NONE);
    }

    private static Batch batch(Object producerId, int number, Damage damage) {
        Item item = new Item(ProduceData.TIME, "k", "v");
        return new Batch(CompressionType.NONE, producerId, number, number, false, List.of(item), damage);
    }

    private static Request produce(String name, int acks, Batch batch) {
        Map<String, Object> partition = Map.of("index", 0, "records", new Batches(List.of(batch)));
        Map<String, Object> topic = Map.of("name", Ref.topic(name), "partition_data", List.of(partition));
        return request(
                ApiKeys.PRODUCE, 9, Map.of("acks", acks, "timeout_ms", TIMEOUT_MS, "topic_data", List.of(topic)));
    }

    /** One batch and a part of the next. */
    private static List<Object> fetched() {
        Map<String, Object> partition = Map.of(
                "current_leader_epoch", -1, "fetch_offset", 0, "log_start_offset", -1, "partition_max_bytes", 100);
        return List.of(Map.of("topic", TOPIC, "partitions", List.of(partition)));
    }

    private static Request describe(Object... resources) {
        return request(
                ApiKeys.DESCRIBE_CONFIGS,
                4,
                Map.of("resources", List.of(resources), "include_synonyms", true, "include_documentation", true));
    }

    private static Request commit() {
        Map<String, Object> partition =
                Map.of("partition_index", 0, "committed_offset", 1, "committed_metadata", "m".repeat(4097));
        Map<String, Object> topic = Map.of("name", TOPIC, "partitions", List.of(partition));
        return request(
                ApiKeys.OFFSET_COMMIT,
                8,
                Map.of(
                        "group_id",
                        Ref.group("g0"),
                        "generation_id_or_member_epoch",
                        5,
                        "member_id",
                        "nobody",
                        "topics",
                        List.of(topic)));
    }
}
