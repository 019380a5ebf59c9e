package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks the records of one batch, opening it if it is compressed. After each successful {@link #next()} the accessors
 * describe one record; its slices hold no reference count of their own and are valid until the next call. Not thread-safe.
 */
public final class RecordReader implements AutoCloseable {

    /** A header of a record; the value is null where the producer sent none. */
    public record Header(ByteBuf key, @Nullable ByteBuf value) {}

    private static final int READ_STEP_BYTES = 16 * 1024;

    private final RecordBatch batch;
    private final RecordSource source;
    private final int count;
    private int read;

    private @Nullable ByteBuf record;
    private int recordStart;
    private int offsetDelta;
    private long timestampDelta;
    private @Nullable ByteBuf key;
    private @Nullable ByteBuf value;
    private List<Header> headers = List.of();

    private RecordReader(RecordBatch batch, RecordSource source) {
        this.batch = batch;
        this.source = source;
        this.count = batch.count();
    }

    /**
     * Opens a batch whose header was validated.
     *
     * @param maxPlainBytes how much the records may take when decompressed before {@link #next()} refuses to go on
     */
    public static RecordReader open(RecordBatch batch, long maxPlainBytes) throws InvalidRecordsException {
        CompressionType type = batch.compressionType();
        if (type == null) {
            throw new InvalidRecordsException("unknown compression in attributes " + batch.attributes());
        }
        ByteBuf records = batch.buffer()
                .slice(batch.start() + RecordBatch.HEADER_BYTES, batch.sizeInBytes() - RecordBatch.HEADER_BYTES);
        if (type == CompressionType.NONE) {
            return new RecordReader(batch, new PlainSource(records));
        }
        try {
            return new RecordReader(
                    batch, new StreamSource(Decompressor.open(type, records, maxPlainBytes), maxPlainBytes));
        } catch (IOException | RuntimeException e) {
            throw new InvalidRecordsException("cannot open " + type.kafkaName() + " records: " + e.getMessage());
        }
    }

    /** Steps to the next record; false after the last one. */
    public boolean next() throws InvalidRecordsException {
        if (read == count) {
            if (source.hasMore()) {
                throw new InvalidRecordsException("there is more after the " + count + " records of the header");
            }
            return false;
        }
        ByteBuf next = source.nextRecord();
        record = next;
        recordStart = next.readerIndex();
        parse(next);
        read++;
        return true;
    }

    private void parse(ByteBuf record) throws InvalidRecordsException {
        if (!record.isReadable()) {
            throw new InvalidRecordsException("record " + read + " is empty");
        }
        record.skipBytes(1); // attributes: unused so far
        timestampDelta = Varint.readLong(record);
        offsetDelta = Varint.readInt(record);
        key = readBytes(record);
        value = readBytes(record);
        int headerCount = Varint.readInt(record);
        // A header takes at least two bytes: a larger claim must not make a large list.
        if (headerCount < 0 || headerCount > record.readableBytes() / 2) {
            throw new InvalidRecordsException("record " + read + " claims " + headerCount + " headers");
        }
        headers = headerCount == 0 ? List.of() : readHeaders(record, headerCount);
        if (record.isReadable()) {
            throw new InvalidRecordsException("record " + read + " goes on after its headers");
        }
    }

    private List<Header> readHeaders(ByteBuf record, int headerCount) throws InvalidRecordsException {
        List<Header> result = new ArrayList<>(headerCount);
        for (int i = 0; i < headerCount; i++) {
            ByteBuf headerKey = readBytes(record);
            if (headerKey == null) {
                throw new InvalidRecordsException("record " + read + " has a header without a key");
            }
            result.add(new Header(headerKey, readBytes(record)));
        }
        return result;
    }

    private @Nullable ByteBuf readBytes(ByteBuf record) throws InvalidRecordsException {
        int length = Varint.readInt(record);
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > record.readableBytes()) {
            throw new InvalidRecordsException(
                    "record " + read + " claims " + length + " bytes where " + record.readableBytes() + " are left");
        }
        return record.readSlice(length);
    }

    /** The whole record as the batch has it, without its length. */
    ByteBuf bytes() {
        ByteBuf current = record;
        if (current == null) {
            throw new IllegalStateException("there is no record yet");
        }
        return current.slice(recordStart, current.writerIndex() - recordStart);
    }

    /** The record's place among those of the batch as it was produced. */
    public int offsetDelta() {
        return offsetDelta;
    }

    public long offset() {
        return batch.baseOffset() + offsetDelta;
    }

    /** In milliseconds: the batch's, where the log's append time counts. */
    public long timestamp() {
        return batch.timestampType() == TimestampType.LOG_APPEND_TIME
                ? batch.maxTimestamp()
                : batch.baseTimestamp() + timestampDelta;
    }

    public @Nullable ByteBuf key() {
        return key;
    }

    public @Nullable ByteBuf value() {
        return value;
    }

    public List<Header> headers() {
        return headers;
    }

    /** Frees the decompressor; leaves the batch's buffer alone. */
    @Override
    public void close() {
        source.close();
    }

    /** Where records come from, one whole record at a time. */
    private sealed interface RecordSource extends AutoCloseable {
        ByteBuf nextRecord() throws InvalidRecordsException;

        boolean hasMore() throws InvalidRecordsException;

        @Override
        void close();
    }

    private record PlainSource(ByteBuf records) implements RecordSource {
        @Override
        public ByteBuf nextRecord() throws InvalidRecordsException {
            int length = Varint.readInt(records);
            if (length < 0 || length > records.readableBytes()) {
                throw new InvalidRecordsException(
                        "a record claims " + length + " bytes where " + records.readableBytes() + " are left");
            }
            return records.readSlice(length);
        }

        @Override
        public boolean hasMore() {
            return records.isReadable();
        }

        @Override
        public void close() {}
    }

    private static final class StreamSource implements RecordSource {
        private final InputStream in;
        private long bytesLeft;
        private byte[] record = new byte[256];

        StreamSource(InputStream in, long maxPlainBytes) {
            this.in = in;
            this.bytesLeft = maxPlainBytes;
        }

        @Override
        public ByteBuf nextRecord() throws InvalidRecordsException {
            try {
                int length = readLength();
                if (length < 0) {
                    throw new InvalidRecordsException("a record claims " + length + " bytes");
                }
                take(length);
                fill(length);
                return Unpooled.wrappedBuffer(record, 0, length);
            } catch (IOException | RuntimeException e) {
                throw new InvalidRecordsException("cannot decompress: " + e.getMessage());
            }
        }

        private void take(int bytes) throws InvalidRecordsException {
            bytesLeft -= bytes;
            if (bytesLeft < 0) {
                throw new InvalidRecordsException("the decompressed records exceed the limit");
            }
        }

        private int readLength() throws IOException, InvalidRecordsException {
            int value = 0;
            for (int shift = 0; shift < 35; shift += 7) {
                int b = in.read();
                if (b < 0) {
                    throw new EOFException("the records end before the header's count");
                }
                take(1);
                value |= (b & 0x7f) << shift;
                if (b < 0x80) {
                    return (value >>> 1) ^ -(value & 1);
                }
            }
            throw new InvalidRecordsException("a varint is longer than 5 bytes");
        }

        /** The array grows as bytes arrive, not by the length that the record claims. */
        private void fill(int length) throws IOException {
            int filled = 0;
            while (filled < length) {
                int target = Math.min(length, filled + READ_STEP_BYTES);
                if (record.length < target) {
                    record = Arrays.copyOf(record, Math.min(length, Math.max(target, record.length * 2)));
                }
                int n = in.read(record, filled, Math.min(length, record.length) - filled);
                if (n < 0) {
                    throw new EOFException("the records end within a record");
                }
                filled += n;
            }
        }

        @Override
        public boolean hasMore() throws InvalidRecordsException {
            try {
                return in.read() >= 0;
            } catch (IOException | RuntimeException e) {
                throw new InvalidRecordsException("cannot decompress: " + e.getMessage());
            }
        }

        @Override
        public void close() {
            try {
                in.close();
            } catch (IOException e) {
                throw new IllegalStateException("a stream over memory failed to close", e);
            }
        }
    }
}
