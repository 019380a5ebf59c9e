package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A segment's data file with a count of its users: the log itself, and every slice of it that is being sent. The handle is
 * opened when first needed and closed when the last user lets go. Thread-safe.
 */
final class SegmentFile {

    private final Disk disk;
    private volatile Path path;
    private final boolean writable;
    private final AtomicInteger references = new AtomicInteger(1);
    private volatile @Nullable DiskFile handle;

    private SegmentFile(Disk disk, Path path, boolean writable) {
        this.disk = disk;
        this.path = path;
        this.writable = writable;
    }

    /** The file of a segment that is appended to; opening it creates it. */
    static SegmentFile writable(Disk disk, Path path) {
        return new SegmentFile(disk, path, true);
    }

    static SegmentFile readOnly(Disk disk, Path path) {
        return new SegmentFile(disk, path, false);
    }

    Path path() {
        return path;
    }

    /** Takes part in the use of the file; false if its last user has let go already. */
    boolean tryRetain() {
        int count = references.get();
        while (count > 0) {
            if (references.compareAndSet(count, count + 1)) {
                return true;
            }
            count = references.get();
        }
        return false;
    }

    /** The caller must hold a reference, and release it. */
    DiskFile handle() throws IOException {
        DiskFile open = handle;
        return open != null ? open : open();
    }

    private synchronized DiskFile open() throws IOException {
        DiskFile open = handle;
        if (open == null) {
            if (references.get() <= 0) {
                throw new ClosedChannelException();
            }
            open = writable ? disk.openOrCreate(path) : disk.openForRead(path);
            handle = open;
        }
        return open;
    }

    /** Renames the file; an open handle stays good. */
    synchronized void moveTo(Path newPath) throws IOException {
        disk.move(path, newPath);
        path = newPath;
    }

    void release() throws IOException {
        int left = references.decrementAndGet();
        if (left < 0) {
            throw new IllegalStateException(path + " was released more often than retained");
        }
        if (left == 0) {
            close();
        }
    }

    private synchronized void close() throws IOException {
        DiskFile open = handle;
        if (open != null) {
            handle = null;
            open.close();
        }
    }
}
