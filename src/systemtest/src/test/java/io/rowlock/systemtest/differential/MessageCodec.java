package io.rowlock.systemtest.differential;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/** Turns trees of maps and lists into requests and answers into trees, by Kafka's own schemas: any API in any version. */
final class MessageCodec {
    private MessageCodec() {}

    static Schema requestSchema(ApiKeys api, short version) {
        return api.messageType.requestSchemas()[version];
    }

    /**
     * A request with its header, without the length in front.
     *
     * @param values what stands in the body for each value in the tree
     */
    static byte[] request(Request request, int correlationId, UnaryOperator<@Nullable Object> values) {
        Schema schema = requestSchema(request.api(), request.version());
        Struct body = struct(schema, request.body(), values);
        byte[] client = request.actor().getBytes(StandardCharsets.UTF_8);
        boolean flexible = request.api().requestHeaderVersion(request.version()) >= 2;
        int header = 10 + client.length + (flexible ? 1 : 0);
        ByteBuffer out = ByteBuffer.allocate(header + body.sizeOf());
        out.putShort(request.api().id).putShort(request.version()).putInt(correlationId);
        out.putShort((short) client.length).put(client);
        if (flexible) {
            out.put((byte) 0);
        }
        body.writeTo(out);
        return out.array();
    }

    /** The body of an answer, which must be there to its last byte. */
    static Map<String, Object> response(ApiKeys api, short version, ByteBuffer frame) {
        frame.getInt();
        if (api.responseHeaderVersion(version) >= 1) {
            frame.get();
        }
        // An ApiVersions answer in version 0 stands for "not that version".
        ByteBuffer asVersion0 = frame.duplicate();
        Map<String, Object> tree;
        try {
            tree = map(api.messageType.responseSchemas()[version].read(frame));
        } catch (RuntimeException e) {
            if (api != ApiKeys.API_VERSIONS) {
                throw e;
            }
            tree = map(api.messageType.responseSchemas()[0].read(asVersion0));
            frame = asVersion0;
        }
        if (frame.hasRemaining()) {
            throw new IllegalStateException(frame.remaining() + " bytes follow the answer to " + api + " v" + version);
        }
        return tree;
    }

    private static Struct struct(Schema schema, Map<?, ?> tree, UnaryOperator<@Nullable Object> values) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            if (field.def.type instanceof TaggedFields tagged) {
                struct.set(field, tags(tagged, tree, values));
            } else {
                struct.set(field, encoded(field.def, tree.get(field.def.name), values));
            }
        }
        return struct;
    }

    private static NavigableMap<Integer, Object> tags(
            TaggedFields tagged, Map<?, ?> tree, UnaryOperator<@Nullable Object> values) {
        NavigableMap<Integer, Object> present = new TreeMap<>();
        tagged.fields().forEach((tag, field) -> {
            Object value = tree.get(field.name);
            if (value != null) {
                present.put(tag, encoded(field.type, value, values));
            }
        });
        return present;
    }

    private static @Nullable Object encoded(
            Field field, @Nullable Object value, UnaryOperator<@Nullable Object> values) {
        return encoded(field.type, value, values);
    }

    private static @Nullable Object encoded(Type type, @Nullable Object given, UnaryOperator<@Nullable Object> values) {
        Object value = values.apply(given);
        if (value == null) {
            return type.isNullable() ? null : empty(type);
        }
        if (type.isArray()) {
            Type element = type.arrayElementType().orElseThrow();
            return ((List<?>) value)
                    .stream().map(each -> encoded(element, each, values)).toArray();
        }
        if (type instanceof Schema schema) {
            return struct(schema, (Map<?, ?>) value, values);
        }
        if (value instanceof Number number) {
            return sized(type, number);
        }
        return value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : value;
    }

    private static Object sized(Type type, Number number) {
        return switch (type.toString()) {
            case "INT8" -> number.byteValue();
            case "INT16" -> number.shortValue();
            case "UINT16", "INT32" -> number.intValue();
            case "UNSIGNED_INT32", "INT64" -> number.longValue();
            case "FLOAT64" -> number.doubleValue();
            default -> throw new IllegalArgumentException("a number where " + type + " belongs");
        };
    }

    private static Object empty(Type type) {
        if (type.isArray()) {
            return new Object[0];
        }
        if (type instanceof Schema schema) {
            return struct(schema, Map.of(), UnaryOperator.identity());
        }
        return switch (type.toString()) {
            case "BOOLEAN" -> false;
            case "UUID" -> Uuid.ZERO_UUID;
            case "STRING", "COMPACT_STRING" -> "";
            case "BYTES", "COMPACT_BYTES" -> ByteBuffer.allocate(0);
            case "RECORDS", "COMPACT_RECORDS" -> MemoryRecords.EMPTY;
            default -> sized(type, 0);
        };
    }

    private static Map<String, Object> map(Struct struct) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (BoundField field : struct.schema().fields()) {
            if (field.def.type instanceof TaggedFields tagged) {
                NavigableMap<?, ?> present = (NavigableMap<?, ?>) struct.get(field);
                present.forEach((tag, value) -> {
                    Field known = tagged.fields().get(tag);
                    tree.put(known == null ? "tag " + tag : known.name, decoded(value));
                });
            } else {
                tree.put(field.def.name, decoded(struct.get(field)));
            }
        }
        return tree;
    }

    private static Object decoded(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof Struct struct) {
            return map(struct);
        }
        if (value instanceof Object[] elements) {
            List<Object> list = new ArrayList<>();
            for (Object element : elements) {
                list.add(decoded(element));
            }
            return list;
        }
        if (value instanceof MemoryRecords records) {
            return Batches.tree(records);
        }
        if (value instanceof ByteBuffer bytes) {
            byte[] content = new byte[bytes.remaining()];
            bytes.duplicate().get(content);
            return HexFormat.of().formatHex(content);
        }
        return value;
    }
}
