package io.rowlock.broker.simulation;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordReader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Looks into records as they travel and as they lie in logs. */
final class Records {
    private static final long PLAIN_BYTES_MAX = 1 << 20;

    private Records() {}

    /** Whole batches; {@code bytes} keeps its indexes. */
    static void forEachBatch(ByteBuf bytes, Consumer<RecordBatch> action) {
        int at = bytes.readerIndex();
        while (bytes.writerIndex() - at >= RecordBatch.HEADER_BYTES) {
            RecordBatch batch = new RecordBatch(bytes, at);
            if (batch.sizeInBytes() > bytes.writerIndex() - at) {
                return;
            }
            if (!batch.hasValidCrc()) {
                throw new AssertionError("a batch with a wrong checksum: " + batch);
            }
            action.accept(batch);
            at += batch.sizeInBytes();
        }
    }

    /** Each record's offset and value. */
    static void forEach(ByteBuf bytes, BiConsumer<Long, String> action) {
        forEachBatch(bytes, batch -> {
            try (RecordReader reader = RecordReader.open(batch, PLAIN_BYTES_MAX)) {
                while (reader.next()) {
                    action.accept(
                            reader.offset(),
                            Objects.requireNonNull(reader.value()).toString(StandardCharsets.UTF_8));
                }
            } catch (InvalidRecordsException e) {
                throw new AssertionError(e);
            }
        });
    }
}
