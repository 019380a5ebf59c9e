package io.rowlock.broker.api.produce;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.record.BatchValidation;
import io.rowlock.protocol.record.RecordBatchValidator;

/** How much of a produced batch is looked at before it is appended: {@code record.validation}. */
public enum RecordValidation {
    /** The header and the checksum: what the log relies on. In compacted topics every record too, for its key. */
    HEADER {
        @Override
        BatchValidation validate(RecordBatchValidator validator, ByteBuf records, long nowMillis, boolean keyRequired) {
            return keyRequired
                    ? FULL.validate(validator, records, nowMillis, true)
                    : validator.validateHeader(records, nowMillis);
        }
    },
    /** Every record too, decompressed where it must be, as Apache Kafka does. */
    FULL {
        @Override
        BatchValidation validate(RecordBatchValidator validator, ByteBuf records, long nowMillis, boolean keyRequired) {
            return validator.validateRecords(records, nowMillis, keyRequired, PLAIN_BYTES_MAX);
        }
    };

    /** What the records of one batch may take when decompressed: a bomb is refused, not unpacked. */
    private static final long PLAIN_BYTES_MAX = 256L * 1024 * 1024;

    /** @param keyRequired whether the topic is compacted: then every record is looked at in any case */
    abstract BatchValidation validate(
            RecordBatchValidator validator, ByteBuf records, long nowMillis, boolean keyRequired);
}
