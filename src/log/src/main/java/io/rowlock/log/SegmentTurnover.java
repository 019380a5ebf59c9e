package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which closed segments leave a log, below its start or for what compaction made of them. Confined to the log's owner. */
final class SegmentTurnover {

    private final Disk disk;
    private final Path directory;
    private final LogContents contents;
    private final SyncState sync;
    private final DepartedSegments departed = new DepartedSegments();
    private @Nullable SegmentReplacement replacing;

    SegmentTurnover(Disk disk, Path directory, LogContents contents, SyncState sync) {
        this.disk = disk;
        this.directory = directory;
        this.contents = contents;
        this.sync = sync;
    }

    /** Has the log begin at {@code offset}, and drops the segments wholly below it. */
    void startAt(long offset) {
        contents.startAt(offset);
        contents.changeEpochs(contents.epochs().truncateStart(offset));
        dropBelowStart();
    }

    private void dropBelowStart() {
        LogView view = contents.view();
        Segment[] segments = view.closed();
        int gone = 0;
        // What is being replaced keeps its place until that is done.
        while (replacing == null
                && gone < segments.length
                && view.segmentBaseOffset(gone + 1) <= contents.logStartOffset()) {
            gone++;
        }
        contents.publish(gone == 0 ? segments : Arrays.copyOfRange(segments, gone, segments.length));
        for (Segment segment : Arrays.copyOf(segments, gone)) {
            depart(segment);
        }
    }

    /** As {@link PartitionLog#beginReplacement}. */
    boolean begin(SegmentReplacement replacement) {
        if (replacing != null || replacement.placeIn(contents.view().closed()) < 0) {
            return false;
        }
        replacing = replacement;
        return true;
    }

    /** As {@link PartitionLog#publishReplacement}. */
    void publish(SegmentReplacement replacement) {
        contents.publish(replacement.applyTo(contents.view().closed()));
        for (Segment segment : replacement.depart()) {
            depart(segment);
        }
    }

    /** As {@link PartitionLog#endReplacement()}. */
    void end() {
        replacing = null;
        dropBelowStart();
    }

    void requireNotReplacing() {
        if (replacing != null) {
            throw new IllegalStateException("segments of " + directory + " are being replaced");
        }
    }

    /** As {@link PartitionLog#takeDeletion()}. */
    @Nullable
    SegmentDeletion takeDeletion() {
        return departed.take();
    }

    /** Durably renames what left the log and is still there, so that new segments can have the names. */
    void freeNames() throws IOException {
        if (departed.renameAll()) {
            disk.syncDirectory(directory);
        }
    }

    /** Leaves to the next start what is still there. */
    void abandon() throws IOException {
        departed.abandonAll();
    }

    private void depart(Segment segment) {
        sync.deleted(segment);
        departed.add(segment);
    }
}
