package io.rowlock.systemtest.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Walks through two answers to the same request and gathers where they differ. Elements of lists are matched by what names them and not by their place, but
 * where Kafka promises an order. What a broker chooses for itself is compared by the name that its {@link Bindings} have for it.
 */
final class Comparison {
    /** What names an element of a list; the first that is there counts, and where several elements share it, their order does. */
    private static final List<String> KEYS = List.of(
            "name",
            "topic",
            "topic_name",
            "topic_id",
            "group_id",
            "key",
            "resource_name",
            "partition_index",
            "partition",
            "index",
            "partition_id",
            "member_id",
            "api_key",
            "broker_id",
            "node_id",
            "log_dir");

    /** The order of these is part of what Kafka says. */
    private static final Set<String> ORDERED =
            Set.of("DescribeTopicPartitions topics[]", "DescribeTopicPartitions topics[].partitions[]");

    /** The time at which a broker did something. */
    private static final Set<String> OWN_TIMES = Set.of("log_append_time_ms", "last_timestamp", "timestamp");

    private static final long FIRST_OWN_TIME = 1_780_000_000_000L;

    /** Each broker has its own, and nothing more can be said of them. */
    private static final Set<String> OWN = Set.of("port", "cluster_id", "log_dir", "total_bytes", "usable_bytes");

    private final Request request;
    private final Bindings kafka;
    private final Bindings rowlock;
    private final List<Difference> found = new ArrayList<>();

    private Comparison(Request request, Bindings kafka, Bindings rowlock) {
        this.request = request;
        this.kafka = kafka;
        this.rowlock = rowlock;
    }

    static List<Difference> of(
            Request request,
            Bindings kafkaBindings,
            Map<String, Object> kafka,
            Bindings rowlockBindings,
            Map<String, Object> rowlock) {
        Comparison comparison = new Comparison(request, kafkaBindings, rowlockBindings);
        comparison.maps("", "", kafka, rowlock);
        return comparison.found;
    }

    private void maps(String path, String element, Map<?, ?> left, Map<?, ?> right) {
        Set<Object> fields = new LinkedHashSet<>(left.keySet());
        fields.addAll(right.keySet());
        for (Object field : fields) {
            String below = path.isEmpty() ? field.toString() : path + "." + field;
            values(below, element, field.toString(), left.get(field), right.get(field));
        }
    }

    private void values(String path, String element, String field, @Nullable Object left, @Nullable Object right) {
        if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
            maps(path, element, a, b);
        } else if (left instanceof List<?> a && right instanceof List<?> b) {
            lists(path + "[]", element, field, a, b);
        } else {
            leaves(path, element, field, left, right);
        }
    }

    private void lists(String path, String element, String field, List<?> left, List<?> right) {
        Map<String, Object> a = keyed(path, left, kafka);
        Map<String, Object> b = keyed(path, right, rowlock);
        Set<String> keys = new LinkedHashSet<>(a.keySet());
        keys.addAll(b.keySet());
        for (String key : keys) {
            values(path, element.isEmpty() ? key : element + "/" + key, field, a.get(key), b.get(key));
        }
    }

    private Map<String, Object> keyed(String path, List<?> list, Bindings bindings) {
        Map<String, Object> elements = new LinkedHashMap<>();
        int place = 0;
        for (Object each : list) {
            String key = key(each, bindings);
            boolean ordered = ORDERED.contains(request.api().name + " " + path) && !key.startsWith("__");
            if (key.isEmpty() || ordered) {
                key = place + (key.isEmpty() ? "" : ":" + key);
                place++;
            }
            if (path.equals("responses[]")
                    && elements.get(key) instanceof Map<?, ?> known
                    && each instanceof Map<?, ?> more) {
                elements.put(key, joined(known, more));
                continue;
            }
            String unique = key;
            for (int again = 2; elements.containsKey(unique); again++) {
                unique = key + "(" + again + ")";
            }
            if (isOfThisRun(each, bindings)) {
                elements.put(unique, each);
            }
        }
        return elements;
    }

    /** Kafka tells of a topic's partitions in two places where only some of them are in error. */
    private static Map<Object, Object> joined(Map<?, ?> topic, Map<?, ?> more) {
        Map<Object, Object> whole = new LinkedHashMap<>(topic);
        whole.replaceAll((field, value) -> {
            if (value instanceof List<?> list && more.get(field) instanceof List<?> others) {
                List<Object> all = new ArrayList<>(list);
                all.addAll(others);
                return all;
            }
            return value;
        });
        return whole;
    }

    /** What other runs left behind is no part of an answer: groups live on for as long as their members' sessions. */
    private boolean isOfThisRun(Object element, Bindings bindings) {
        if (request.api() != ApiKeys.LIST_GROUPS || !(element instanceof Map<?, ?> group)) {
            return true;
        }
        return group.get("group_id") instanceof String id && bindings.isLocal(id);
    }

    private static String key(Object element, Bindings bindings) {
        if (element instanceof Map<?, ?> map) {
            for (String name : KEYS) {
                Object value = map.get(name);
                if (value != null && !value.equals("null") && !OWN.contains(name)) {
                    return String.valueOf(bindings.canonical(name, value));
                }
            }
        }
        return "";
    }

    private void leaves(String path, String element, String field, @Nullable Object left, @Nullable Object right) {
        String a = words(field, left, kafka);
        String b = words(field, right, rowlock);
        boolean own = OWN.contains(field) && left != null && right != null;
        if (!own && !a.equals(b)) {
            found.add(new Difference(request.api().name, request.version(), path, element, a, b));
        }
    }

    private static String words(String field, @Nullable Object value, Bindings bindings) {
        if (value == null) {
            return Difference.ABSENT;
        }
        if (OWN_TIMES.contains(field) && value instanceof Long time && time > FIRST_OWN_TIME) {
            return "its own time";
        }
        if (field.endsWith("error_code") && value instanceof Short code) {
            return Errors.forCode(code).name();
        }
        if (value instanceof Map || value instanceof List) {
            return value.toString();
        }
        return String.valueOf(bindings.canonical(field, value));
    }
}
