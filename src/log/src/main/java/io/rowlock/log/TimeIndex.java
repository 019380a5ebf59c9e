package io.rowlock.log;

import java.io.IOException;

/**
 * A segment's sparse index from timestamps to offsets: entry i says that no batch up to {@code baseOffset +
 * relativeOffset(i)} is later than {@code timestamp(i)}, which is that of the batch ending there. Both grow.
 */
interface TimeIndex {

    int ENTRY_BYTES = 12;

    int count();

    long timestamp(int entry) throws IOException;

    int relativeOffset(int entry) throws IOException;

    /** The relative offset up to which every batch is earlier than {@code timestamp}, or -1 if none is known. */
    default int relativeOffsetBefore(long timestamp) throws IOException {
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (timestamp(middle) < timestamp) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? -1 : relativeOffset(low - 1);
    }
}
