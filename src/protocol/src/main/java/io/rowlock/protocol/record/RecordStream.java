package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the records of a batch without holding any of them, and copies them on the way if asked to: what it needs of
 * memory is a buffer of fixed size and the codecs' own, which for snappy is a block, whatever the records claim to be. Checks
 * that each record is as its lengths say. Not thread-safe.
 */
final class RecordStream implements AutoCloseable {

    private static final int BUFFER_BYTES = 8 * 1024;

    /** Of the blocks of snappy, which have to be opened whole: no client writes any that are nearly so large. */
    static final int BLOCK_BYTES_MAX = 64 << 20;

    private final RecordBatch batch;
    private final InputStream in;
    private final @Nullable OutputStream copy;
    private final int count;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    /** A number as it was last read, or is to be written. */
    private final byte[] number = new byte[Varint.MAX_LONG_BYTES];

    private int numberBytes;
    private int position;
    private int limit;
    private long plainBytesLeft;
    private int read;
    /** Bytes of the record at hand that are still to come. */
    private int left;

    private long timestampDelta;
    private int offsetDelta;
    private boolean hasKey;

    /**
     * @param batch its header validated
     * @param plainBytesMax how much the records may take when decompressed before {@link #next()} refuses to go on
     * @param copy gets every record, with the offset delta that its place asks for; stays open
     */
    RecordStream(RecordBatch batch, long plainBytesMax, @Nullable OutputStream copy) throws InvalidRecordsException {
        CompressionType type = batch.compressionType();
        if (type == null) {
            throw new InvalidRecordsException("unknown compression in attributes " + batch.attributes());
        }
        ByteBuf records = batch.buffer()
                .slice(batch.start() + RecordBatch.HEADER_BYTES, batch.sizeInBytes() - RecordBatch.HEADER_BYTES);
        this.batch = batch;
        this.copy = copy;
        this.count = batch.count();
        this.plainBytesLeft = plainBytesMax;
        try {
            in = Decompressor.open(type, records, Math.min(plainBytesMax, BLOCK_BYTES_MAX));
        } catch (IOException | RuntimeException e) {
            throw new InvalidRecordsException("cannot open " + type.kafkaName() + " records: " + e.getMessage());
        }
    }

    /** Steps over the next record; false after the last one. */
    boolean next() throws InvalidRecordsException {
        try {
            if (read == count) {
                if (position < limit || in.read() >= 0) {
                    throw new InvalidRecordsException("there is more after the " + count + " records of the header");
                }
                return false;
            }
            passRecord();
            read++;
            return true;
        } catch (IOException | RuntimeException e) {
            throw new InvalidRecordsException("cannot read record " + read + ": " + e.getMessage());
        }
    }

    private void passRecord() throws IOException, InvalidRecordsException {
        left = Varint.MAX_INT_BYTES;
        int length = readInt();
        if (length < 0) {
            throw new InvalidRecordsException("record " + read + " claims " + length + " bytes");
        }
        left = length;
        int attributes = readByte();
        timestampDelta = readLong();
        offsetDelta = readInt();
        if (copy != null) {
            writeInt(copy, 1 + Varint.sizeOf(timestampDelta) + Varint.sizeOf(read) + left);
            copy.write(attributes);
            writeLong(copy, timestampDelta);
            writeInt(copy, read);
        }
        hasKey = passBytes();
        passBytes();
        int headers = passInt();
        // A header takes at least two bytes: a larger claim is not worth counting down.
        if (headers < 0 || headers > left / 2) {
            throw new InvalidRecordsException("record " + read + " claims " + headers + " headers");
        }
        for (int i = 0; i < headers; i++) {
            if (!passBytes()) {
                throw new InvalidRecordsException("record " + read + " has a header without a key");
            }
            passBytes();
        }
        if (left != 0) {
            throw new InvalidRecordsException("record " + read + " goes on after its headers");
        }
    }

    /** In its batch, as the record says it. */
    int offsetDelta() {
        return offsetDelta;
    }

    /** In milliseconds: the batch's, where that says that it is the log's append time. */
    long timestamp() {
        return batch.timestampType() == TimestampType.LOG_APPEND_TIME
                ? batch.maxTimestamp()
                : batch.baseTimestamp() + timestampDelta;
    }

    boolean hasKey() {
        return hasKey;
    }

    /** Passes bytes with their length in front; false for null. */
    private boolean passBytes() throws IOException, InvalidRecordsException {
        int length = passInt();
        if (length == -1) {
            return false;
        }
        if (length < 0 || length > left) {
            throw new InvalidRecordsException(
                    "record " + read + " claims " + length + " bytes where " + left + " are left");
        }
        int rest = length;
        while (rest > 0) {
            fill();
            int here = Math.min(rest, limit - position);
            if (copy != null) {
                copy.write(buffer, position, here);
            }
            position += here;
            rest -= here;
            take(here);
        }
        return true;
    }

    private int passInt() throws IOException, InvalidRecordsException {
        int value = readInt();
        if (copy != null) {
            // As it came, also where fewer bytes would do: the length that was written for the record counts these.
            copy.write(number, 0, numberBytes);
        }
        return value;
    }

    private int readInt() throws IOException, InvalidRecordsException {
        long value = readVarint(Varint.MAX_INT_BYTES);
        return (int) ((value & 0xffff_ffffL) >>> 1) ^ -(int) (value & 1);
    }

    private long readLong() throws IOException, InvalidRecordsException {
        long value = readVarint(Varint.MAX_LONG_BYTES);
        return (value >>> 1) ^ -(value & 1);
    }

    private long readVarint(int maxBytes) throws IOException, InvalidRecordsException {
        long value = 0;
        for (int i = 0; i < maxBytes; i++) {
            int b = readByte();
            number[i] = (byte) b;
            value |= (long) (b & 0x7f) << (7 * i);
            if (b < 0x80) {
                numberBytes = i + 1;
                return value;
            }
        }
        throw new InvalidRecordsException("a number is longer than " + maxBytes + " bytes");
    }

    private int readByte() throws IOException, InvalidRecordsException {
        if (left == 0) {
            throw new InvalidRecordsException("record " + read + " ends within a field");
        }
        fill();
        take(1);
        return buffer[position++] & 0xff;
    }

    private void take(int bytes) throws InvalidRecordsException {
        left -= bytes;
        plainBytesLeft -= bytes;
        if (plainBytesLeft < 0) {
            throw new InvalidRecordsException("the decompressed records exceed the limit");
        }
    }

    private void fill() throws IOException {
        if (position == limit) {
            int n = in.read(buffer, 0, buffer.length);
            if (n < 0) {
                throw new EOFException("the records end before the header's count");
            }
            position = 0;
            limit = n;
        }
    }

    private void writeInt(OutputStream out, int value) throws IOException {
        out.write(number, 0, Varint.encode(number, value));
    }

    private void writeLong(OutputStream out, long value) throws IOException {
        out.write(number, 0, Varint.encode(number, value));
    }

    /** Frees the decompressor; leaves the batch's buffer alone. */
    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new IllegalStateException("a stream over memory failed to close", e);
        }
    }
}
