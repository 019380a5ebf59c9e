package io.rowlock.broker.fuzz;

import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Values that mean something to the broker under test, by the name of the field. What the broker chooses (topic ids, member
 * ids, fetch sessions) stands in requests as a placeholder of the same length, so that a kept request means the same on the
 * next broker: {@link Connection} puts the real one in its place.
 */
final class Words {
    static final List<String> TOPICS = List.of("plain", "compacted", "many");
    static final List<String> GROUPS = List.of("g1", "g2", "g3");
    static final int SESSION_ID = 0x5E551D01;
    /** As long as the id that a member with the client id "fuzz" gets. */
    static final String MEMBER_ID = "fuzz-00000000-0000-4000-8000-00000000feed";

    private static final long TOPIC_ID_HIGH = 0x46757A7A00004000L;
    private static final long TOPIC_ID_LOW = 0x8000000000000000L;
    private static final String[] CONFIGS = {
        "cleanup.policy",
        "retention.ms",
        "segment.bytes",
        "max.message.bytes",
        "compression.type",
        "flush.messages",
        "x"
    };
    private static final String[] CONFIG_VALUES = {
        "1", "-1", "compact", "delete", "gzip", "true", "99999999999999999999"
    };

    private Words() {}

    /** Stands for the id of the topic with that place in {@link #TOPICS}. */
    static UUID placeholder(int topic) {
        return new UUID(TOPIC_ID_HIGH, TOPIC_ID_LOW + topic);
    }

    static @Nullable String text(Random random, String field) {
        if (random.nextInt(12) == 0) {
            return null;
        }
        return switch (field) {
            case "topic", "topic_name", "name", "topics", "resource_name", "topic_names" ->
                random.nextInt(8) == 0 ? odd(random) : pick(random, TOPICS);
            case "group_id", "groups", "groups_names", "coordinator_keys", "key" -> pick(random, GROUPS);
            case "member_id" -> random.nextBoolean() ? MEMBER_ID : random.nextBoolean() ? "" : odd(random);
            case "leader", "assignments" -> MEMBER_ID;
            case "group_instance_id" -> "static-" + random.nextInt(2);
            case "protocol_type" -> "consumer";
            case "protocol_name" -> "range";
            case "config_name", "configuration_keys", "config_names" -> CONFIGS[random.nextInt(CONFIGS.length)];
            case "value", "config_value" -> CONFIG_VALUES[random.nextInt(CONFIG_VALUES.length)];
            case "client_software_name", "client_software_version" -> "fuzz-1.0";
            default -> odd(random);
        };
    }

    private static String odd(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> "..";
            case 2 -> "a/b";
            case 3 -> "x".repeat(249 + random.nextInt(2));
            case 4 -> "\n\u0000\u001b[31m \u202e";
            case 5 -> "\ud83d\ude00";
            case 6 -> "1";
            default -> "fresh-" + random.nextInt(4);
        };
    }

    private static String pick(Random random, List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** A number for a field that is known by name; null for any other. */
    static @Nullable Long number(Random random, String field) {
        if (random.nextInt(10) == 0) {
            return null;
        }
        return switch (field) {
            case "partition", "partition_index", "partitions", "partition_indexes", "partition_id", "index" ->
                (long) random.nextInt(4);
            case "timeout_ms", "max_wait_ms" -> (long) random.nextInt(3);
            case "session_timeout_ms" -> 6_000L + random.nextInt(3);
            case "rebalance_timeout_ms" -> 100L;
            case "acks" -> (long) random.nextInt(3) - 1;
            case "replica_id" -> -1L;
            case "session_id" -> random.nextBoolean() ? SESSION_ID : 0L;
            case "session_epoch" -> (long) random.nextInt(4) - 1;
            case "num_partitions" -> (long) random.nextInt(4) - 1;
            case "count" -> (long) random.nextInt(6);
            case "replication_factor" -> (long) random.nextInt(3) - 1;
            case "timestamp" -> (long) random.nextInt(12) - 8;
            case "fetch_offset", "offset", "committed_offset" -> (long) random.nextInt(40) - 2;
            case "generation_id", "generation_id_or_member_epoch" -> (long) random.nextInt(4) - 1;
            case "resource_type" -> random.nextBoolean() ? 2L : 4L;
            case "key_type", "coordinator_type" -> 0L;
            case "isolation_level" -> (long) random.nextInt(2);
            case "max_bytes", "partition_max_bytes", "min_bytes" -> 1L << random.nextInt(24);
            default -> field.endsWith("_epoch") ? Long.valueOf((long) random.nextInt(4) - 1) : null;
        };
    }
}
