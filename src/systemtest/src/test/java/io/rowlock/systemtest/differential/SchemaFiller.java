package io.rowlock.systemtest.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * Fills the body of any request by its schema. What goes into a field is asked of suppliers by the field's path ({@code Fetch.topics.topic}) or else by its
 * name; lists that nobody supplies get a few elements, and the rest what says nothing (zero, empty, null). A supplier of a structure may leave fields out.
 */
final class SchemaFiller {
    private static final List<String> KEYS = List.of(
            "name",
            "topic",
            "topic_id",
            "group_id",
            "resource_name",
            "partition_index",
            "partition",
            "index",
            "member_id");

    private final Chance chance;
    private final Map<String, Supplier<?>> suppliers = new HashMap<>();

    SchemaFiller(Chance chance) {
        this.chance = chance;
    }

    /** @param field a path or a name */
    void supply(String field, Supplier<?> supplier) {
        suppliers.put(field, supplier);
    }

    Map<String, Object> body(ApiKeys api, short version) {
        Schema schema = MessageCodec.requestSchema(api, version);
        Supplier<?> whole = suppliers.get(api.name);
        Map<?, ?> given = whole != null && whole.get() instanceof Map<?, ?> fields ? fields : Map.of();
        return struct(schema, api.name, given);
    }

    private Map<String, Object> struct(Schema schema, String path, Map<?, ?> given) {
        Map<String, Object> filled = new LinkedHashMap<>();
        for (BoundField field : schema.fields()) {
            String name = field.def.name;
            if (given.containsKey(name)) {
                filled.put(name, given.get(name));
            } else if (!(field.def.type instanceof TaggedFields)) {
                filled.put(name, value(field.def.type, path + "." + name, name));
            }
        }
        return filled;
    }

    private @Nullable Object value(Type type, String path, String name) {
        Supplier<?> supplier = suppliers.getOrDefault(path, suppliers.get(name));
        if (supplier != null) {
            return supplier.get();
        }
        if (type.isArray()) {
            return type.isNullable() && chance.in(6)
                    ? null
                    : list(type.arrayElementType().orElseThrow(), path, name);
        }
        return type instanceof Schema schema && !type.isNullable() ? struct(schema, path, Map.of()) : null;
    }

    private List<Object> list(Type element, String path, String name) {
        int size = chance.of(0, 1, 1, 1, 1, 2, 2, 3);
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            elements.add(element(element, path + "[]", name + "[]"));
        }
        boolean onceOnly = name.startsWith("topic") || path.startsWith("Produce.");
        return chance.isNaughty() && !onceOnly ? elements : distinct(elements);
    }

    /** What a request names, it names once; wrong ones may name a partition or a group again, but not to produce to it. */
    private static List<Object> distinct(List<Object> elements) {
        Map<Object, Object> byName = new LinkedHashMap<>();
        for (Object element : elements) {
            Object name = element;
            if (element instanceof Map<?, ?> map) {
                name = KEYS.stream()
                        .filter(map::containsKey)
                        .map(key -> key + "=" + map.get(key))
                        .toList();
            }
            byName.putIfAbsent(name, element);
        }
        return new ArrayList<>(byName.values());
    }

    private Object element(Type element, String path, String name) {
        Supplier<?> supplier = suppliers.getOrDefault(path, suppliers.get(name));
        Object given = supplier == null ? Map.of() : supplier.get();
        if (element instanceof Schema schema) {
            // A name may stand for numbers in one API and for structures in another.
            Map<?, ?> fields = given instanceof Map<?, ?> map ? map : Map.of();
            return struct(schema, path.substring(0, path.length() - 2), fields);
        }
        if (supplier == null) {
            throw new IllegalStateException("nobody supplies " + path);
        }
        return given;
    }
}
