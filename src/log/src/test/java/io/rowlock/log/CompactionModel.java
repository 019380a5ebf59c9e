package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.protocol.record.InvalidRecordsException;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was written to a compacted log, and what may be missing of it. */
final class CompactionModel {

    /** A record as it was written; the value is null for a tombstone. */
    record Written(@Nullable String key, @Nullable String value, long timestamp) {}

    final NavigableMap<Long, Written> written = new TreeMap<>();

    /** Below this offset a compaction has ended. */
    private long cleanedUntil;

    /** A crash may bring back what lay below it; nobody compacts that. */
    private long startMax;

    /** When a tombstone was first cleaned at the earliest, by offset; it may go so much later. */
    private final NavigableMap<Long, Long> cleanedAt = new TreeMap<>();

    void append(RecordBatch batch) throws InvalidRecordsException {
        try (RecordReader reader = RecordReader.open(batch, 1 << 20)) {
            while (reader.next()) {
                written.put(reader.offset(), new Written(text(reader.key()), text(reader.value()), reader.timestamp()));
            }
        }
    }

    private static @Nullable String text(@Nullable ByteBuf bytes) {
        return bytes == null ? null : ByteBufUtil.hexDump(bytes);
    }

    /** The log ends here: what was written behind is gone. */
    void cut(long end) {
        written.tailMap(end, true).clear();
    }

    /** The log was made to begin here. */
    void start(long offset) {
        startMax = Math.max(startMax, offset);
    }

    /** A compaction begins, which may go as far as {@code until}. */
    void cleaning(long until, long nowMillis) {
        written.headMap(until).keySet().forEach(offset -> cleanedAt.putIfAbsent(offset, nowMillis));
    }

    void cleaned(long until) {
        cleanedUntil = Math.max(cleanedUntil, until);
    }

    /** Compares a log with what was written, and returns what it holds. */
    NavigableMap<Long, Written> check(PartitionLog log, long nowMillis, long deleteRetention)
            throws IOException, InvalidRecordsException {
        NavigableMap<Long, Written> held = read(log);
        LogView view = log.view();
        assertThat(held.keySet()).allMatch(offset -> offset < view.logEndOffset());
        held.forEach((offset, record) -> assertThat(record).isEqualTo(written.get(offset)));
        Map<String, Long> last = new HashMap<>();
        Map<String, Long> lastCleaned = new HashMap<>();
        written.forEach((offset, record) -> {
            if (record.key() != null) {
                last.put(record.key(), offset);
                if (offset < cleanedUntil) {
                    lastCleaned.put(record.key(), offset);
                }
            }
        });
        written.tailMap(view.logStartOffset(), true).forEach((offset, record) -> {
            String key = record.key();
            if (held.containsKey(offset)) {
                boolean stale = offset >= startMax
                        && offset < cleanedUntil
                        && (key == null || lastCleaned.getOrDefault(key, offset) > offset);
                assertThat(stale)
                        .as("offset %d is there after a compaction to %d", offset, cleanedUntil)
                        .isFalse();
            } else if (key != null && offset.equals(last.get(key))) {
                assertThat(record.value())
                        .as("the last value of a key, at offset %d", offset)
                        .isNull();
                long since = cleanedAt.getOrDefault(offset, Long.MAX_VALUE - deleteRetention);
                assertThat(nowMillis).as("tombstone %d", offset).isGreaterThanOrEqualTo(since + deleteRetention);
            } else {
                assertThat(cleanedAt).as("missing record").containsKey(offset);
            }
        });
        return held;
    }

    /** All records from the log's start on; batches are whole, valid, and in order without gaps between segments. */
    private static NavigableMap<Long, Written> read(PartitionLog log) throws IOException, InvalidRecordsException {
        NavigableMap<Long, Written> held = new TreeMap<>();
        LogView view = log.view();
        long offset = view.logStartOffset();
        while (offset < view.logEndOffset()) {
            FetchSlice slice = (FetchSlice) log.read(view, offset, Long.MAX_VALUE, 700, true);
            ByteBuffer bytes = ByteBuffer.allocate(slice.records().sizeInBytes());
            slice.records().readInto(bytes);
            slice.records().release();
            assertThat(bytes.position())
                    .as("nothing is found at offset %d of %s", offset, view)
                    .isPositive();
            ByteBuf all = Unpooled.wrappedBuffer(bytes.flip());
            for (int at = 0; at < all.writerIndex(); ) {
                RecordBatch batch = new RecordBatch(all.slice(at, new RecordBatch(all, at).sizeInBytes()));
                assertThat(batch.hasValidCrc()).isTrue();
                assertThat(batch.lastOffset()).isGreaterThanOrEqualTo(offset);
                assertThat(batch.baseOffset() >= offset || held.isEmpty()).isTrue();
                take(batch, view.logStartOffset(), held);
                at += batch.sizeInBytes();
                offset = batch.nextOffset();
            }
        }
        assertThat(offset).isEqualTo(view.logEndOffset());
        return held;
    }

    private static void take(RecordBatch batch, long from, NavigableMap<Long, Written> held)
            throws InvalidRecordsException {
        try (RecordReader reader = RecordReader.open(batch, 1 << 20)) {
            while (reader.next()) {
                if (reader.offset() >= from) {
                    held.put(
                            reader.offset(), new Written(text(reader.key()), text(reader.value()), reader.timestamp()));
                }
            }
        }
    }
}
