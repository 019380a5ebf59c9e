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
    /** How many of the first entries are only in the file, and the timestamp of the last of them. */
    private int released;

    private long releasedTimestamp = -1;

    /** Of entries in memory. */
    private int count;

    /** Of all entries. */
    int count() {
        return released + count;
    }

    /** Whether any entry takes memory. */
    boolean holdsMemory() {
        return timestamps.length > 0;
    }

    /** Leaves all entries to the file, which must have them. */
    void release() {
        releasedTimestamp = lastTimestamp();
        released += count;
        timestamps = NO_TIMESTAMPS;
        relativeOffsets = NO_OFFSETS;
        count = 0;
    }

    private long lastTimestamp() {
        return count > 0 ? timestamps[count - 1] : releasedTimestamp;
    }

    /** Adds an entry unless its timestamp is not later than the last one. */
    void appendIfLater(long timestamp, int relativeOffset) {
        if (timestamp < 0 || timestamp <= lastTimestamp()) {
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
        return new Snapshot(timestamps, relativeOffsets, count, released);
    }

    /** The file's bytes of the entries from {@code from} on, which are in memory. */
    ByteBuffer encode(int from) {
        int first = from - released;
        ByteBuffer bytes = ByteBuffer.allocate((count - first) * TimeIndex.ENTRY_BYTES);
        for (int i = first; i < count; i++) {
            bytes.putLong(timestamps[i]).putInt(relativeOffsets[i]);
        }
        return bytes.flip();
    }

    /** What a reader sees. */
    static final class Snapshot implements TimeIndex {
        private final long[] timestamps;
        private final int[] relativeOffsets;
        private final int count;
        private final int released;

        private Snapshot(long[] timestamps, int[] relativeOffsets, int count, int released) {
            this.timestamps = timestamps;
            this.relativeOffsets = relativeOffsets;
            this.count = count;
            this.released = released;
        }

        /** How many entries, before those that this has, are only in the file. */
        int released() {
            return released;
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
