package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.BatchValidation.Invalid;
import io.rowlock.protocol.record.BatchValidation.Valid;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether what a client produced to one partition may be appended: exactly one batch of format version 2 with a
 * plausible header and a right checksum, as Kafka asks of Produce version 3 and later. Immutable and thread-safe.
 *
 * @param maxBatchBytes the topic's {@code max.message.bytes}
 */
public record RecordBatchValidator(int maxBatchBytes) {

    /** The least that a batch of any format claims: the header of one record in format version 0. */
    private static final int SHORTEST_LENGTH = 14;

    private static final Invalid NO_BATCH = new Invalid(ErrorCode.INVALID_RECORD, "there is no record batch");

    /**
     * Looks at the header and the checksum only: lengths, counts, offsets and producer fields. Costs one pass over the bytes,
     * for the checksum. What the records have to be is for {@link RecordsValidator} to say.
     */
    public BatchValidation validate(ByteBuf records) {
        Invalid invalid = frameRefusal(records);
        if (invalid == null) {
            invalid = headerRefusal(new RecordBatch(records));
        }
        return invalid == null ? Valid.VALID : invalid;
    }

    /** What is wrong with a batch whose frame is in order, or null. */
    public @Nullable Invalid headerRefusal(RecordBatch batch) {
        Invalid invalid = checkCounts(batch);
        return invalid == null ? checkKind(batch) : invalid;
    }

    /**
     * Why this is not one whole batch with the right checksum and no larger than allowed, or null. In Kafka's order: what ends
     * too early holds no batch, and only what cannot be one is called corrupt.
     */
    public @Nullable Invalid frameRefusal(ByteBuf records) {
        int readable = records.readableBytes();
        if (readable < RecordBatch.LENGTH_OVERHEAD) {
            return NO_BATCH;
        }
        int length = records.getInt(records.readerIndex() + RecordBatch.LENGTH_INDEX);
        if (length < SHORTEST_LENGTH) {
            return new Invalid(ErrorCode.CORRUPT_MESSAGE, "a batch claims a length of " + length + " bytes");
        }
        if (readable <= RecordBatch.MAGIC_INDEX) {
            return NO_BATCH;
        }
        byte magic = records.getByte(records.readerIndex() + RecordBatch.MAGIC_INDEX);
        if (magic < 0 || magic > RecordBatch.MAGIC) {
            return new Invalid(ErrorCode.CORRUPT_MESSAGE, "unknown record format version " + magic);
        }
        long size = length + (long) RecordBatch.LENGTH_OVERHEAD;
        if (size > readable) {
            return new Invalid(
                    ErrorCode.INVALID_RECORD, "a batch claims " + size + " bytes where there are " + readable);
        }
        if (magic < RecordBatch.MAGIC) {
            return new Invalid(ErrorCode.INVALID_RECORD, "record format version " + magic + " is too old: 2 is needed");
        }
        if (size < RecordBatch.HEADER_BYTES) {
            return new Invalid(ErrorCode.CORRUPT_MESSAGE, "a batch of " + size + " bytes is shorter than its header");
        }
        return checkWhole(new RecordBatch(records), size, readable);
    }

    private @Nullable Invalid checkWhole(RecordBatch batch, long size, int readable) {
        if (size > maxBatchBytes) {
            return new Invalid(
                    ErrorCode.MESSAGE_TOO_LARGE, "a batch of " + size + " bytes exceeds the limit of " + maxBatchBytes);
        }
        if (size < readable) {
            return new Invalid(ErrorCode.INVALID_RECORD, "there is more than one record batch");
        }
        if (!batch.hasValidCrc()) {
            return new Invalid(ErrorCode.CORRUPT_MESSAGE, "the checksum is not that of the records");
        }
        return null;
    }

    private static @Nullable Invalid checkCounts(RecordBatch batch) {
        int count = batch.count();
        if (count <= 0) {
            return new Invalid(ErrorCode.INVALID_RECORD, "a batch claims " + count + " records");
        }
        if (batch.baseOffset() != 0) {
            return new Invalid(ErrorCode.INVALID_RECORD, "the base offset is " + batch.baseOffset() + ", not 0");
        }
        if (batch.lastOffsetDelta() != count - 1) {
            return new Invalid(
                    ErrorCode.INVALID_RECORD, count + " records do not end at offset delta " + batch.lastOffsetDelta());
        }
        // The shortest record takes 7 bytes; compressed ones can be denser than any bound worth checking.
        int recordBytes = batch.sizeInBytes() - RecordBatch.HEADER_BYTES;
        if (batch.compressionType() == CompressionType.NONE && count > recordBytes / 7) {
            return new Invalid(ErrorCode.INVALID_RECORD, count + " records do not fit into " + recordBytes + " bytes");
        }
        return null;
    }

    private static @Nullable Invalid checkKind(RecordBatch batch) {
        if (batch.compressionType() == null) {
            return new Invalid(ErrorCode.INVALID_RECORD, "unknown compression in attributes " + batch.attributes());
        }
        if (batch.isControl()) {
            return new Invalid(ErrorCode.INVALID_RECORD, "clients may not write control batches");
        }
        if (batch.hasProducerId() && (batch.baseSequence() < 0 || batch.producerEpoch() < 0)) {
            return new Invalid(
                    ErrorCode.INVALID_RECORD,
                    "producer " + batch.producerId() + " sends epoch " + batch.producerEpoch() + " and sequence "
                            + batch.baseSequence());
        }
        if (batch.isTransactional() && !batch.hasProducerId()) {
            return new Invalid(ErrorCode.INVALID_RECORD, "a transactional batch has no producer id");
        }
        return null;
    }
}
