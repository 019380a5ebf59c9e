package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Makes of a batch what compaction leaves of it. Offsets, producer, sequences, leader epoch, kind and codec stay; the records
 * that are kept are copied as they are. Not thread-safe.
 */
public final class BatchRewriter {

    private final RecordBatch source;
    private final CompressionType compression;
    private ByteBuf records = Unpooled.buffer(256);
    private int count;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;

    /** @param source valid, and open as long as this is used */
    public BatchRewriter(RecordBatch source) {
        CompressionType type = source.compressionType();
        if (type == null) {
            throw new IllegalArgumentException("unknown compression in attributes " + source.attributes());
        }
        this.source = source;
        this.compression = type;
    }

    /** Keeps the record that {@code reader}, which reads the source, stands at. */
    public void keep(RecordReader reader) {
        ByteBuf record = reader.bytes();
        Varint.writeInt(records, record.readableBytes());
        records.writeBytes(record);
        maxTimestamp = Math.max(maxTimestamp, reader.timestamp());
        count++;
    }

    /** How many records were kept. */
    public int count() {
        return count;
    }

    /**
     * The batch of the records that were kept, in a buffer of its own on the heap.
     *
     * @param deleteHorizon when its tombstones or markers may go (KIP-534), in milliseconds, if the source does not say so
     *     already; {@link RecordBatch#NO_TIMESTAMP} for no new one
     */
    public ByteBuf build(long deleteHorizon) {
        int attributes = source.attributes();
        long baseTimestamp = source.baseTimestamp();
        if (deleteHorizon != RecordBatch.NO_TIMESTAMP && source.deleteHorizon() == RecordBatch.NO_TIMESTAMP) {
            records = shifted(records, baseTimestamp - deleteHorizon);
            baseTimestamp = deleteHorizon;
            attributes |= RecordBatch.DELETE_HORIZON_BIT;
        }
        long newest = source.timestampType() == TimestampType.LOG_APPEND_TIME ? source.maxTimestamp() : maxTimestamp;
        ByteBuf out = header(source, attributes, baseTimestamp, newest, count, records.readableBytes());
        Compressor.write(compression, records, out);
        return seal(out);
    }

    /** A batch without records that still says which offsets and sequences there were, as Kafka writes it. */
    public static ByteBuf empty(RecordBatch source) {
        int attributes = source.attributes() & ~RecordBatch.COMPRESSION_MASK & ~RecordBatch.DELETE_HORIZON_BIT;
        return seal(header(source, attributes, RecordBatch.NO_TIMESTAMP, source.maxTimestamp(), 0, 0));
    }

    /** The records with timestamps that count from a base that is {@code by} earlier. */
    private static ByteBuf shifted(ByteBuf records, long by) {
        ByteBuf out = Unpooled.buffer(records.readableBytes() + 16);
        ByteBuf body = Unpooled.buffer(64);
        try {
            while (records.isReadable()) {
                ByteBuf record = records.readSlice(Varint.readInt(records));
                body.clear().writeByte(record.readByte());
                Varint.writeLong(body, Varint.readLong(record) + by);
                body.writeBytes(record);
                Varint.writeInt(out, body.readableBytes());
                out.writeBytes(body);
            }
        } catch (InvalidRecordsException e) {
            throw new IllegalStateException("records that were just written cannot be read", e);
        }
        return out;
    }

    private static ByteBuf header(
            RecordBatch source, int attributes, long baseTimestamp, long maxTimestamp, int count, int recordBytes) {
        ByteBuf out = Unpooled.buffer(RecordBatch.HEADER_BYTES + recordBytes);
        out.writeBytes(source.buffer(), source.start(), RecordBatch.HEADER_BYTES);
        out.setShort(RecordBatch.ATTRIBUTES_INDEX, attributes);
        out.setLong(RecordBatch.BASE_TIMESTAMP_INDEX, baseTimestamp);
        out.setLong(RecordBatch.MAX_TIMESTAMP_INDEX, maxTimestamp);
        out.setInt(RecordBatch.COUNT_INDEX, count);
        return out;
    }

    /** Gives a batch that begins at {@code out}'s reader index its length and checksum. */
    static ByteBuf seal(ByteBuf out) {
        out.setInt(RecordBatch.LENGTH_INDEX, out.readableBytes() - RecordBatch.LENGTH_OVERHEAD);
        out.setInt(RecordBatch.CRC_INDEX, (int) new RecordBatch(out).computeCrc());
        return out;
    }
}
