package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * One segment in the place of some. Goes like this, so that a crash at any point leaves the one or the others, whole: the owner
 * agrees ({@link PartitionLog#beginReplacement}), the files are marked as valid ({@link #commit}), the owner publishes the new
 * segment ({@link PartitionLog#publishReplacement}), the old files make room ({@link #settle}), and the owner takes note
 * ({@link PartitionLog#endReplacement}). What touches the disk belongs on a thread that may block.
 */
public final class SegmentReplacement {

    private final Disk disk;
    private final Path directory;
    private final List<Segment> old;
    private final Segment cleaned;

    SegmentReplacement(Disk disk, List<Segment> old, Segment cleaned) {
        this.disk = disk;
        this.directory = cleaned.directory();
        this.old = List.copyOf(old);
        this.cleaned = cleaned;
    }

    /** Where the old segments stand among {@code closed}, or -1 if not all of them are there any more. */
    int placeIn(Segment[] closed) {
        int at = Arrays.asList(closed).indexOf(old.get(0));
        boolean whole = at >= 0
                && at + old.size() <= closed.length
                && Arrays.asList(closed).subList(at, at + old.size()).equals(old);
        return whole ? at : -1;
    }

    /** The old segments leave the log; the producers' state where the new one begins stays. */
    List<Segment> depart() {
        old.get(0).keepSnapshot();
        return old;
    }

    /** {@code closed} with the new segment instead of the old ones. */
    Segment[] applyTo(Segment[] closed) {
        int at = placeIn(closed);
        if (at < 0) {
            throw new IllegalStateException("segments left " + directory + " while they were replaced");
        }
        Segment[] next = new Segment[closed.length - old.size() + 1];
        System.arraycopy(closed, 0, next, 0, at);
        next[at] = cleaned;
        System.arraycopy(closed, at + old.size(), next, at + 1, closed.length - at - old.size());
        return next;
    }

    /** From when this returns, a start completes what is begun here. A failure leaves open which it is: the log must fail. */
    public void commit() throws IOException {
        cleaned.rename(LogFiles.SWAP_FILE);
        disk.syncDirectory(directory);
    }

    /** Gives the new segment its names. A failure means that the log must fail, as with {@link #commit}. */
    public void settle() throws IOException {
        for (Segment segment : old) {
            segment.renameFiles();
        }
        // None of them may come back when the new one has its name.
        disk.syncDirectory(directory);
        cleaned.rename("");
        disk.syncDirectory(directory);
    }

    /** Removes the files of the new segment; instead of {@link #commit}. */
    public void discard() throws IOException {
        cleaned.file().retire();
        CleanedSegmentWriter.delete(disk, directory, cleaned.baseOffset());
    }
}
