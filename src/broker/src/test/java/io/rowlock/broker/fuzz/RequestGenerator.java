package io.rowlock.broker.fuzz;

import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/**
 * Requests that Kafka's own schemas write, so that all of them can be read, with values that mostly mean something and now
 * and then are as wrong, as large or as many as they can be.
 */
final class RequestGenerator {
    private static final long[] EXTREMES = {
        0,
        1,
        -1,
        127,
        -128,
        255,
        32767,
        -32768,
        65535,
        10_000,
        10_001,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final int CORRELATION_ID = 0x0C0FFEE0;

    private final Random random;
    private final Batches batches;
    /** How many values there may still be: nested arrays would else multiply. */
    private int valuesLeft;

    RequestGenerator(Random random) {
        this.random = random;
        this.batches = new Batches(random);
    }

    /** A whole request: header and body. */
    byte[] request(short api, short version) {
        ApiKeys key = ApiKeys.forId(api);
        valuesLeft = 20_000;
        // Produce 0 to 2 are advertised for old clients' sake and have no schema any more (KAFKA-18659).
        short body = (short) Math.max(version, key.messageType.lowestSupportedVersion());
        Schema schema = key.messageType.requestSchemas()[body];
        Object value = struct(schema, 0);
        byte[] client = clientId();
        boolean flexible = key.requestHeaderVersion(version) >= 2;
        ByteBuffer out = ByteBuffer.allocate(2 + 2 + 4 + 2 + client.length + (flexible ? 1 : 0) + schema.sizeOf(value));
        out.putShort(api).putShort(version).putInt(CORRELATION_ID);
        out.putShort((short) client.length).put(client);
        if (flexible) {
            out.put((byte) 0);
        }
        schema.write(out, value);
        return out.array();
    }

    private byte[] clientId() {
        return (random.nextInt(20) == 0 ? "c".repeat(random.nextInt(2000)) : "fuzz")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private @Nullable Object value(Type type, String field, int depth) {
        valuesLeft--;
        if (type.isNullable() && random.nextInt(8) == 0) {
            return null;
        }
        if (type.arrayElementType().isPresent()) {
            return array(type.arrayElementType().get(), field, depth);
        }
        if (type instanceof Schema schema) {
            return struct(schema, depth);
        }
        return type instanceof TaggedFields tagged ? tags(tagged, depth) : primitive(type, field);
    }

    private Object[] array(Type element, String field, int depth) {
        boolean many = random.nextInt(60) == 0;
        int count = Math.max(0, Math.min(valuesLeft, many ? random.nextInt(3_000) : random.nextInt(depth < 2 ? 4 : 3)));
        Object[] values = new Object[count];
        boolean same = many && random.nextBoolean();
        for (int i = 0; i < count; i++) {
            values[i] = same && i > 0 ? values[0] : value(element, field, depth + 1);
        }
        return values;
    }

    private Struct struct(Schema schema, int depth) {
        Struct struct = new Struct(schema);
        for (BoundField each : schema.fields()) {
            String name = each.def.name;
            struct.set(each, value(each.def.type, name, depth + 1));
        }
        return struct;
    }

    private NavigableMap<Integer, Object> tags(TaggedFields tagged, int depth) {
        NavigableMap<Integer, Object> values = new TreeMap<>();
        tagged.fields().forEach((tag, field) -> {
            if (random.nextInt(4) == 0) {
                values.put(tag, value(field.type, field.name, depth + 1));
            }
        });
        if (random.nextInt(30) == 0) {
            int many = random.nextInt(10) == 0 ? 2_000 : 3;
            for (int i = random.nextInt(many); i >= 0; i--) {
                values.put(100 + i, new RawTaggedField(100 + i, new byte[random.nextInt(8)]));
            }
        }
        return values;
    }

    private @Nullable Object primitive(Type type, String field) {
        String name = ((Type.DocumentedType) type).typeName();
        return switch (name) {
            case "BOOLEAN" -> random.nextBoolean();
            case "INT8" -> (byte) number(field);
            case "INT16" -> (short) number(field);
            case "UINT16" -> (int) number(field) & 0xffff;
            case "INT32" -> (int) number(field);
            case "UINT32" -> number(field) & 0xffffffffL;
            case "INT64" -> number(field);
            case "FLOAT64" -> random.nextDouble();
            case "UUID" -> uuid();
            case "STRING", "COMPACT_STRING" -> notNull(text(field));
            case "NULLABLE_STRING", "COMPACT_NULLABLE_STRING" -> text(field);
            case "BYTES", "COMPACT_BYTES" -> ByteBuffer.wrap(bytes());
            case "NULLABLE_BYTES", "COMPACT_NULLABLE_BYTES" -> random.nextInt(6) == 0 ? null : ByteBuffer.wrap(bytes());
            case "RECORDS", "COMPACT_RECORDS" -> records();
            case "NULLABLE_RECORDS", "COMPACT_NULLABLE_RECORDS" -> random.nextInt(10) == 0 ? null : records();
            default -> throw new AssertionError("no random values for " + name);
        };
    }

    private MemoryRecords records() {
        return MemoryRecords.readableRecords(ByteBuffer.wrap(batches.next()));
    }

    private long number(String field) {
        Long known = Words.number(random, field);
        if (known != null) {
            return known;
        }
        return random.nextBoolean() ? EXTREMES[random.nextInt(EXTREMES.length)] : random.nextLong();
    }

    private Uuid uuid() {
        UUID id = Words.placeholder(random.nextInt(Words.TOPICS.size()));
        return switch (random.nextInt(8)) {
            case 0 -> Uuid.ZERO_UUID;
            case 1 -> new Uuid(random.nextLong(), random.nextLong());
            default -> new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
        };
    }

    private @Nullable String text(String field) {
        return random.nextInt(400) == 0 ? "s".repeat(32_767) : Words.text(random, field);
    }

    private static String notNull(@Nullable String text) {
        return text == null ? "" : text;
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(200) == 0 ? 70_000 : random.nextInt(24)];
        random.nextBytes(bytes);
        return bytes;
    }
}
