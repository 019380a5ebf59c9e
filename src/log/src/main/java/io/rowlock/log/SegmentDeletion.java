package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Segments that left the log and are still on disk. */
public final class SegmentDeletion {

    private final Disk disk;
    private final Path directory;
    private final List<Segment> segments;

    SegmentDeletion(Disk disk, Path directory, List<Segment> segments) {
        this.disk = disk;
        this.directory = directory;
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
            LogRecovery.deleteSegment(disk, directory, segment.baseOffset());
            segment.file().release();
        }
    }
}
