package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file that is there only to take up space, so that a full disk has some for the write that makes room. It is given up
 * for that, and made again when there is room. Whatever a crash leaves of it is good: it has no content that counts, only a
 * length. Not thread-safe.
 */
final class SpareSpace {

    static final String FILE = "spare-space";

    /** It grows by so much at a time. */
    static final int STEP_BYTES = 64 * 1024;

    private final Disk disk;
    private final Path root;
    private final Path file;
    private long bytes;

    private SpareSpace(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
        this.file = root.resolve(FILE);
    }

    /** What an earlier process left, and more if there is not enough. */
    static SpareSpace open(Disk disk, Path root) throws IOException {
        SpareSpace spare = new SpareSpace(disk, root);
        if (disk.exists(spare.file)) {
            try (DiskFile open = disk.openForRead(spare.file)) {
                spare.bytes = open.size();
            }
        }
        spare.keep(1);
        return spare;
    }

    /** Sees to it that at least so many bytes are kept, unless the disk has no room for them. Blocks if they are not there. */
    void keep(long wanted) throws IOException {
        long rounded = (wanted + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
        if (bytes >= rounded) {
            return;
        }
        try {
            grow(rounded);
            bytes = rounded;
        } catch (DiskFullException e) {
            shrinkBack();
        }
    }

    /** Written, not only made longer: a hole takes up no space. */
    private void grow(long rounded) throws IOException {
        try (DiskFile open = disk.openOrCreate(file)) {
            for (long at = bytes; at < rounded; at += STEP_BYTES) {
                open.write(at, ByteBuffer.allocate((int) Math.min(STEP_BYTES, rounded - at)));
            }
            open.sync();
        }
    }

    /** What there was room for is left to others. */
    private void shrinkBack() throws IOException {
        if (bytes == 0) {
            disk.deleteIfExists(file);
            return;
        }
        try (DiskFile open = disk.openOrCreate(file)) {
            open.truncate(bytes);
        }
    }

    /** Frees the space; false if there was none. Synced: a file system may free what was deleted only when that is durable. */
    boolean giveUp() throws IOException {
        if (bytes == 0) {
            return false;
        }
        bytes = 0;
        disk.deleteIfExists(file);
        disk.syncDirectory(root);
        return true;
    }
}
