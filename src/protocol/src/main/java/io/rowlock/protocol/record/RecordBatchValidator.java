package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.BatchValidation.Invalid;
import io.rowlock.protocol.record.BatchValidation.RecordError;
import io.rowlock.protocol.record.BatchValidation.Valid;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether what a client produced to one partition may be appended: exactly one batch of format version 2 with a
 * plausible header and a right checksum, as Kafka asks of Produce version 3 and later. Immutable and thread-safe.
 *
 * @param maxBatchBytes the topic's {@code max.message.bytes}
 * @param maxMillisBefore {@code message.timestamp.before.max.ms}: how far in the past a timestamp may lie
 * @param maxMillisAfter {@code message.timestamp.after.max.ms}: how far in the future
 * @param timestampType the topic's {@code message.timestamp.type}; bounds on timestamps hold only for create time
 */
public record RecordBatchValidator(
        int maxBatchBytes, long maxMillisBefore, long maxMillisAfter, TimestampType timestampType) {

    /** How many records at fault are named. */
    private static final int MAX_RECORD_ERRORS = 100;

    /**
     * Looks at the header and the checksum only: lengths, counts, offsets, producer fields and the header's timestamps.
     * Costs one pass over the bytes, for the checksum.
     */
    public BatchValidation validateHeader(ByteBuf records, long nowMillis) {
        Invalid invalid = checkFrame(records);
        if (invalid == null) {
            RecordBatch batch = new RecordBatch(records);
            invalid = checkCounts(batch);
            if (invalid == null) {
                invalid = checkKind(batch);
            }
            if (invalid == null) {
                invalid = checkTimestamps(batch, nowMillis);
            }
        }
        return invalid == null ? Valid.VALID : invalid;
    }

    /**
     * Everything of {@link #validateHeader}, and then every record, decompressed where it must be. Where the header's largest
     * timestamp is not that of the records it is corrected in place, as Kafka does.
     *
     * @param keyRequired whether a record without a key is at fault, as in a compacted topic
     * @param maxPlainBytes how much the records may take when decompressed
     */
    public BatchValidation validateRecords(ByteBuf records, long nowMillis, boolean keyRequired, long maxPlainBytes) {
        BatchValidation header = validateHeader(records, nowMillis);
        if (!header.isValid()) {
            return header;
        }
        RecordBatch batch = new RecordBatch(records);
        try (RecordReader reader = RecordReader.open(batch, maxPlainBytes)) {
            return walk(batch, reader, nowMillis, keyRequired);
        } catch (InvalidRecordsException e) {
            return new Invalid(ErrorCode.INVALID_RECORD, String.valueOf(e.getMessage()));
        }
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

    private @Nullable Invalid checkTimestamps(RecordBatch batch, long nowMillis) {
        if (timestampType == TimestampType.LOG_APPEND_TIME) {
            return null;
        }
        String problem = timestampProblem(batch.baseTimestamp(), nowMillis);
        if (problem == null) {
            problem = timestampProblem(batch.maxTimestamp(), nowMillis);
        }
        return problem == null ? null : new Invalid(ErrorCode.INVALID_TIMESTAMP, problem);
    }

    private @Nullable String timestampProblem(long timestamp, long nowMillis) {
        if (timestamp == RecordBatch.NO_TIMESTAMP) {
            return null;
        }
        // Differences with care: the bounds default to Long.MAX_VALUE, and the timestamp can be anything.
        boolean tooOld = timestamp < nowMillis && (timestamp < 0 ? nowMillis : nowMillis - timestamp) > maxMillisBefore;
        boolean tooNew = timestamp > nowMillis && timestamp - nowMillis > maxMillisAfter;
        if (timestamp < 0 || tooOld || tooNew) {
            return "timestamp " + timestamp + " is out of range: now is " + nowMillis + ", allowed are "
                    + maxMillisBefore + " ms before and " + maxMillisAfter + " ms after";
        }
        return null;
    }

    private BatchValidation walk(RecordBatch batch, RecordReader reader, long nowMillis, boolean keyRequired)
            throws InvalidRecordsException {
        List<RecordError> keyErrors = new ArrayList<>();
        List<RecordError> timeErrors = new ArrayList<>();
        long maxTimestamp = RecordBatch.NO_TIMESTAMP;
        for (int index = 0; reader.next(); index++) {
            if (reader.offsetDelta() != index) {
                return new Invalid(
                        ErrorCode.INVALID_RECORD, "record " + index + " has offset delta " + reader.offsetDelta());
            }
            maxTimestamp = Math.max(maxTimestamp, reader.timestamp());
            if (keyRequired && reader.key() == null && keyErrors.size() < MAX_RECORD_ERRORS) {
                keyErrors.add(new RecordError(index, "a compacted topic takes no record without a key"));
            }
            String problem =
                    timestampType == TimestampType.CREATE_TIME ? timestampProblem(reader.timestamp(), nowMillis) : null;
            if (problem != null && timeErrors.size() < MAX_RECORD_ERRORS) {
                timeErrors.add(new RecordError(index, problem));
            }
        }
        if (!keyErrors.isEmpty()) {
            return new Invalid(ErrorCode.INVALID_RECORD, "records without a key", keyErrors);
        }
        if (!timeErrors.isEmpty()) {
            return new Invalid(ErrorCode.INVALID_TIMESTAMP, "timestamps out of range", timeErrors);
        }
        if (batch.timestampType() == TimestampType.CREATE_TIME) {
            batch.setTimestamp(TimestampType.CREATE_TIME, maxTimestamp);
        }
        return Valid.VALID;
    }
}
