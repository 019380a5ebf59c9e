package io.rowlock.log;

import java.io.IOException;
import java.util.List;

/**
 * Segments that left the log and are still on disk. The steps belong on a pool thread and may be repeated; once the log is
 * closed they do nothing, because the next opening removes what is left.
 */
public final class SegmentDeletion {

    private final List<DepartedSegment> segments;

    SegmentDeletion(List<DepartedSegment> segments) {
        this.segments = segments;
    }

    /** How many segments there are. */
    public int count() {
        return segments.size();
    }

    /** Renames the files, so that everybody sees what they are. */
    public void rename() throws IOException {
        for (DepartedSegment segment : segments) {
            segment.rename();
        }
    }

    /** Deletes the files of what nobody reads any more; returns whether that was all. May take long. */
    public boolean run() throws IOException {
        boolean all = true;
        for (DepartedSegment segment : segments) {
            all &= segment.delete();
        }
        return all;
    }
}
