package io.rowlock.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The time index of the active segment in memory. The owner appends; readers use {@link Snapshot}s, as with
 * {@link OffsetIndexEntries}.
 */
final class TimeIndexEntries {

    private static final long[] NO_TIMESTAMPS = {};
    private static final int[] NO_OFFSETS = {};
    private static final int INITIAL = 8;

    private long[] timestamps = NO_TIMESTAMPS;
    private int[] relativeOffsets = NO_OFFSETS;
    private int count;

    int count() {
        return count;
    }

    /** Adds an entry unless its timestamp is not later than the last one. */
    void appendIfLater(long timestamp, int relativeOffset) {
        if (timestamp < 0 || (count > 0 && timestamp <= timestamps[count - 1])) {
            return;
        }
        if (count == timestamps.length) {
            int length = Math.max(INITIAL, count * 2);
            timestamps = Arrays.copyOf(timestamps, length);
            relativeOffsets = Arrays.copyOf(relativeOffsets, length);
        }
        timestamps[count] = timestamp;
        relativeOffsets[count] = relativeOffset;
        count++;
    }

    void truncate(int newCount) {
        timestamps = Arrays.copyOf(timestamps, newCount);
        relativeOffsets = Arrays.copyOf(relativeOffsets, newCount);
        count = newCount;
    }

    long timestamp(int entry) {
        return timestamps[entry];
    }

    int relativeOffset(int entry) {
        return relativeOffsets[entry];
    }

    Snapshot snapshot() {
        return new Snapshot(timestamps, relativeOffsets, count);
    }

    ByteBuffer encode(int from) {
        ByteBuffer bytes = ByteBuffer.allocate((count - from) * TimeIndex.ENTRY_BYTES);
        for (int i = from; i < count; i++) {
            bytes.putLong(timestamps[i]).putInt(relativeOffsets[i]);
        }
        return bytes.flip();
    }

    /** What a reader sees. */
    static final class Snapshot implements TimeIndex {
        private final long[] timestamps;
        private final int[] relativeOffsets;
        private final int count;

        private Snapshot(long[] timestamps, int[] relativeOffsets, int count) {
            this.timestamps = timestamps;
            this.relativeOffsets = relativeOffsets;
            this.count = count;
        }

        @Override
        public int count() {
            return count;
        }

        @Override
        public long timestamp(int entry) {
            return timestamps[entry];
        }

        @Override
        public int relativeOffset(int entry) {
            return relativeOffsets[entry];
        }
    }
}
