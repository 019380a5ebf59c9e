package io.rowlock.log.compaction;

import java.util.ArrayList;
import java.util.List;

/** Which neighbours become one segment: as many as stay within the limits before anything is taken out of them. */
public final class SegmentGroups {

    private static final int SMALLEST_BATCH = 61;
    private static final int LARGEST_ENTRY_BYTES = 12;

    private SegmentGroups() {}

    /**
     * How many segments each group takes, in order.
     *
     * @param segments without gaps between them
     * @param segmentBytesMax {@code segment.bytes}
     * @param indexIntervalBytes {@code index.interval.bytes}
     * @param indexBytesMax {@code segment.index.bytes}
     */
    public static List<Integer> of(
            List<ClosedSegment> segments, int segmentBytesMax, int indexIntervalBytes, int indexBytesMax) {
        // More entries than these no segment has, however its batches lie.
        long bytesPerEntry = Math.max(SMALLEST_BATCH, indexIntervalBytes + 1L);
        long entriesMax = indexBytesMax / LARGEST_ENTRY_BYTES - 2L;
        long bytesMax = Math.min(segmentBytesMax, Math.max(0, entriesMax) * bytesPerEntry);
        List<Integer> groups = new ArrayList<>();
        for (int first = 0; first < segments.size(); ) {
            long bytes = segments.get(first).bytes();
            int next = first + 1;
            while (next < segments.size()
                    && bytes + segments.get(next).bytes() <= bytesMax
                    && segments.get(next).endOffset() - 1 - segments.get(first).baseOffset() <= Integer.MAX_VALUE) {
                bytes += segments.get(next).bytes();
                next++;
            }
            groups.add(next - first);
            first = next;
        }
        return groups;
    }
}
