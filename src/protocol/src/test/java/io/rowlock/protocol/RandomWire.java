package io.rowlock.protocol;

import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/** Random messages as Kafka's own schema objects write them: extremes, nulls, empties and unknown tags are frequent. */
final class RandomWire {
    private static final long[] EXTREMES = {
        0,
        1,
        -1,
        Byte.MIN_VALUE,
        Byte.MAX_VALUE,
        Short.MIN_VALUE,
        Short.MAX_VALUE,
        0xffff,
        Integer.MIN_VALUE,
        Integer.MAX_VALUE,
        0xffffffffL,
        Long.MIN_VALUE,
        Long.MAX_VALUE
    };
    private static final double[] DOUBLES = {
        0, 1.5, -1, Double.MIN_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };
    private static final String[] ALPHABETS = {"abcXYZ-_.019", "äßé£", "日本語ह", "😀🔒𝔘"};
    private static final int UNKNOWN_TAGS_FROM = 100;

    private final Random random;

    RandomWire(long seed) {
        this.random = new Random(seed);
    }

    byte[] message(Schema schema) {
        Object value = value(schema, 0);
        ByteBuffer buffer = ByteBuffer.allocate(schema.sizeOf(value));
        schema.write(buffer, value);
        if (buffer.hasRemaining()) {
            throw new AssertionError("the schema wrote less than it said");
        }
        return buffer.array();
    }

    private @Nullable Object value(Type type, int depth) {
        if (type.isNullable() && random.nextInt(4) == 0) {
            return null;
        }
        if (type.arrayElementType().isPresent()) {
            return array(type.arrayElementType().get(), depth);
        }
        if (type instanceof Schema schema) {
            return struct(schema, depth);
        }
        if (type instanceof TaggedFields tagged) {
            return tags(tagged, depth);
        }
        return primitive(type);
    }

    private Object[] array(Type element, int depth) {
        int most = depth < 2 ? 3 : 2;
        int count = random.nextInt(50) == 0 && !(element instanceof Schema) ? 200 : random.nextInt(most + 1);
        Object[] values = new Object[count];
        for (int i = 0; i < count; i++) {
            values[i] = value(element, depth + 1);
        }
        return values;
    }

    private Struct struct(Schema schema, int depth) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            struct.set(field, value(field.def.type, depth + 1));
        }
        return struct;
    }

    private NavigableMap<Integer, Object> tags(TaggedFields tagged, int depth) {
        NavigableMap<Integer, Object> values = new TreeMap<>();
        tagged.fields().forEach((tag, field) -> {
            if (random.nextBoolean()) {
                values.put(tag, value(field.type, depth + 1));
            }
        });
        while (random.nextInt(6) == 0) {
            int tag = UNKNOWN_TAGS_FROM + random.nextInt(random.nextBoolean() ? 100 : 1_000_000);
            values.put(tag, new RawTaggedField(tag, bytes()));
        }
        return values;
    }

    private @Nullable Object primitive(Type type) {
        String name = ((Type.DocumentedType) type).typeName();
        return switch (name) {
            case "BOOLEAN" -> random.nextBoolean();
            case "INT8" -> (byte) number();
            case "INT16" -> (short) number();
            case "UINT16" -> (int) number() & 0xffff;
            case "INT32" -> (int) number();
            case "UINT32" -> number() & 0xffffffffL;
            case "INT64" -> number();
            case "FLOAT64" -> DOUBLES[random.nextInt(DOUBLES.length)];
            case "UUID" -> random.nextInt(4) == 0 ? Uuid.ZERO_UUID : new Uuid(number(), random.nextLong());
            case "STRING", "COMPACT_STRING" -> string();
            case "NULLABLE_STRING", "COMPACT_NULLABLE_STRING" -> random.nextInt(4) == 0 ? null : string();
            case "BYTES", "COMPACT_BYTES" -> ByteBuffer.wrap(bytes());
            case "NULLABLE_BYTES", "COMPACT_NULLABLE_BYTES" -> random.nextInt(4) == 0 ? null : ByteBuffer.wrap(bytes());
            case "RECORDS", "COMPACT_RECORDS" -> records();
            case "NULLABLE_RECORDS", "COMPACT_NULLABLE_RECORDS" -> random.nextInt(4) == 0 ? null : records();
            default -> throw new AssertionError("no random values for " + name);
        };
    }

    private long number() {
        return random.nextBoolean() ? EXTREMES[random.nextInt(EXTREMES.length)] : random.nextLong();
    }

    private String string() {
        String alphabet = ALPHABETS[random.nextInt(ALPHABETS.length)];
        int[] points = alphabet.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int left = length(4000); left > 0; left--) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }

    private byte[] bytes() {
        byte[] bytes = new byte[length(20_000)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Any bytes do: no message looks into records. Their lengths lie on both sides of what a writer copies. */
    private MemoryRecords records() {
        byte[] bytes = new byte[random.nextBoolean() ? length(20_000) : 500 + random.nextInt(25)];
        random.nextBytes(bytes);
        return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
    }

    /** Mostly short; now and then around the places where a varint grows, rarely long. */
    private int length(int longest) {
        return switch (random.nextInt(40)) {
            case 0 -> random.nextInt(longest);
            case 1, 2 -> 120 + random.nextInt(16);
            case 3, 4, 5, 6, 7 -> 0;
            default -> random.nextInt(12);
        };
    }
}
