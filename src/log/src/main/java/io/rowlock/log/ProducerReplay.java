package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Brings producer state back from the newest good snapshot and the headers of the batches after it. */
final class ProducerReplay {

    private static final int SCAN_BUFFER_BYTES = 64 * 1024;

    private final Disk disk;
    private final Path directory;

    ProducerReplay(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /**
     * Loads the state at the view's end into {@code state}. Snapshots from outside of the log's segments, or that are damaged,
     * are deleted, and true returned: they describe a log that is no more, or leave a gap that would make later sequences look wrong.
     */
    boolean load(LogView view, ProducerState state, long nowMillis) throws IOException {
        state.clear();
        long first = view.segmentBaseOffset(0);
        long from = first;
        boolean deleted = false;
        for (long offset : snapshotOffsets()) {
            Map<Long, ProducerEntry> snapshot = offset >= first && offset <= view.logEndOffset() ? read(offset) : null;
            if (snapshot != null) {
                state.load(snapshot);
                from = offset;
                break;
            }
            disk.deleteIfExists(LogFiles.snapshot(directory, offset));
            deleted = true;
        }
        replay(view, from, state, nowMillis);
        return deleted;
    }

    /** The newest first. */
    private List<Long> snapshotOffsets() throws IOException {
        List<Long> offsets = new ArrayList<>();
        for (String name : disk.list(directory)) {
            long offset = LogFiles.offsetOf(name, LogFiles.SNAPSHOT);
            if (offset >= 0) {
                offsets.add(offset);
            }
        }
        offsets.sort(Comparator.reverseOrder());
        return offsets;
    }

    private @Nullable Map<Long, ProducerEntry> read(long offset) throws IOException {
        try {
            return ProducerSnapshot.decode(disk.readAll(LogFiles.snapshot(directory, offset)));
        } catch (NoSuchFileException missing) {
            return null;
        }
    }

    private static void replay(LogView view, long from, ProducerState state, long nowMillis) throws IOException {
        for (int i = view.segmentOf(from); i < view.segmentCount() && from < view.logEndOffset(); i++) {
            try (LogReader.Lookup lookup = new LogReader.Lookup(view, i)) {
                BatchScanner scanner = lookup.scanFrom(lookup.positionOf(from), SCAN_BUFFER_BYTES);
                while (scanner.next()) {
                    state.append(scanner.batch(), nowMillis);
                }
                lookup.requireNoProblem(scanner);
            }
        }
    }

    /**
     * Spares the next start the batches since the last snapshot. Not synced: without it, or with a part of it, the state is
     * made from those batches, as after a crash.
     */
    void keepForNextStart(LogView view, ProducerState state) throws IOException {
        boolean empty = view.logEndOffset() == view.segmentBaseOffset(0);
        if (!empty && !disk.exists(LogFiles.snapshot(directory, view.logEndOffset()))) {
            write(disk, directory, view.logEndOffset(), state.encode());
        }
    }

    /** Writes without syncing: a torn snapshot is recognized by its checksum. */
    static void write(Disk disk, Path directory, long offset, byte[] content) throws IOException {
        try (DiskFile file = disk.openOrCreate(LogFiles.snapshot(directory, offset))) {
            file.truncate(0);
            file.write(0, ByteBuffer.wrap(content));
        }
    }

    /** Deletes the snapshots that belong to the start of no segment, except the newest. */
    void removeStray(LogView view) throws IOException {
        List<Long> offsets = snapshotOffsets();
        for (long offset : offsets.subList(Math.min(1, offsets.size()), offsets.size())) {
            boolean ofSegment =
                    offset >= view.segmentBaseOffset(0) && view.segmentBaseOffset(view.segmentOf(offset)) == offset;
            if (!ofSegment) {
                disk.deleteIfExists(LogFiles.snapshot(directory, offset));
            }
        }
    }

    /** Deletes the snapshots that describe more than the log holds. */
    void removeAfter(long logEndOffset) throws IOException {
        for (long offset : snapshotOffsets()) {
            if (offset > logEndOffset) {
                disk.deleteIfExists(LogFiles.snapshot(directory, offset));
            }
        }
    }
}
