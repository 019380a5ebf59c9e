package io.rowlock.log;

import java.util.Arrays;

/**
 * Where the last few hundred batches of the active segment begin, so that readers at the end of the log need no look at the
 * file. The owner appends; readers use {@link Snapshot}s, whose entries are never written again.
 */
final class RecentBatches {

    static final int MAX_ENTRIES = 512;

    private static final int[] NONE = {};
    private static final int INITIAL_INTS = 16;

    /** Relative last offset and position of each batch, side by side. */
    private int[] entries = NONE;

    private int count;

    /** From where on offsets belong to the first entry or a later one. */
    private int firstOffset;

    void append(int relativeBaseOffset, int relativeLastOffset, int position) {
        int at = count * 2;
        if (at == entries.length) {
            makeRoom();
            at = count * 2;
        }
        if (count == 0) {
            firstOffset = relativeBaseOffset;
        }
        entries[at] = relativeLastOffset;
        entries[at + 1] = position;
        count++;
    }

    /** Grows up to the bound; from there on a fresh array starts with the newer half. */
    private void makeRoom() {
        if (count < MAX_ENTRIES) {
            entries = Arrays.copyOf(entries, Math.max(INITIAL_INTS, entries.length * 2));
            return;
        }
        int kept = MAX_ENTRIES / 2;
        int dropped = count - kept;
        int[] fresh = new int[MAX_ENTRIES * 2];
        System.arraycopy(entries, dropped * 2, fresh, 0, kept * 2);
        firstOffset = entries[(dropped - 1) * 2] + 1;
        entries = fresh;
        count = kept;
    }

    /** Forgets everything, and leaves to readers what they hold. */
    void clear() {
        entries = NONE;
        count = 0;
    }

    Snapshot snapshot() {
        return new Snapshot(entries, count, firstOffset);
    }

    /** What a reader sees; the batch after the last entry begins at the segment's published end. */
    static final class Snapshot {
        private final int[] entries;
        private final int count;
        private final int firstOffset;

        private Snapshot(int[] entries, int count, int firstOffset) {
            this.entries = entries;
            this.count = count;
            this.firstOffset = firstOffset;
        }

        int count() {
            return count;
        }

        /** Whether the entries tell where the batch with this relative offset is. */
        boolean covers(long relativeOffset) {
            return count > 0 && relativeOffset >= firstOffset && relativeOffset <= entries[count * 2 - 2];
        }

        /** The position of the first batch that ends at or after a covered relative offset. */
        int positionOf(long relativeOffset) {
            int low = 0;
            int high = count;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (entries[middle * 2] < relativeOffset) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return entries[low * 2 + 1];
        }

        /** The last known start of a batch at or before {@code position}, or -1. */
        int boundaryAtOrBefore(int position) {
            int low = 0;
            int high = count;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (entries[middle * 2 + 1] <= position) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low == 0 ? -1 : entries[low * 2 - 1];
        }
    }
}
