package io.rowlock.log;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a log must hold, kept the simplest way there is. */
final class LogModel {

    /** A written batch, with its bytes as the log assigned them. */
    static final class Batch {
        final RecordBatch header;
        final byte[] bytes;

        Batch(byte[] bytes) {
            this.bytes = bytes;
            this.header = new RecordBatch(Unpooled.wrappedBuffer(bytes));
        }
    }

    final List<Batch> batches = new ArrayList<>();
    long start;
    long end;

    void append(ByteBuf assigned) {
        byte[] bytes = new byte[assigned.readableBytes()];
        assigned.getBytes(assigned.readerIndex(), bytes);
        Batch batch = new Batch(bytes);
        batches.add(batch);
        end = batch.header.nextOffset();
    }

    /** Drops the batches that end after {@code offset}. */
    void truncate(long offset) {
        batches.removeIf(batch -> batch.header.nextOffset() > offset);
        end = offset;
    }

    /** The end of the batch before the one that holds {@code offset}. */
    long boundaryAtOrBelow(long offset) {
        long boundary = start;
        for (Batch batch : batches) {
            if (batch.header.nextOffset() <= offset) {
                boundary = Math.max(boundary, batch.header.nextOffset());
            }
        }
        return boundary;
    }

    boolean isBoundary(long offset) {
        return offset == end || batches.stream().anyMatch(batch -> batch.header.baseOffset() == offset);
    }

    /** Where each leader epoch begins among the visible batches. */
    NavigableMap<Integer, Long> epochStarts() {
        TreeMap<Integer, Long> starts = new TreeMap<>();
        for (Batch batch : batches) {
            if (batch.header.lastOffset() >= start) {
                starts.putIfAbsent(batch.header.partitionLeaderEpoch(), Math.max(start, batch.header.baseOffset()));
            }
        }
        return starts;
    }

    /** The largest timestamp, or 0 in an empty log. */
    long latestTimestamp() {
        return batches.stream()
                .mapToLong(batch -> batch.header.maxTimestamp())
                .max()
                .orElse(0);
    }

    /** Of every producer the last five batches of its last epoch, the oldest first. */
    Map<Long, Deque<Batch>> recentOfProducers() {
        Map<Long, Deque<Batch>> recent = new TreeMap<>();
        for (Batch batch : batches) {
            if (batch.header.hasProducerId()) {
                Deque<Batch> ofOne = recent.computeIfAbsent(batch.header.producerId(), id -> new ArrayDeque<>());
                if (!ofOne.isEmpty() && ofOne.getLast().header.producerEpoch() != batch.header.producerEpoch()) {
                    ofOne.clear();
                }
                ofOne.add(batch);
                if (ofOne.size() > ProducerEntry.MAX_BATCHES) {
                    ofOne.remove();
                }
            }
        }
        return recent;
    }

    @Nullable
    TimestampOffset firstAtOrAfter(long timestamp) throws InvalidRecordsException {
        for (Batch batch : batches) {
            try (RecordReader reader = RecordReader.open(batch.header, 1 << 20)) {
                while (reader.next()) {
                    if (reader.offset() >= start && reader.timestamp() >= timestamp) {
                        return new TimestampOffset(
                                reader.timestamp(), reader.offset(), batch.header.partitionLeaderEpoch());
                    }
                }
            }
        }
        return null;
    }
}
