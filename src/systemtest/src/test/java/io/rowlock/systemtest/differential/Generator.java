package io.rowlock.systemtest.differential;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.protocol.ApiKeys;

/** Makes the sequence of requests that a seed stands for. */
final class Generator {
    /** In single requests; {@link GroupFlow} sends those that wait for one another. */
    private static final Set<ApiKeys> COMPARED = EnumSet.of(
            ApiKeys.PRODUCE,
            ApiKeys.FETCH,
            ApiKeys.LIST_OFFSETS,
            ApiKeys.DELETE_RECORDS,
            ApiKeys.OFFSET_FOR_LEADER_EPOCH,
            ApiKeys.INIT_PRODUCER_ID,
            ApiKeys.METADATA,
            ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
            ApiKeys.DESCRIBE_CLUSTER,
            ApiKeys.API_VERSIONS,
            ApiKeys.CREATE_TOPICS,
            ApiKeys.DELETE_TOPICS,
            ApiKeys.CREATE_PARTITIONS,
            ApiKeys.DESCRIBE_CONFIGS,
            ApiKeys.ALTER_CONFIGS,
            ApiKeys.INCREMENTAL_ALTER_CONFIGS,
            ApiKeys.LIST_CONFIG_RESOURCES,
            ApiKeys.DESCRIBE_LOG_DIRS,
            ApiKeys.ALTER_REPLICA_LOG_DIRS,
            ApiKeys.ELECT_LEADERS,
            ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
            ApiKeys.LIST_PARTITION_REASSIGNMENTS,
            ApiKeys.DESCRIBE_PRODUCERS,
            ApiKeys.FIND_COORDINATOR,
            ApiKeys.HEARTBEAT,
            ApiKeys.SYNC_GROUP,
            ApiKeys.LEAVE_GROUP,
            ApiKeys.OFFSET_COMMIT,
            ApiKeys.OFFSET_FETCH,
            ApiKeys.OFFSET_DELETE,
            ApiKeys.DESCRIBE_GROUPS,
            ApiKeys.LIST_GROUPS,
            ApiKeys.DELETE_GROUPS);

    private final Chance chance;
    private final ServedVersions versions;
    private final SchemaFiller filler;
    private final Vocabulary words;
    private final ProduceData produce;
    private final List<Request> sequence = new ArrayList<>();

    private Generator(long seed, ServedVersions versions) {
        this.chance = new Chance(seed);
        this.versions = versions;
        this.words = new Vocabulary(chance);
        this.filler = new SchemaFiller(chance);
        this.produce = new ProduceData(chance);
        new Suppliers(chance, words, produce).addTo(filler);
    }

    /**
     * @param steps how many requests at least, after those that create the topics
     * @param versions from which APIs and versions are drawn
     */
    static List<Request> sequence(long seed, int steps, ServedVersions versions) {
        Generator generator = new Generator(seed, versions);
        generator.begin();
        while (generator.sequence.size() < steps) {
            generator.next();
        }
        return generator.sequence;
    }

    /** One request in every version of every API. */
    static List<Request> everyVersion(long seed, ServedVersions versions) {
        Generator generator = new Generator(seed, versions);
        generator.begin();
        for (ApiKeys api : versions.apis()) {
            for (int version = versions.lowest(api);
                    COMPARED.contains(api) && version <= versions.highest(api);
                    version++) {
                generator.chance.drawMood();
                generator.add(api, (short) version);
            }
        }
        return generator.sequence;
    }

    /** What is compared in this build. */
    static Set<ApiKeys> compared() {
        return COMPARED;
    }

    private void begin() {
        create("t0", 3, Map.of());
        create(
                "t1",
                1,
                chance.of(
                        Map.of(),
                        Map.of("message.timestamp.type", "LogAppendTime"),
                        Map.of("max.message.bytes", "150")));
        create("t2", 1, Map.of("cleanup.policy", "compact"));
        if (versions.has(ApiKeys.INIT_PRODUCER_ID)) {
            identify("p0");
            identify("p1");
        }
    }

    private void create(String name, int partitions, Map<String, String> settings) {
        List<Object> configs = new ArrayList<>();
        settings.forEach((key, value) -> configs.add(Map.of("name", key, "value", value)));
        Map<String, Object> topic = Map.of(
                "name", Ref.topic(name), "num_partitions", partitions, "replication_factor", 1, "configs", configs);
        Map<String, Object> body = Map.of("topics", List.of(topic), "timeout_ms", 30_000);
        sequence.add(new Request(ApiKeys.CREATE_TOPICS, version(ApiKeys.CREATE_TOPICS), "a", "", false, body));
    }

    private void identify(String producer) {
        short version = version(ApiKeys.INIT_PRODUCER_ID);
        Map<String, Object> body = filler.body(ApiKeys.INIT_PRODUCER_ID, version);
        sequence.add(new Request(ApiKeys.INIT_PRODUCER_ID, version, "a", producer, false, body));
        produce.renewed(producer);
    }

    private short version(ApiKeys api) {
        int lowest = versions.lowest(api);
        return (short) (lowest + chance.below(versions.highest(api) - lowest + 1));
    }

    private void next() {
        chance.drawMood();
        if (chance.in(12) && versions.has(ApiKeys.JOIN_GROUP)) {
            new GroupFlow(chance, chance.of("g0", "g1"), this::version, sequence).add();
            return;
        }
        ApiKeys api = chance.of(
                chance.of(ApiKeys.PRODUCE, ApiKeys.FETCH, ApiKeys.LIST_OFFSETS),
                chance.of(ApiKeys.PRODUCE, ApiKeys.FETCH, ApiKeys.OFFSET_COMMIT, ApiKeys.OFFSET_FETCH),
                versions.any(chance),
                versions.any(chance));
        if (!COMPARED.contains(api) || !versions.has(api)) {
            return;
        }
        if (api == ApiKeys.INIT_PRODUCER_ID) {
            identify(chance.of("p0", "p1"));
            return;
        }
        add(api, version(api));
    }

    private void add(ApiKeys api, short version) {
        String actor = chance.of("a", "a", "b");
        String label = api == ApiKeys.FETCH ? actor + "0" : "";
        Map<String, Object> body = filler.body(api, version);
        if (api == ApiKeys.FETCH) {
            body = ofSession(label, body);
        }
        sequence.add(new Request(api, version, actor, label, false, body));
    }

    private static Map<String, Object> ofSession(String label, Map<String, Object> body) {
        Map<String, Object> other = new HashMap<>(body);
        other.replaceAll((field, value) ->
                value instanceof Ref ref && field.startsWith("session_") ? new Ref(ref.kind(), label) : value);
        return other;
    }
}
