package io.rowlock.broker.api.produce;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.record.BatchValidation;
import io.rowlock.protocol.record.RecordBatchValidator;

/** How much of a produced batch is looked at before it is appended: {@code record.validation}. */
public enum RecordValidation {
    /** The header and the checksum: what the log relies on. */
    HEADER {
        @Override
        BatchValidation validate(RecordBatchValidator validator, ByteBuf records, long nowMillis) {
            return validator.validateHeader(records, nowMillis);
        }
    },
    /** Every record too, decompressed where it must be, as Apache Kafka does. */
    FULL {
        @Override
        BatchValidation validate(RecordBatchValidator validator, ByteBuf records, long nowMillis) {
            return validator.validateRecords(records, nowMillis, false, PLAIN_BYTES_MAX);
        }
    };

    /** What the records of one batch may take when decompressed: a bomb is refused, not unpacked. */
    private static final long PLAIN_BYTES_MAX = 256L * 1024 * 1024;

    abstract BatchValidation validate(RecordBatchValidator validator, ByteBuf records, long nowMillis);
}
