package io.rowlock.protocol;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Valid messages of as many and as small elements as fit: the most memory that a byte on the wire can cost. */
class CrowdedMessageTest {
    private static final int ELEMENTS = 2000;
    private static final int[] INNER_ELEMENTS = {0, 1, 20};

    static List<MessageKind> all() {
        return MessageKind.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void memoryStaysInProportionToTheBytes(MessageKind kind) {
        for (short version = kind.lowest(); version <= kind.highest(); version++) {
            for (int inner : INNER_ELEMENTS) {
                Schema schema = kind.schema(version);
                Object value = smallest(schema, ELEMENTS / (inner + 1), inner);
                ByteBuffer buffer = ByteBuffer.allocate(schema.sizeOf(value));
                schema.write(buffer, value);
                Allocation.requireBounded(kind, buffer.array(), version, kind + " version " + version + ", " + inner);
            }
        }
    }

    /** The value of the fewest bytes but for its arrays, which hold {@code count} elements, or {@code inner} below. */
    private static @Nullable Object smallest(Type type, int count, int inner) {
        if (type.arrayElementType().isPresent()) {
            Object[] values = new Object[count];
            for (int i = 0; i < count; i++) {
                values[i] = smallest(type.arrayElementType().get(), inner, 0);
            }
            return values;
        }
        if (type instanceof Schema schema) {
            Struct struct = new Struct(schema);
            for (BoundField field : schema.fields()) {
                struct.set(field, smallest(field.def.type, count, inner));
            }
            return schema.isNullable() ? null : struct;
        }
        return type instanceof TaggedFields ? new TreeMap<Integer, Object>() : smallestPrimitive(type);
    }

    private static @Nullable Object smallestPrimitive(Type type) {
        String name = ((Type.DocumentedType) type).typeName();
        return switch (name) {
            case "BOOLEAN" -> false;
            case "INT8" -> (byte) 0;
            case "INT16" -> (short) 0;
            case "UINT16", "INT32" -> 0;
            case "UINT32", "INT64" -> 0L;
            case "FLOAT64" -> 0.0;
            case "UUID" -> new Uuid(1, 1);
            case "STRING", "COMPACT_STRING" -> "";
            case "BYTES", "COMPACT_BYTES" -> ByteBuffer.allocate(0);
            case "RECORDS", "COMPACT_RECORDS" -> MemoryRecords.EMPTY;
            default -> null;
        };
    }
}
