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

    /**
     * Looks at the header and the checksum only: lengths, counts, offsets and producer fields. Costs one pass over the bytes,
     * for the checksum. What the records have to be is for {@link RecordsValidator} to say.
     */
    public BatchValidation validate(ByteBuf records) {
        Invalid invalid = checkFrame(records);
        if (invalid == null) {
            RecordBatch batch = new RecordBatch(records);
            invalid = checkCounts(batch);
            if (invalid == null) {
                invalid = checkKind(batch);
            }
        }
        return invalid == null ? Valid.VALID : invalid;
    }

    private static @Nullable Invalid checkKindOfMagic(ByteBuf records) {
        if (records.readableBytes() <= RecordBatch.MAGIC_INDEX) {
            return new Invalid(ErrorCode.CORRUPT_MESSAGE, "the records end within a batch's header");
        }
        byte magic = records.getByte(records.readerIndex() + RecordBatch.MAGIC_INDEX);
        if (magic == RecordBatch.MAGIC) {
            return null;
        }
        return magic == 0 || magic == 1
                ? new Invalid(ErrorCode.INVALID_RECORD, "record format version " + magic + " is too old: 2 is needed")
                : new Invalid(ErrorCode.CORRUPT_MESSAGE, "unknown record format version " + magic);
    }

    private @Nullable Invalid checkFrame(ByteBuf records) {
        int readable = records.readableBytes();
        if (readable == 0) {
            return new Invalid(ErrorCode.INVALID_RECORD, "there is no record batch");
        }
        Invalid invalid = checkKindOfMagic(records);
        if (invalid != null) {
            return invalid;
        }
        if (readable < RecordBatch.HEADER_BYTES) {
            return new Invalid(ErrorCode.CORRUPT_MESSAGE, "the records end within a batch's header");
        }
        RecordBatch batch = new RecordBatch(records);
        long size = batch.batchLength() + (long) RecordBatch.LENGTH_OVERHEAD;
        if (size < RecordBatch.HEADER_BYTES || size > readable) {
            return new Invalid(
                    ErrorCode.CORRUPT_MESSAGE, "a batch claims " + size + " bytes where there are " + readable);
        }
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
