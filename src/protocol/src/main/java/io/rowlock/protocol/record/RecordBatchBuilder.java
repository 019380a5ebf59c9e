package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes one batch: for what a node itself writes into a log, and for tests. Not thread-safe. */
public final class RecordBatchBuilder {

    private final ByteBuf records = Unpooled.buffer(256);
    private final CompressionType compression;
    private TimestampType timestampType = TimestampType.CREATE_TIME;
    private long baseOffset;
    private int leaderEpoch = -1;
    private long producerId = RecordBatch.NO_PRODUCER_ID;
    private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private boolean transactional;
    private boolean control;
    private long baseTimestamp = RecordBatch.NO_TIMESTAMP;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private int count;

    public RecordBatchBuilder(CompressionType compression) {
        this.compression = compression;
    }

    public RecordBatchBuilder baseOffset(long offset) {
        baseOffset = offset;
        return this;
    }

    public RecordBatchBuilder leaderEpoch(int epoch) {
        leaderEpoch = epoch;
        return this;
    }

    public RecordBatchBuilder producer(long id, short epoch, int firstSequence) {
        producerId = id;
        producerEpoch = epoch;
        baseSequence = firstSequence;
        return this;
    }

    public RecordBatchBuilder transactional() {
        transactional = true;
        return this;
    }

    /** A batch of control records (KIP-98), which consumers skip. */
    public RecordBatchBuilder control() {
        control = true;
        return this;
    }

    public RecordBatchBuilder timestampType(TimestampType type) {
        timestampType = type;
        return this;
    }

    /** Adds a record without headers; {@code timestamp} is in milliseconds. */
    public RecordBatchBuilder add(long timestamp, byte @Nullable [] key, byte @Nullable [] value) {
        return add(timestamp, wrap(key), wrap(value), List.of());
    }

    /** Adds a record; the buffers are copied from, and otherwise left alone. */
    public RecordBatchBuilder add(
            long timestamp, @Nullable ByteBuf key, @Nullable ByteBuf value, List<RecordReader.Header> headers) {
        if (count == 0) {
            baseTimestamp = timestamp;
        }
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        ByteBuf body = Unpooled.buffer(64);
        body.writeByte(0);
        Varint.writeLong(body, timestamp - baseTimestamp);
        Varint.writeInt(body, count);
        writeBytes(body, key);
        writeBytes(body, value);
        Varint.writeInt(body, headers.size());
        for (RecordReader.Header header : headers) {
            writeBytes(body, header.key());
            writeBytes(body, header.value());
        }
        Varint.writeInt(records, body.readableBytes());
        records.writeBytes(body);
        count++;
        return this;
    }

    /** The finished batch in a buffer of its own, on the heap. */
    public ByteBuf build() {
        ByteBuf out = Unpooled.buffer(RecordBatch.HEADER_BYTES + records.readableBytes());
        out.writeLong(baseOffset);
        out.writeInt(0);
        out.writeInt(leaderEpoch);
        out.writeByte(RecordBatch.MAGIC);
        out.writeInt(0);
        out.writeShort(RecordBatch.attributes(compression, timestampType, transactional, control));
        out.writeInt(count - 1);
        out.writeLong(baseTimestamp);
        out.writeLong(maxTimestamp);
        out.writeLong(producerId);
        out.writeShort(producerEpoch);
        out.writeInt(baseSequence);
        out.writeInt(count);
        Compressor.write(compression, records, out);
        out.setInt(8, out.readableBytes() - RecordBatch.LENGTH_OVERHEAD);
        out.setInt(17, (int) new RecordBatch(out).computeCrc());
        return out;
    }

    private static @Nullable ByteBuf wrap(byte @Nullable [] bytes) {
        return bytes == null ? null : Unpooled.wrappedBuffer(bytes);
    }

    private static void writeBytes(ByteBuf out, @Nullable ByteBuf bytes) {
        if (bytes == null) {
            Varint.writeInt(out, -1);
            return;
        }
        Varint.writeInt(out, bytes.readableBytes());
        out.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
    }
}
