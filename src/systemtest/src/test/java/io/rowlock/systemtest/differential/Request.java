package io.rowlock.systemtest.differential;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/**
 * One request of a sequence, with {@link Ref}s in place of what the brokers choose.
 *
 * @param actor who sends it, on a connection of its own and with this client id
 * @param label the name under which what the answer brings is kept (a producer id, a fetch session), or empty
 * @param waits whether the answer may take another actor's request to come
 * @param body field names to values: numbers, strings, booleans, byte arrays, lists, maps, {@link Ref}s, {@link Batches}, null
 */
record Request(ApiKeys api, short version, String actor, String label, boolean waits, Map<String, Object> body) {

    /** Whether sending it once more asks for the same answer and changes nothing. */
    boolean isReadOnly() {
        return switch (api) {
            case METADATA,
                    DESCRIBE_TOPIC_PARTITIONS,
                    DESCRIBE_CLUSTER,
                    DESCRIBE_CONFIGS,
                    LIST_CONFIG_RESOURCES,
                    LIST_OFFSETS,
                    OFFSET_FOR_LEADER_EPOCH,
                    OFFSET_FETCH,
                    FIND_COORDINATOR,
                    DESCRIBE_GROUPS,
                    LIST_GROUPS,
                    DESCRIBE_LOG_DIRS,
                    DESCRIBE_PRODUCERS,
                    LIST_PARTITION_REASSIGNMENTS,
                    API_VERSIONS -> true;
            default -> false;
        };
    }

    /** Whether what follows must wait until both brokers have made it true everywhere. */
    boolean changesMetadata() {
        return switch (api) {
            case CREATE_TOPICS,
                    DELETE_TOPICS,
                    CREATE_PARTITIONS,
                    ALTER_CONFIGS,
                    INCREMENTAL_ALTER_CONFIGS,
                    ELECT_LEADERS,
                    ALTER_PARTITION_REASSIGNMENTS -> true;
            case METADATA -> Boolean.TRUE.equals(body.get("allow_auto_topic_creation")) || version < 4;
            default -> false;
        };
    }

    @Override
    public String toString() {
        String who = actor + (label.isEmpty() ? "" : " for " + label) + (waits ? " without waiting" : "");
        return "%s v%d by %s: %s".formatted(api.name, version, who, readable(body));
    }

    private static Object readable(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return "0x" + HexFormat.of().formatHex(bytes);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Request::readable).toList();
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(each -> each.getKey() + ": " + readable(each.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return String.valueOf(value);
    }
}
