package io.rowlock.log;

import java.io.IOException;
import java.util.List;

/** Segments that left the log and are still on disk. */
public final class SegmentDeletion {

    private final List<Segment> segments;

    SegmentDeletion(List<Segment> segments) {
        this.segments = segments;
    }

    /** How many segments there are. */
    public int count() {
        return segments.size();
    }

    /**
     * Deletes the files; may take long, and belongs on a pool thread. Readers that hold slices keep them. Called once; what
     * it leaves behind when it throws goes when the log is next opened.
     */
    public void run() throws IOException {
        for (Segment segment : segments) {
            segment.file().retire();
            segment.delete();
        }
    }
}
