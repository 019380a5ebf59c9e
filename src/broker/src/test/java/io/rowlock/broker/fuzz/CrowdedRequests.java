package io.rowlock.broker.fuzz;

import java.nio.ByteBuffer;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/** Valid requests of as many and as small elements as fit, all alike and of things that exist: what costs a broker most. */
final class CrowdedRequests {
    private static final int HEADER_BYTES = 11;

    /** How many elements the arrays below the outermost one have; the outermost takes what is left. */
    private final int inner;

    private CrowdedRequests(int inner) {
        this.inner = inner;
    }

    /** A request with header of at most {@code bytes}; null if it has no array that could be filled. */
    static byte @Nullable [] request(short api, short version, int inner, int bytes) {
        ApiKeys key = ApiKeys.forId(api);
        Schema schema = key.messageType.requestSchemas()[version];
        CrowdedRequests crowd = new CrowdedRequests(inner);
        int none = schema.sizeOf(crowd.struct(schema, 0, 0));
        int perElement = (schema.sizeOf(crowd.struct(schema, 0, 1_000)) - none) / 1_000;
        if (perElement == 0) {
            return null;
        }
        Object value = crowd.struct(schema, 0, (bytes - none - HEADER_BYTES - 8) / (perElement + 1));
        boolean flexible = key.requestHeaderVersion(version) >= 2;
        ByteBuffer out = ByteBuffer.allocate(10 + (flexible ? 1 : 0) + schema.sizeOf(value));
        out.putShort(api).putShort(version).putInt(7).putShort((short) -1);
        if (flexible) {
            out.put((byte) 0);
        }
        schema.write(out, value);
        return out.array();
    }

    private Struct struct(Schema schema, int depth, int count) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            struct.set(field, value(field.def.type, field.def.name, depth, count));
        }
        return struct;
    }

    private @Nullable Object value(Type type, String field, int depth, int count) {
        if (type.arrayElementType().isPresent()) {
            Object element = value(type.arrayElementType().get(), field, depth + 1, inner);
            Object[] values = new Object[count];
            java.util.Arrays.fill(values, element);
            return values;
        }
        if (type instanceof Schema schema) {
            return schema.isNullable() ? null : struct(schema, depth + 1, count);
        }
        return type instanceof TaggedFields ? new TreeMap<Integer, Object>() : primitive(type, field);
    }

    private static @Nullable Object primitive(Type type, String field) {
        String name = ((Type.DocumentedType) type).typeName();
        return switch (name) {
            case "BOOLEAN" -> true;
            case "INT8" -> (byte) (field.equals("resource_type") ? 4 : 0);
            case "INT16" -> (short) 1;
            case "UINT16" -> 0;
            case "INT32" -> field.endsWith("replica_id") || field.endsWith("epoch") ? -1 : 0;
            case "UINT32", "INT64" -> 0L;
            case "FLOAT64" -> 0.0;
            case "UUID" -> Uuid.ZERO_UUID;
            case "STRING", "COMPACT_STRING" -> text(field);
            case "NULLABLE_STRING", "COMPACT_NULLABLE_STRING" ->
                field.equals("transactional_id") || field.equals("value") ? null : text(field);
            case "BYTES", "COMPACT_BYTES" -> ByteBuffer.allocate(0);
            case "RECORDS", "COMPACT_RECORDS" -> MemoryRecords.EMPTY;
            default -> null;
        };
    }

    private static String text(String field) {
        return switch (field) {
            case "resource_name" -> "1";
            case "topic", "topic_name", "name", "topics" -> Words.TOPICS.get(0);
            case "group_id", "groups", "groups_names" -> Words.GROUPS.get(0);
            default -> "";
        };
    }
}
