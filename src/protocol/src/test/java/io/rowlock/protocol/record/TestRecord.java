package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** A record by value, the common ground between Kafka's classes and ours. */
record TestRecord(
        long timestamp,
        @Nullable List<Byte> key,
        @Nullable List<Byte> value,
        List<String> headerKeys,
        List<@Nullable List<Byte>> headerValues) {

    static List<TestRecord> random(Random random, int count) {
        List<TestRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> headerKeys = new ArrayList<>();
            List<@Nullable List<Byte>> headerValues = new ArrayList<>();
            for (int h = random.nextInt(4) - 1; h > 0; h--) {
                headerKeys.add("h" + random.nextInt(100));
                headerValues.add(randomBytes(random, 20));
            }
            records.add(new TestRecord(
                    1_700_000_000_000L + random.nextInt(100_000),
                    randomBytes(random, 30),
                    randomBytes(random, random.nextInt(10) == 0 ? 5000 : 100),
                    headerKeys,
                    headerValues));
        }
        return records;
    }

    private static @Nullable List<Byte> randomBytes(Random random, int max) {
        if (random.nextInt(8) == 0) {
            return null;
        }
        byte[] bytes = new byte[random.nextInt(max + 1)];
        random.nextBytes(bytes);
        // Half of it repeats, so that codecs have something to do.
        for (int i = bytes.length / 2; i < bytes.length; i++) {
            bytes[i] = 7;
        }
        return boxed(bytes);
    }

    static List<Byte> boxed(byte[] bytes) {
        List<Byte> list = new ArrayList<>();
        for (byte b : bytes) {
            list.add(b);
        }
        return list;
    }

    private static byte @Nullable [] bytes(@Nullable List<Byte> list) {
        if (list == null) {
            return null;
        }
        byte[] bytes = new byte[list.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = list.get(i);
        }
        return bytes;
    }

    private static @Nullable ByteBuf buffer(@Nullable List<Byte> list) {
        byte[] bytes = bytes(list);
        return bytes == null ? null : Unpooled.wrappedBuffer(bytes);
    }

    SimpleRecord toKafka() {
        Header[] headers = new Header[headerKeys.size()];
        for (int i = 0; i < headers.length; i++) {
            headers[i] = new RecordHeader(headerKeys.get(i), bytes(headerValues.get(i)));
        }
        return new SimpleRecord(timestamp, bytes(key), bytes(value), headers);
    }

    void addTo(RecordBatchBuilder builder) {
        List<RecordReader.Header> headers = new ArrayList<>();
        for (int i = 0; i < headerKeys.size(); i++) {
            ByteBuf headerKey = Unpooled.copiedBuffer(headerKeys.get(i), StandardCharsets.UTF_8);
            headers.add(new RecordReader.Header(headerKey, buffer(headerValues.get(i))));
        }
        builder.add(timestamp, buffer(key), buffer(value), headers);
    }

    static TestRecord of(RecordReader reader) {
        List<String> headerKeys = new ArrayList<>();
        List<@Nullable List<Byte>> headerValues = new ArrayList<>();
        for (RecordReader.Header header : reader.headers()) {
            headerKeys.add(header.key().toString(StandardCharsets.UTF_8));
            headerValues.add(boxed(header.value()));
        }
        return new TestRecord(reader.timestamp(), boxed(reader.key()), boxed(reader.value()), headerKeys, headerValues);
    }

    static TestRecord of(org.apache.kafka.common.record.internal.Record record) {
        List<String> headerKeys = new ArrayList<>();
        List<@Nullable List<Byte>> headerValues = new ArrayList<>();
        for (Header header : record.headers()) {
            headerKeys.add(header.key());
            headerValues.add(header.value() == null ? null : boxed(header.value()));
        }
        return new TestRecord(
                record.timestamp(),
                record.hasKey() ? boxed(ByteBufUtil.getBytes(Unpooled.wrappedBuffer(record.key()))) : null,
                record.hasValue() ? boxed(ByteBufUtil.getBytes(Unpooled.wrappedBuffer(record.value()))) : null,
                headerKeys,
                headerValues);
    }

    private static @Nullable List<Byte> boxed(@Nullable ByteBuf buffer) {
        return buffer == null ? null : boxed(ByteBufUtil.getBytes(buffer));
    }
}
