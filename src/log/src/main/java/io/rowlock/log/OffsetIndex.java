package io.rowlock.log;

import java.io.IOException;

/**
 * A segment's sparse index from offsets to positions: entry i says that the batch at {@code position(i)} ends with
 * {@code baseOffset + relativeOffset(i)}, as Kafka has it. Both grow from entry to entry.
 */
interface OffsetIndex {

    int ENTRY_BYTES = 8;

    int count();

    int relativeOffset(int entry) throws IOException;

    int position(int entry) throws IOException;

    /** The position from which to look for {@code relativeOffset}: that of the last entry at or before it, or 0. */
    default int positionFor(long relativeOffset) throws IOException {
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (relativeOffset(middle) <= relativeOffset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? 0 : position(low - 1);
    }

    /** The last indexed start of a batch that is at or before {@code position}, or 0. */
    default int boundaryAtOrBefore(int position) throws IOException {
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (position(middle) <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? 0 : position(low - 1);
    }
}
