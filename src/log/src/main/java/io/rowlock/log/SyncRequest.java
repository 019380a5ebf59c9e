package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Makes durable what a log held when the request was captured, while the owner goes on appending. {@link #run()} may block
 * and belongs on a pool thread; its outcome goes back to {@link PartitionLog#completeSync} on the owner, exactly once.
 */
public final class SyncRequest {

    private final Disk disk;
    private final Path directory;
    private final int generation;
    private final long endOffset;
    private final List<Segment> closedSegments;
    private final ActiveSegment active;
    private final boolean withIndexes;
    private final boolean withDirectory;
    private final boolean withMetadata;
    private final byte @Nullable [] epochs;
    private final AtomicBoolean released = new AtomicBoolean();

    /** Written before the outcome is handed over to the owner, which reads it. */
    private volatile boolean epochsPostponed;

    SyncRequest(
            Disk disk,
            Path directory,
            int generation,
            long endOffset,
            List<Segment> closedSegments,
            ActiveSegment active,
            boolean withIndexes,
            boolean withDirectory,
            boolean withMetadata,
            byte @Nullable [] epochs) {
        this.disk = disk;
        this.directory = directory;
        this.generation = generation;
        this.endOffset = endOffset;
        this.closedSegments = closedSegments;
        this.active = active;
        this.withIndexes = withIndexes;
        this.withDirectory = withDirectory;
        this.withMetadata = withMetadata;
        this.epochs = epochs;
    }

    /** Everything below this offset is durable once {@link #run()} returned. */
    public long endOffset() {
        return endOffset;
    }

    /** Does the work. An exception means that the log must go offline: a failed sync says nothing about what is on disk. */
    public void run() throws IOException {
        try {
            sync();
        } finally {
            releaseFiles();
        }
    }

    /** Lets go of the files that the request was captured with; once, whoever comes first. */
    void releaseFiles() throws IOException {
        if (released.compareAndSet(false, true)) {
            for (Segment segment : closedSegments) {
                segment.file().release();
            }
            active.file().release();
        }
    }

    private void sync() throws IOException {
        for (Segment segment : closedSegments) {
            syncClosed(segment);
        }
        // The state of the producers at the end of a closed segment carries the base offset of the next one.
        for (int i = 0; i < closedSegments.size(); i++) {
            long next =
                    i + 1 < closedSegments.size() ? closedSegments.get(i + 1).baseOffset() : active.baseOffset();
            Path snapshot = LogFiles.snapshot(directory, next);
            syncIfThere(snapshot);
        }
        active.file().sync();
        if (withIndexes) {
            active.syncIndexes();
        }
        if (epochs != null) {
            replaceEpochs(epochs);
        } else if (withDirectory) {
            disk.syncDirectory(directory);
        }
        if (withMetadata) {
            PartitionMetadata.sync(disk, directory);
        }
    }

    /** A full disk keeps the old file as it is. The batches tell their epochs too, from the recovery point on, which waits. */
    private void replaceEpochs(byte[] content) throws IOException {
        try {
            disk.replace(directory.resolve(LogFiles.EPOCHS), content);
        } catch (DiskFullException e) {
            epochsPostponed = true;
            disk.syncDirectory(directory);
        }
    }

    private void syncIfThere(Path path) throws IOException {
        try {
            ActiveSegment.sync(disk, path);
        } catch (NoSuchFileException e) {
            // The segment that it belongs to left the log: nothing is lost.
            return;
        }
    }

    private void syncClosed(Segment segment) throws IOException {
        try {
            segment.file().sync();
            segment.syncIndexes();
        } catch (NoSuchFileException e) {
            // It may have left the log since the request was captured; its data then matters to nobody.
            if (!segment.isDeleted()) {
                throw e;
            }
        }
    }

    /** Whether everything is durable but the leader epochs, for want of space. */
    boolean epochsPostponed() {
        return epochsPostponed;
    }

    int generation() {
        return generation;
    }

    /** Closed segments lie below it. */
    long activeBaseOffset() {
        return active.baseOffset();
    }

    boolean withMetadata() {
        return withMetadata;
    }

    boolean withIndexes() {
        return withIndexes;
    }
}
