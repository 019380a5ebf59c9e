package io.rowlock.systemtest.differential;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** What a produce request carries for one partition: record batches, good or damaged. */
record Batches(List<Batch> batches) {
    private static final int LENGTH_AT = 8;
    private static final int MAGIC_AT = 16;
    private static final int CRC_AT = 17;
    private static final int ATTRIBUTES_AT = 21;
    private static final int LAST_OFFSET_DELTA_AT = 23;
    private static final int MAX_TIMESTAMP_AT = 35;
    private static final int EPOCH_AT = 51;
    private static final int SEQUENCE_AT = 53;
    private static final int COUNT_AT = 57;

    /** What is wrong with a batch; all but {@link #CRC} and what changes its length leave the checksum true. */
    enum Damage {
        NONE,
        CHECKSUM_ANEW,
        CRC,
        LENGTH_SHORT,
        LENGTH_LONG,
        CUT,
        TRAILING_BYTE,
        MAGIC_0,
        MAGIC_1,
        MAGIC_3,
        COUNT,
        LAST_OFFSET_DELTA,
        MAX_TIMESTAMP,
        CONTROL,
        APPEND_TIME,
        UNKNOWN_CODEC
    }

    /** One record; a timestamp in milliseconds since the epoch. */
    record Item(
            long timestamp, @Nullable String key, @Nullable String value) {
        SimpleRecord record() {
            return new SimpleRecord(timestamp, bytes(key), bytes(value));
        }

        private static byte @Nullable [] bytes(@Nullable String text) {
            return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** One batch; {@code producerId} is a number or a {@link Ref}. */
    record Batch(
            CompressionType compression,
            Object producerId,
            int epoch,
            int sequence,
            boolean transactional,
            List<Item> items,
            Damage damage) {}

    /** The bytes as they go onto the wire. */
    MemoryRecords records(UnaryOperator<@Nullable Object> values) {
        List<ByteBuffer> parts =
                batches.stream().map(batch -> bytes(batch, values)).toList();
        ByteBuffer all = ByteBuffer.allocate(
                parts.stream().mapToInt(ByteBuffer::remaining).sum());
        parts.forEach(all::put);
        return MemoryRecords.readableRecords(all.flip());
    }

    private static ByteBuffer bytes(Batch batch, UnaryOperator<@Nullable Object> values) {
        Object producerId = values.apply(batch.producerId());
        long producer = producerId instanceof Number number ? number.longValue() : RecordBatch.NO_PRODUCER_ID;
        MemoryRecords records = MemoryRecords.withRecords(
                RecordBatch.MAGIC_VALUE_V2,
                0L,
                Compression.of(batch.compression()).build(),
                TimestampType.CREATE_TIME,
                producer,
                (short) Math.max(0, batch.epoch()),
                Math.max(0, batch.sequence()),
                RecordBatch.NO_PARTITION_LEADER_EPOCH,
                batch.transactional(),
                batch.items().stream().map(Item::record).toArray(SimpleRecord[]::new));
        ByteBuffer source = records.buffer().duplicate();
        ByteBuffer copy = ByteBuffer.allocate(source.remaining()).put(source).flip();
        // Kafka's own builder refuses to write what is below zero.
        copy.putShort(EPOCH_AT, (short) batch.epoch());
        copy.putInt(SEQUENCE_AT, batch.sequence());
        return damaged(copy, batch.damage() == Damage.NONE ? Damage.CHECKSUM_ANEW : batch.damage());
    }

    private static ByteBuffer damaged(ByteBuffer batch, Damage damage) {
        int size = batch.remaining();
        switch (damage) {
            case NONE, CHECKSUM_ANEW -> {
                // Nothing is wrong with it.
            }
            case CRC -> batch.putInt(CRC_AT, batch.getInt(CRC_AT) + 1);
            case LENGTH_SHORT -> batch.putInt(LENGTH_AT, batch.getInt(LENGTH_AT) - 1);
            case LENGTH_LONG -> batch.putInt(LENGTH_AT, batch.getInt(LENGTH_AT) + 1);
            case CUT -> batch.limit(size - 1);
            case TRAILING_BYTE -> {
                return ByteBuffer.allocate(size + 1).put(batch).put((byte) 0).flip();
            }
            case MAGIC_0 -> batch.put(MAGIC_AT, (byte) 0);
            case MAGIC_1 -> batch.put(MAGIC_AT, (byte) 1);
            case MAGIC_3 -> batch.put(MAGIC_AT, (byte) 3);
            case COUNT -> batch.putInt(COUNT_AT, batch.getInt(COUNT_AT) + 1);
            case LAST_OFFSET_DELTA -> batch.putInt(LAST_OFFSET_DELTA_AT, batch.getInt(LAST_OFFSET_DELTA_AT) + 1);
            case MAX_TIMESTAMP -> batch.putLong(MAX_TIMESTAMP_AT, batch.getLong(MAX_TIMESTAMP_AT) + 1);
            case CONTROL -> attribute(batch, 0x20);
            case APPEND_TIME -> attribute(batch, 0x08);
            case UNKNOWN_CODEC -> attribute(batch, 0x07);
        }
        if (damage != Damage.CRC) {
            CRC32C crc = new CRC32C();
            crc.update(batch.duplicate().position(ATTRIBUTES_AT));
            batch.putInt(CRC_AT, (int) crc.getValue());
        }
        return batch;
    }

    private static void attribute(ByteBuffer batch, int bits) {
        batch.putShort(ATTRIBUTES_AT, (short) (batch.getShort(ATTRIBUTES_AT) | bits));
    }

    /** The batches of a fetch answer, as far as they are whole, and how many bytes follow. */
    static Map<String, Object> tree(MemoryRecords records) {
        List<Object> batches = new ArrayList<>();
        int whole = 0;
        for (MutableRecordBatch batch : records.batches()) {
            batch.ensureValid();
            batches.add(tree(batch));
            whole += batch.sizeInBytes();
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("batches", batches);
        tree.put("trailing_bytes", records.sizeInBytes() - whole);
        return tree;
    }

    private static Map<String, Object> tree(RecordBatch batch) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("base_offset", batch.baseOffset());
        tree.put("last_offset", batch.lastOffset());
        tree.put("leader_epoch", batch.partitionLeaderEpoch());
        tree.put("size", batch.sizeInBytes());
        tree.put("compression", batch.compressionType().name);
        tree.put("timestamp_type", batch.timestampType().name);
        boolean stamped = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
        tree.put("max_timestamp", stamped ? "the broker's" : batch.maxTimestamp());
        tree.put("producer_id", batch.producerId());
        tree.put("producer_epoch", batch.producerEpoch());
        tree.put("base_sequence", batch.baseSequence());
        tree.put("transactional", batch.isTransactional());
        tree.put("control", batch.isControlBatch());
        List<Object> items = new ArrayList<>();
        for (Record item : batch) {
            items.add(item.offset() + " at " + (stamped ? "append" : item.timestamp()) + " " + text(item.key()) + "="
                    + text(item.value()));
        }
        tree.put("records", items);
        return tree;
    }

    private static @Nullable String text(@Nullable ByteBuffer bytes) {
        return bytes == null
                ? null
                : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
