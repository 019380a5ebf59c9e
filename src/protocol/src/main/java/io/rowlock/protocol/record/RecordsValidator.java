package io.rowlock.protocol.record;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.BatchValidation.Invalid;
import io.rowlock.protocol.record.BatchValidation.RecordError;
import io.rowlock.protocol.record.BatchValidation.Rewritten;
import io.rowlock.protocol.record.BatchValidation.Valid;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a topic asks of produced records that the batch's header does not tell, and what becomes of a batch: taken as it is,
 * refused with the records at fault (KIP-467), or written anew with the topic's codec. The rules are those of Kafka's broker.
 * Immutable and thread-safe.
 *
 * @param maxBatchBytes the topic's {@code max.message.bytes}, which holds for a batch that is written anew, too
 * @param keyRequired whether a record without a key is at fault, as in a compacted topic
 * @param compression what {@code compression.type} asks for; null to keep each batch's own
 */
public record RecordsValidator(
        int maxBatchBytes,
        TimestampBounds timestamps,
        boolean keyRequired,
        @Nullable Compression compression) {

    /** How many records at fault are named. */
    private static final int MAX_RECORD_ERRORS = 100;

    private static final int FIRST_BUFFER_BYTES = 4 * 1024;

    /** Whether {@link #open} has to decide about this batch, whose header is valid: opening it costs much more than that. */
    public boolean mustOpen(RecordBatch batch, long nowMillis) {
        return keyRequired
                || timestamps.areSet()
                || (compression != null && batch.compressionType() != compression.type())
                || timestamps.doubt(batch, nowMillis);
    }

    /**
     * Looks at every record, decompressed where it must be. Where the header's largest timestamp is not that of the records
     * it is corrected in place. Holds no record: memory is what the codecs take and, for a batch that is written anew, at
     * most {@code maxBatchBytes}.
     *
     * @param records one batch whose header is valid; left alone but for the correction
     * @param maxPlainBytes how much the records may take when decompressed
     */
    public BatchValidation open(ByteBuf records, long nowMillis, long maxPlainBytes) {
        RecordBatch batch = new RecordBatch(records);
        CompressionType own = batch.compressionType();
        if (own == null) {
            throw new IllegalArgumentException("unknown compression in attributes " + batch.attributes());
        }
        Compression other = compression != null && own != compression.type() ? compression : null;
        try {
            Findings findings = new Findings(batch, nowMillis);
            BatchValidation result =
                    other == null ? look(findings, maxPlainBytes) : rewrite(findings, other, maxPlainBytes);
            if (result instanceof Valid && findings.misnumbered) {
                Compression same =
                        compression != null && own == compression.type() ? compression : Compression.byDefault(own);
                return rewrite(new Findings(batch, nowMillis), same, maxPlainBytes);
            }
            return result;
        } catch (InvalidRecordsException e) {
            return new Invalid(ErrorCode.INVALID_RECORD, String.valueOf(e.getMessage()));
        }
    }

    private static BatchValidation look(Findings findings, long maxPlainBytes) throws InvalidRecordsException {
        RecordBatch batch = findings.batch;
        try (RecordStream stream = new RecordStream(batch, maxPlainBytes, null)) {
            findings.gather(stream);
        }
        Invalid invalid = findings.refusal();
        if (invalid != null) {
            return invalid;
        }
        if (batch.timestampType() == TimestampType.CREATE_TIME) {
            batch.setTimestamp(TimestampType.CREATE_TIME, findings.maxTimestamp);
        }
        return Valid.VALID;
    }

    private BatchValidation rewrite(Findings findings, Compression target, long maxPlainBytes)
            throws InvalidRecordsException {
        RecordBatch batch = findings.batch;
        ByteBuf out = batch.buffer().alloc().buffer(Math.min(FIRST_BUFFER_BYTES, Math.max(1, maxBatchBytes)));
        BatchValidation result = null;
        try {
            out.writeBytes(batch.buffer(), batch.start(), RecordBatch.HEADER_BYTES);
            BoundedOutput records = new BoundedOutput(out, maxBatchBytes - RecordBatch.HEADER_BYTES);
            copy(findings, records, target, maxPlainBytes);
            long size = RecordBatch.HEADER_BYTES + records.written();
            result = findings.refusal();
            if (result == null && size > maxBatchBytes) {
                result = new Invalid(
                        ErrorCode.MESSAGE_TOO_LARGE,
                        "with the topic's compression.type the batch takes " + size
                                + " bytes, which exceeds the limit of " + maxBatchBytes);
            }
            if (result == null) {
                result = new Rewritten(seal(out, batch, target.type(), findings.maxTimestamp));
            }
            return result;
        } finally {
            if (!(result instanceof Rewritten)) {
                out.release();
            }
        }
    }

    private static void copy(Findings findings, BoundedOutput out, Compression target, long maxPlainBytes)
            throws InvalidRecordsException {
        try (OutputStream compressed = Compressor.open(target, out);
                RecordStream stream = new RecordStream(findings.batch, maxPlainBytes, compressed)) {
            findings.gather(stream);
        } catch (IOException e) {
            throw new IllegalStateException("a stream over memory failed", e);
        }
    }

    private static ByteBuf seal(ByteBuf out, RecordBatch source, CompressionType type, long maxTimestamp) {
        out.setShort(
                RecordBatch.ATTRIBUTES_INDEX,
                RecordBatch.attributes(type, source.timestampType(), source.isTransactional(), source.isControl()));
        out.setLong(RecordBatch.MAX_TIMESTAMP_INDEX, maxTimestamp);
        return BatchRewriter.seal(out);
    }

    /** What the records of one batch turned out to be. */
    private final class Findings {
        final RecordBatch batch;
        private final long nowMillis;
        private final List<RecordError> errors = new ArrayList<>();
        private boolean anyTimestamp;
        long maxTimestamp = RecordBatch.NO_TIMESTAMP;
        /** Some clients number the records of a batch wrongly, which must not reach those who read them. */
        boolean misnumbered;

        Findings(RecordBatch batch, long nowMillis) {
            this.batch = batch;
            this.nowMillis = nowMillis;
        }

        void gather(RecordStream stream) throws InvalidRecordsException {
            for (int index = 0; stream.next(); index++) {
                misnumbered |= stream.offsetDelta() != index;
                maxTimestamp = Math.max(maxTimestamp, stream.timestamp());
                if (keyRequired && !stream.hasKey()) {
                    add(index, "a compacted topic takes no record without a key");
                    continue;
                }
                String problem = timestamps.problem(batch, stream.timestamp(), nowMillis);
                if (problem != null) {
                    anyTimestamp = true;
                    add(index, problem);
                }
            }
        }

        private void add(int index, String message) {
            if (errors.size() < MAX_RECORD_ERRORS) {
                errors.add(new RecordError(index, message));
            }
        }

        @Nullable
        Invalid refusal() {
            if (errors.isEmpty()) {
                return null;
            }
            String first = "record " + errors.get(0).batchIndex() + ": "
                    + errors.get(0).message();
            return anyTimestamp
                    ? new Invalid(
                            ErrorCode.INVALID_TIMESTAMP, "records are refused for their timestamps; " + first, errors)
                    : new Invalid(ErrorCode.INVALID_RECORD, "records are refused; " + first, errors);
        }
    }
}
