package io.rowlock.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The offset index of the active segment in memory. The owner appends; a reader uses a {@link Snapshot}, whose entries are
 * never written again: growing and cutting copy the array.
 */
final class OffsetIndexEntries {

    private static final int[] NONE = {};
    private static final int INITIAL_INTS = 16;

    /** Relative offset and position of each entry in memory, side by side. */
    private int[] entries = NONE;

    /** How many of the first entries are only in the file. */
    private int released;

    /** Of entries in memory. */
    private int count;

    /** Of all entries. */
    int count() {
        return released + count;
    }

    /** Whether any entry takes memory. */
    boolean holdsMemory() {
        return entries.length > 0;
    }

    /** Leaves all entries to the file, which must have them. */
    void release() {
        released += count;
        entries = NONE;
        count = 0;
    }

    void append(int relativeOffset, int position) {
        int at = count * 2;
        if (at == entries.length) {
            entries = Arrays.copyOf(entries, Math.max(INITIAL_INTS, entries.length * 2));
        }
        entries[at] = relativeOffset;
        entries[at + 1] = position;
        count++;
    }

    /** Forgets all but the first {@code newCount} entries. */
    void truncate(int newCount) {
        entries = Arrays.copyOf(entries, newCount * 2);
        count = newCount;
    }

    Snapshot snapshot() {
        return new Snapshot(entries, count, released);
    }

    int relativeOffset(int entry) {
        return entries[entry * 2];
    }

    int position(int entry) {
        return entries[entry * 2 + 1];
    }

    /** The file's bytes of the entries from {@code from} on, which are in memory. */
    ByteBuffer encode(int from) {
        int first = from - released;
        ByteBuffer bytes = ByteBuffer.allocate((count - first) * OffsetIndex.ENTRY_BYTES);
        for (int i = first * 2; i < count * 2; i++) {
            bytes.putInt(entries[i]);
        }
        return bytes.flip();
    }

    /** What a reader sees. */
    static final class Snapshot implements OffsetIndex {
        private final int[] entries;
        private final int count;
        private final int released;

        private Snapshot(int[] entries, int count, int released) {
            this.entries = entries;
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
        public int relativeOffset(int entry) {
            return entries[entry * 2];
        }

        @Override
        public int position(int entry) {
            return entries[entry * 2 + 1];
        }
    }
}
