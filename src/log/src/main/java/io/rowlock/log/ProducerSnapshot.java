package io.rowlock.log;

import io.rowlock.log.ProducerEntry.AppendedBatch;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A {@code .snapshot} file in Kafka's format (version 1): of each producer its last batch, under one checksum. Behind what Kafka
 * reads, and under the same checksum, stand the batches before the last: without them a producer that repeats one of them after
 * a crash would be refused, and Kafka's producers answer that refusal by sending it once more as something new.
 */
final class ProducerSnapshot {

    private static final short VERSION = 1;
    private static final int CRC_INDEX = 2;
    private static final int ENTRIES_INDEX = 6;
    private static final int HEADER_BYTES = ENTRIES_INDEX + 4;
    private static final int ENTRY_BYTES = 8 + 2 + 4 + 8 + 4 + 8 + 4 + 8;
    private static final short EARLIER_VERSION = 1;
    private static final int EARLIER_BATCH_BYTES = 4 + 8 + 4 + 8;

    private ProducerSnapshot() {}

    static byte[] encode(Map<Long, ProducerEntry> producers) {
        int earlier = producers.values().stream()
                .mapToInt(entry -> entry.earlierBatches().size())
                .sum();
        ByteBuffer bytes = ByteBuffer.allocate(
                HEADER_BYTES + producers.size() * (ENTRY_BYTES + 1) + 2 + earlier * EARLIER_BATCH_BYTES);
        bytes.putShort(VERSION).putInt(0).putInt(producers.size());
        producers.forEach((id, entry) -> {
            AppendedBatch last = entry.lastBatch();
            bytes.putLong(id).putShort(entry.epoch());
            bytes.putInt(last == null ? -1 : last.lastSequence()).putLong(last == null ? -1 : last.lastOffset());
            bytes.putInt(last == null ? 0 : last.offsetDelta()).putLong(entry.lastTimestamp());
            bytes.putInt(entry.coordinatorEpoch()).putLong(entry.txnFirstOffset());
        });
        bytes.putShort(EARLIER_VERSION);
        producers.values().forEach(entry -> encodeEarlier(entry.earlierBatches(), bytes));
        bytes.putInt(CRC_INDEX, crcOf(bytes.array()));
        return bytes.array();
    }

    private static void encodeEarlier(List<AppendedBatch> batches, ByteBuffer bytes) {
        bytes.put((byte) batches.size());
        for (AppendedBatch batch : batches) {
            bytes.putInt(batch.lastSequence()).putLong(batch.lastOffset());
            bytes.putInt(batch.offsetDelta()).putLong(batch.timestamp());
        }
    }

    /** What {@link #encode} or Kafka wrote, or null if the bytes are torn, of another version or otherwise wrong. */
    static @Nullable Map<Long, ProducerEntry> decode(byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        if (content.length < HEADER_BYTES || bytes.getShort() != VERSION || bytes.getInt() != crcOf(content)) {
            return null;
        }
        int count = bytes.getInt();
        if (count < 0 || bytes.remaining() / ENTRY_BYTES < count) {
            return null;
        }
        Map<Long, ProducerEntry> producers = new LinkedHashMap<>();
        try {
            for (int i = 0; i < count; i++) {
                long id = bytes.getLong();
                producers.put(id, decodeEntry(bytes));
            }
            if (bytes.hasRemaining() && bytes.getShort() == EARLIER_VERSION) {
                for (ProducerEntry entry : producers.values()) {
                    decodeEarlier(entry, bytes);
                }
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null;
        }
        return producers;
    }

    private static ProducerEntry decodeEntry(ByteBuffer bytes) {
        ProducerEntry entry = new ProducerEntry(bytes.getShort());
        int lastSequence = bytes.getInt();
        long lastOffset = bytes.getLong();
        int offsetDelta = bytes.getInt();
        long timestamp = bytes.getLong();
        if (lastOffset >= 0) {
            entry.add(new AppendedBatch(lastSequence, lastOffset, offsetDelta, timestamp));
        }
        entry.setLastTimestamp(timestamp);
        entry.setCoordinatorEpoch(bytes.getInt());
        entry.setTxnFirstOffset(bytes.getLong());
        return entry;
    }

    private static void decodeEarlier(ProducerEntry entry, ByteBuffer bytes) {
        int count = bytes.get();
        List<AppendedBatch> earlier = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            earlier.add(new AppendedBatch(bytes.getInt(), bytes.getLong(), bytes.getInt(), bytes.getLong()));
        }
        if (count > 0) {
            entry.putBefore(earlier);
        }
    }

    private static int crcOf(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content, ENTRIES_INDEX, content.length - ENTRIES_INDEX);
        return (int) crc.getValue();
    }
}
