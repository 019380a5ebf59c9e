package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatchBuilder;
import java.nio.charset.StandardCharsets;

/** Batches for tests. */
final class Batches {

    private Batches() {}

    /** A batch of {@code count} records with timestamps from {@code timestamp} on and small values. */
    static ByteBuf plain(int count, long timestamp) {
        return fill(new RecordBatchBuilder(CompressionType.NONE), count, timestamp, 8)
                .build();
    }

    /** A batch of one record that takes exactly {@code bytes}. */
    static ByteBuf ofSize(int bytes) {
        int valueBytes = Math.max(0, bytes - 80);
        while (true) {
            ByteBuf batch = fill(new RecordBatchBuilder(CompressionType.NONE), 1, 1, valueBytes)
                    .build();
            if (batch.readableBytes() == bytes) {
                return batch;
            }
            if (batch.readableBytes() > bytes) {
                throw new IllegalArgumentException("no batch of " + bytes + " bytes");
            }
            valueBytes++;
        }
    }

    static ByteBuf ofProducer(long id, int epoch, int sequence, int count) {
        return fill(new RecordBatchBuilder(CompressionType.NONE).producer(id, (short) epoch, sequence), count, 1, 8)
                .build();
    }

    static RecordBatchBuilder fill(RecordBatchBuilder builder, int count, long timestamp, int valueBytes) {
        for (int i = 0; i < count; i++) {
            byte[] value = "v".repeat(valueBytes).getBytes(StandardCharsets.UTF_8);
            builder.add(timestamp + i, ("k" + i).getBytes(StandardCharsets.UTF_8), value);
        }
        return builder;
    }
}
