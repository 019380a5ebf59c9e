package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A view of one record batch of format version 2 in a buffer (KIP-98, KIP-482). Reading and rewriting the header touches
 * the buffer in place; nothing is copied, and no reference count changes. As thread-safe as the buffer.
 *
 * <p>The accessors trust that {@link #HEADER_BYTES} bytes are there; {@link RecordBatchValidator} checks what came from
 * outside.
 */
public final class RecordBatch {

    /** Bytes before the first record. */
    public static final int HEADER_BYTES = 61;

    /** Bytes that {@link #batchLength()} leaves out: base offset and the length itself. */
    public static final int LENGTH_OVERHEAD = 12;

    /** Where the magic byte stands, in this and every older format. */
    public static final int MAGIC_INDEX = 16;

    public static final byte MAGIC = 2;
    public static final long NO_TIMESTAMP = -1;
    public static final long NO_PRODUCER_ID = -1;
    public static final short NO_PRODUCER_EPOCH = -1;
    public static final int NO_SEQUENCE = -1;

    static final int LENGTH_INDEX = 8;
    private static final int LEADER_EPOCH_INDEX = 12;
    static final int CRC_INDEX = 17;
    static final int ATTRIBUTES_INDEX = 21;
    private static final int LAST_OFFSET_DELTA_INDEX = 23;
    static final int BASE_TIMESTAMP_INDEX = 27;
    static final int MAX_TIMESTAMP_INDEX = 35;
    private static final int PRODUCER_ID_INDEX = 43;
    private static final int PRODUCER_EPOCH_INDEX = 51;
    private static final int BASE_SEQUENCE_INDEX = 53;
    static final int COUNT_INDEX = 57;

    static final int COMPRESSION_MASK = 0x07;
    private static final int LOG_APPEND_TIME_BIT = 0x08;
    private static final int TRANSACTIONAL_BIT = 0x10;
    private static final int CONTROL_BIT = 0x20;
    static final int DELETE_HORIZON_BIT = 0x40;

    private final ByteBuf buffer;
    private final int start;

    /** The batch that begins at {@code buffer}'s reader index. */
    public RecordBatch(ByteBuf buffer) {
        this(buffer, buffer.readerIndex());
    }

    /** The batch that begins at the absolute index {@code start}. */
    public RecordBatch(ByteBuf buffer, int start) {
        this.buffer = buffer;
        this.start = start;
    }

    /** The buffer this is a view of. */
    public ByteBuf buffer() {
        return buffer;
    }

    /** The absolute index of the first byte in {@link #buffer()}. */
    public int start() {
        return start;
    }

    public long baseOffset() {
        return buffer.getLong(start);
    }

    /** The length field: {@link #LENGTH_OVERHEAD} less than {@link #sizeInBytes()}. */
    public int batchLength() {
        return buffer.getInt(start + LENGTH_INDEX);
    }

    /** What the batch takes as a whole, by its own account. */
    public int sizeInBytes() {
        return batchLength() + LENGTH_OVERHEAD;
    }

    public int partitionLeaderEpoch() {
        return buffer.getInt(start + LEADER_EPOCH_INDEX);
    }

    public byte magic() {
        return buffer.getByte(start + MAGIC_INDEX);
    }

    /** The CRC-32C that the header states, as an unsigned number. */
    public long crc() {
        return buffer.getUnsignedInt(start + CRC_INDEX);
    }

    public short attributes() {
        return buffer.getShort(start + ATTRIBUTES_INDEX);
    }

    public int lastOffsetDelta() {
        return buffer.getInt(start + LAST_OFFSET_DELTA_INDEX);
    }

    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    /** The offset of what follows this batch. */
    public long nextOffset() {
        return lastOffset() + 1;
    }

    /** What the records' timestamp deltas count from, in milliseconds; {@link #deleteHorizon()} where that is set. */
    public long baseTimestamp() {
        return buffer.getLong(start + BASE_TIMESTAMP_INDEX);
    }

    /** The largest timestamp of the records, in milliseconds, or when the log appended them. */
    public long maxTimestamp() {
        return buffer.getLong(start + MAX_TIMESTAMP_INDEX);
    }

    public long producerId() {
        return buffer.getLong(start + PRODUCER_ID_INDEX);
    }

    public boolean hasProducerId() {
        return producerId() > NO_PRODUCER_ID;
    }

    public short producerEpoch() {
        return buffer.getShort(start + PRODUCER_EPOCH_INDEX);
    }

    public int baseSequence() {
        return buffer.getInt(start + BASE_SEQUENCE_INDEX);
    }

    /** The last record's sequence: sequences go from {@link Integer#MAX_VALUE} on to 0. */
    public int lastSequence() {
        int base = baseSequence();
        return base == NO_SEQUENCE ? NO_SEQUENCE : (base + lastOffsetDelta()) & Integer.MAX_VALUE;
    }

    public int count() {
        return buffer.getInt(start + COUNT_INDEX);
    }

    /** The codec, or null where the attributes name one that does not exist. */
    public @Nullable CompressionType compressionType() {
        return CompressionType.byId(attributes() & COMPRESSION_MASK);
    }

    public TimestampType timestampType() {
        return (attributes() & LOG_APPEND_TIME_BIT) != 0 ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
    }

    public boolean isTransactional() {
        return (attributes() & TRANSACTIONAL_BIT) != 0;
    }

    public boolean isControl() {
        return (attributes() & CONTROL_BIT) != 0;
    }

    /** When compaction may drop the batch's tombstones and markers (KIP-534), or {@link #NO_TIMESTAMP}. */
    public long deleteHorizon() {
        return (attributes() & DELETE_HORIZON_BIT) != 0 ? baseTimestamp() : NO_TIMESTAMP;
    }

    /** The checksum leaves base offset and leader epoch out, so that a broker assigns them without recomputing it. */
    public void setBaseOffset(long baseOffset) {
        buffer.setLong(start, baseOffset);
    }

    public void setPartitionLeaderEpoch(int leaderEpoch) {
        buffer.setInt(start + LEADER_EPOCH_INDEX, leaderEpoch);
    }

    /**
     * Says what kind of timestamp the batch carries and the largest one, and recomputes the checksum if that changed
     * anything. Under {@link TimestampType#LOG_APPEND_TIME} every record counts as having {@code maxTimestamp}.
     */
    public void setTimestamp(TimestampType type, long maxTimestamp) {
        if (timestampType() == type && maxTimestamp() == maxTimestamp) {
            return;
        }
        int attributes = attributes() & ~LOG_APPEND_TIME_BIT;
        if (type == TimestampType.LOG_APPEND_TIME) {
            attributes |= LOG_APPEND_TIME_BIT;
        }
        buffer.setShort(start + ATTRIBUTES_INDEX, attributes);
        buffer.setLong(start + MAX_TIMESTAMP_INDEX, maxTimestamp);
        buffer.setInt(start + CRC_INDEX, (int) computeCrc());
    }

    /** Whether the header's checksum is that of the bytes. The whole batch must be in the buffer. */
    public boolean hasValidCrc() {
        return crc() == computeCrc();
    }

    /** The CRC-32C of everything from the attributes to the end of the batch. */
    public long computeCrc() {
        CRC32C crc = new CRC32C();
        int from = start + ATTRIBUTES_INDEX;
        int length = sizeInBytes() - ATTRIBUTES_INDEX;
        if (buffer.nioBufferCount() == 1) {
            crc.update(buffer.nioBuffer(from, length));
        } else {
            for (ByteBuffer part : buffer.nioBuffers(from, length)) {
                crc.update(part);
            }
        }
        return crc.getValue();
    }

    static short attributes(CompressionType compression, TimestampType type, boolean transactional, boolean control) {
        int attributes = compression.id();
        attributes |= type == TimestampType.LOG_APPEND_TIME ? LOG_APPEND_TIME_BIT : 0;
        attributes |= transactional ? TRANSACTIONAL_BIT : 0;
        attributes |= control ? CONTROL_BIT : 0;
        return (short) attributes;
    }

    @Override
    public String toString() {
        return "RecordBatch(offsets " + baseOffset() + " to " + lastOffset() + ", " + sizeInBytes()
                + " bytes, leader epoch "
                + partitionLeaderEpoch() + ", producer " + producerId() + ":" + producerEpoch() + ":" + baseSequence()
                + ")";
    }
}
