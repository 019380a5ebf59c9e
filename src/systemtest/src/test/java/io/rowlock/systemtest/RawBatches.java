package io.rowlock.systemtest;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Record batches as bytes, to be changed where no producer would. */
final class RawBatches {
    static final int LENGTH = 8;
    static final int MAGIC = 16;
    static final int CRC = 17;
    static final int ATTRIBUTES = 21;
    static final int LAST_OFFSET_DELTA = 23;
    static final int BASE_TIMESTAMP = 27;
    static final int MAX_TIMESTAMP = 35;
    static final int PRODUCER_ID = 43;
    static final int PRODUCER_EPOCH = 51;
    static final int BASE_SEQUENCE = 53;
    static final int COUNT = 57;
    static final int RECORDS = 61;

    private RawBatches() {}

    static ByteBuffer of(Compression codec, SimpleRecord... records) {
        return copy(MemoryRecords.withRecords(codec, records));
    }

    static ByteBuffer plain(SimpleRecord... records) {
        return of(Compression.NONE, records);
    }

    /** In an older format. */
    static ByteBuffer old(int magic, SimpleRecord... records) {
        return copy(MemoryRecords.withRecords((byte) magic, Compression.NONE, records));
    }

    static SimpleRecord record(long timestamp) {
        return new SimpleRecord(timestamp, new byte[] {1}, new byte[] {1, 2, 3});
    }

    static SimpleRecord withoutKey(long timestamp) {
        return new SimpleRecord(timestamp, null, new byte[] {1, 2, 3});
    }

    /** Three records of now. */
    static ByteBuffer three() {
        long now = System.currentTimeMillis();
        return plain(record(now), record(now + 1), record(now + 2));
    }

    /** With the checksum that its bytes have now. */
    static ByteBuffer sealed(ByteBuffer batch) {
        CRC32C crc = new CRC32C();
        crc.update(batch.duplicate().position(ATTRIBUTES));
        return batch.putInt(CRC, (int) crc.getValue());
    }

    private static ByteBuffer copy(MemoryRecords records) {
        ByteBuffer source = records.buffer().duplicate();
        return ByteBuffer.allocate(source.remaining()).put(source).flip();
    }
}
