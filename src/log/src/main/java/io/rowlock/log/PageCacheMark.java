package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A note in the data directory of which page cache its files were written through. Once it is another one, what was written and
 * not synced may be gone, unless the last process stopped cleanly. Not thread-safe.
 */
final class PageCacheMark {

    private static final String FILE = "page-cache-id";

    private final Disk disk;
    private final Path file;
    private final boolean unsyncedMayBeLost;

    private PageCacheMark(Disk disk, Path file, boolean unsyncedMayBeLost) {
        this.disk = disk;
        this.file = file;
        this.unsyncedMayBeLost = unsyncedMayBeLost;
    }

    /**
     * Reads the note before anything is written.
     *
     * @param nothingToLose whether all that the directory holds is synced: it is new, or was closed cleanly. That is written
     *     down at once, because what told of it is gone with this start
     */
    static PageCacheMark read(Disk disk, Path root, boolean nothingToLose) throws IOException {
        Path file = root.resolve(FILE);
        boolean sameCache = disk.pageCacheId().equals(noted(disk, file));
        PageCacheMark mark = new PageCacheMark(disk, file, !nothingToLose && !sameCache);
        if (nothingToLose && !sameCache) {
            mark.write();
        }
        return mark;
    }

    private static String noted(Disk disk, Path file) throws IOException {
        try {
            return new String(disk.readAll(file), StandardCharsets.UTF_8).strip();
        } catch (NoSuchFileException missing) {
            return "";
        }
    }

    boolean unsyncedMayBeLost() {
        return unsyncedMayBeLost;
    }

    /** The loss has had its consequences, and from now on counts what this page cache holds. */
    void settle() throws IOException {
        if (unsyncedMayBeLost) {
            write();
        }
    }

    private void write() throws IOException {
        disk.replace(file, (disk.pageCacheId() + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
