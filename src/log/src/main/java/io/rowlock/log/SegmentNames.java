package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The files of one segment, by the names they have at present: while it is appended to, when it is closed, and on its way off
 * the disk, where another segment may have the names it had. Readers come by here, however old their view of the log is, and
 * open nobody else's file. Thread-safe.
 */
final class SegmentNames {

    private final Disk disk;
    private final Path directory;
    private final long baseOffset;
    private final SegmentFile data;

    /** What the names end with; changed under this lock, together with the names on disk. */
    private volatile String suffix;

    SegmentNames(Disk disk, Path directory, long baseOffset, SegmentFile data, String suffix) {
        this.disk = disk;
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.data = data;
        this.suffix = suffix;
    }

    Path directory() {
        return directory;
    }

    long baseOffset() {
        return baseOffset;
    }

    SegmentFile data() {
        return data;
    }

    Path index() {
        return current(LogFiles.index(directory, baseOffset));
    }

    Path timeIndex() {
        return current(LogFiles.timeIndex(directory, baseOffset));
    }

    private Path current(Path path) {
        return LogFiles.withSuffix(path, suffix);
    }

    synchronized IndexFile.Offsets openIndex() throws IOException {
        return new IndexFile.Offsets(disk, index());
    }

    synchronized IndexFile.Times openTimeIndex() throws IOException {
        return new IndexFile.Times(disk, timeIndex());
    }

    void syncIndexes() throws IOException {
        try (DiskFile file = openForSync(LogFiles.index(directory, baseOffset))) {
            file.sync();
        }
        try (DiskFile file = openForSync(LogFiles.timeIndex(directory, baseOffset))) {
            file.sync();
        }
    }

    /** The lock is for the name only: a disk may take long to sync. */
    private synchronized DiskFile openForSync(Path path) throws IOException {
        return disk.openForRead(current(path));
    }

    /** The data gets its new name last: while that has the old one, all is to be done. */
    synchronized void change(String newSuffix) throws IOException {
        moveIndexes(newSuffix);
        data.moveTo(LogFiles.withSuffix(LogFiles.log(directory, baseOffset), newSuffix));
        suffix = newSuffix;
    }

    /**
     * The data gets its new name first: indexes without data are rubbish to the next start. May be repeated.
     *
     * @param withSnapshot whether the producers' state where the segment begins goes as well
     */
    synchronized void changeToLeave(String newSuffix, boolean withSnapshot) throws IOException {
        if (suffix.equals(newSuffix)) {
            return;
        }
        Path departed = LogFiles.withSuffix(LogFiles.log(directory, baseOffset), newSuffix);
        if (!data.path().equals(departed)) {
            data.moveTo(departed);
        }
        moveIndexes(newSuffix);
        if (withSnapshot) {
            moveIfThere(LogFiles.snapshot(directory, baseOffset), "", newSuffix);
        }
        suffix = newSuffix;
    }

    private void moveIndexes(String newSuffix) throws IOException {
        moveIfThere(LogFiles.index(directory, baseOffset), suffix, newSuffix);
        moveIfThere(LogFiles.timeIndex(directory, baseOffset), suffix, newSuffix);
        moveIfThere(LogFiles.transactionIndex(directory, baseOffset), suffix, newSuffix);
    }

    private void moveIfThere(Path path, String from, String to) throws IOException {
        Path source = LogFiles.withSuffix(path, from);
        if (disk.exists(source)) {
            disk.move(source, LogFiles.withSuffix(path, to));
        }
    }

    /** Deletes what {@link #changeToLeave} gave other names. */
    void delete(boolean withSnapshot) throws IOException {
        disk.deleteIfExists(data.path());
        disk.deleteIfExists(index());
        disk.deleteIfExists(timeIndex());
        disk.deleteIfExists(current(LogFiles.transactionIndex(directory, baseOffset)));
        if (withSnapshot) {
            disk.deleteIfExists(current(LogFiles.snapshot(directory, baseOffset)));
        }
    }
}
