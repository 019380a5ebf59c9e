package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a log is durable, and what the next sync has to cover. Belongs to the partition's owner. */
final class SyncState {

    private final Disk disk;
    private final Path directory;

    /** Closed segments that were not synced since they were closed, oldest first. */
    private final List<Segment> unsynced;

    /** Those that the sync under way covers, as far as they are still in the log. */
    private final List<Segment> beingSynced = new ArrayList<>();

    private long durableEndOffset;
    private long recoveryPoint;
    private boolean newFiles = true;
    private boolean metadataUnsynced;
    private boolean epochsChanged;

    /** They could not be written for want of space; another try goes with the next sync, but is no reason for one. */
    private boolean epochsPostponed;

    /** An epoch without a record: it can be written when there is one. */
    private boolean epochAssigned;

    private boolean inFlight;
    private Captured captured = Captured.NOTHING;
    private int generation;

    /** What the sync under way was told to cover besides records. */
    private record Captured(boolean newFiles, boolean epochsChanged, boolean epochsPostponed, boolean epochAssigned) {
        static final Captured NOTHING = new Captured(false, false, false, false);
    }

    SyncState(Disk disk, Path directory, LogRecovery.Recovered recovered) {
        this.disk = disk;
        this.directory = directory;
        this.unsynced = new ArrayList<>(recovered.unsynced());
        this.durableEndOffset = recovered.durableEndOffset();
        this.recoveryPoint = recovered.durableEndOffset();
        this.epochsChanged = recovered.epochsChanged();
    }

    long durableEndOffset() {
        return durableEndOffset;
    }

    long recoveryPoint() {
        return recoveryPoint;
    }

    boolean inFlight() {
        return inFlight;
    }

    void rolled(Segment closed) {
        unsynced.add(closed);
        newFiles = true;
    }

    /** The directory itself and {@code partition.metadata} may be lost in a crash. */
    void metadataUnsynced() {
        metadataUnsynced = true;
    }

    /** Whether they may; the caller sees to it that they are not. */
    boolean takeMetadataUnsynced() {
        boolean unsynced = metadataUnsynced;
        metadataUnsynced = false;
        return unsynced;
    }

    void epochsChanged() {
        epochsChanged = true;
    }

    /**
     * A leader's epoch began at the end of the log. That alone is worth no sync: who asks where an epoch ends of which there
     * is no record gets the same answer without it, and a thousand partitions change their leader at once.
     */
    void epochAssigned() {
        epochAssigned = true;
    }

    /** Whether everything is durable, with indexes: the next start scans nothing although nothing is synced now. */
    boolean isSettled(long logEndOffset) {
        return !inFlight && recoveryPoint == logEndOffset && !epochsChanged && !epochsPostponed && unsynced.isEmpty();
    }

    @Nullable
    SyncRequest capture(LogView view, LeaderEpochs epochs, boolean withIndexes) {
        boolean anythingNew = view.logEndOffset() > durableEndOffset || epochsChanged || !unsynced.isEmpty();
        if (inFlight || (!anythingNew && !withIndexes)) {
            return null;
        }
        SyncRequest request = new SyncRequest(
                disk,
                directory,
                generation,
                view.logEndOffset(),
                List.copyOf(unsynced),
                view.active(),
                withIndexes,
                newFiles,
                metadataUnsynced,
                epochsChanged || epochAssigned || epochsPostponed ? epochs.encode() : null);
        for (Segment segment : unsynced) {
            retain(segment.file());
        }
        retain(view.active().file());
        handOver();
        inFlight = true;
        return request;
    }

    private void handOver() {
        beingSynced.addAll(unsynced);
        unsynced.clear();
        captured = new Captured(newFiles, epochsChanged, epochsPostponed, epochAssigned);
        newFiles = false;
        epochsChanged = false;
        epochsPostponed = false;
        epochAssigned = false;
    }

    /** The next sync has to cover all of it again: what of this one is durable, and still so, nobody knows. */
    private void takeBack() {
        unsynced.addAll(0, beingSynced);
        newFiles |= captured.newFiles();
        epochsChanged |= captured.epochsChanged();
        epochsPostponed |= captured.epochsPostponed();
        epochAssigned |= captured.epochAssigned();
    }

    private static void retain(SegmentFile file) {
        if (!file.tryRetain()) {
            throw new IllegalStateException(file.path() + " is closed");
        }
    }

    /** Returns whether the request was captured after the last truncation. */
    boolean complete(SyncRequest request, boolean synced) throws IOException {
        inFlight = false;
        request.releaseFiles();
        if (synced && request.withMetadata()) {
            metadataUnsynced = false;
        }
        epochsPostponed |= request.epochsPostponed();
        boolean current = request.generation() == generation;
        if (synced && current) {
            durableEndOffset = Math.max(durableEndOffset, request.endOffset());
        }
        if (synced && current && !epochsPostponed) {
            // Closed segments are synced with their indexes in any case.
            recoveryPoint =
                    request.withIndexes() ? durableEndOffset : Math.max(recoveryPoint, request.activeBaseOffset());
        }
        if (!synced || !current) {
            takeBack();
        }
        beingSynced.clear();
        captured = Captured.NOTHING;
        return current;
    }

    /** The log ends at {@code offset} now, in an active segment from {@code activeBase} on; older syncs count for nothing. */
    void truncated(long offset, long activeBase) {
        // A sync under way may end at a file that is gone, before it comes to the epochs that it was to write.
        epochsChanged |= inFlight;
        generation++;
        durableEndOffset = Math.min(durableEndOffset, offset);
        recoveryPoint = Math.min(recoveryPoint, offset);
        unsynced.removeIf(segment -> segment.baseOffset() >= activeBase);
        beingSynced.removeIf(segment -> segment.baseOffset() >= activeBase);
        newFiles = true;
    }

    /** None of the segments so far is there any more. */
    void startOver() {
        unsynced.clear();
        beingSynced.clear();
    }

    /** Throws unless the next start finds everything as it is. */
    void requireSettled(long logEndOffset) throws IOException {
        if (inFlight) {
            throw new IllegalStateException(directory + " is being synced");
        }
        if (!isSettled(logEndOffset)) {
            throw new DiskFullException("there was no space for the indexes or leader epochs of " + directory, null);
        }
    }

    void deleted(Segment segment) {
        unsynced.remove(segment);
        beingSynced.remove(segment);
    }
}
