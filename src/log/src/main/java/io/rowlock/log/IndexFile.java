package io.rowlock.log;

import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Entries of a closed segment's index file, read page by page. For one look-up by one thread. */
abstract class IndexFile implements Closeable {

    private static final int ENTRIES_PER_PAGE = 256;

    private final @Nullable DiskFile file;
    private final int entryBytes;
    private final int count;
    private final ByteBuffer page;
    private int pageFirst = -1;

    /** A missing file counts as an empty index: it only makes the look-up slower. */
    private IndexFile(Disk disk, Path path, int entryBytes) throws IOException {
        this.entryBytes = entryBytes;
        file = openIfThere(disk, path);
        count = file == null ? 0 : (int) (file.size() / entryBytes);
        page = ByteBuffer.allocate(entryBytes * Math.min(count, ENTRIES_PER_PAGE));
    }

    private static @Nullable DiskFile openIfThere(Disk disk, Path path) throws IOException {
        try {
            return disk.openForRead(path);
        } catch (NoSuchFileException missing) {
            return null;
        }
    }

    public int count() {
        return count;
    }

    /** The page that holds the entry; the entry begins at {@link #at}. */
    final ByteBuffer load(int entry) throws IOException {
        int first = entry - entry % ENTRIES_PER_PAGE;
        if (first != pageFirst && file != null) {
            page.clear().limit(entryBytes * Math.min(count - first, ENTRIES_PER_PAGE));
            file.read((long) first * entryBytes, page);
            pageFirst = first;
        }
        return page;
    }

    final int at(int entry) {
        return entry % ENTRIES_PER_PAGE * entryBytes;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    /** An offset index. */
    static final class Offsets extends IndexFile implements OffsetIndex {
        Offsets(Disk disk, Path path) throws IOException {
            super(disk, path, OffsetIndex.ENTRY_BYTES);
        }

        @Override
        public int relativeOffset(int entry) throws IOException {
            return load(entry).getInt(at(entry));
        }

        @Override
        public int position(int entry) throws IOException {
            return load(entry).getInt(at(entry) + Integer.BYTES);
        }
    }

    /** A time index. */
    static final class Times extends IndexFile implements TimeIndex {
        Times(Disk disk, Path path) throws IOException {
            super(disk, path, TimeIndex.ENTRY_BYTES);
        }

        @Override
        public long timestamp(int entry) throws IOException {
            return load(entry).getLong(at(entry));
        }

        @Override
        public int relativeOffset(int entry) throws IOException {
            return load(entry).getInt(at(entry) + Long.BYTES);
        }
    }
}
