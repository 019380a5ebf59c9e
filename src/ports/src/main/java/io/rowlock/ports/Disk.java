package io.rowlock.ports;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file system. Paths are values only; nothing but an adapter of this port passes them to the operating system.
 * Thread-safe. A file's content and length survive a crash once {@link DiskFile#sync()} returned; that a file exists,
 * was renamed or was deleted survives once {@link #syncDirectory(Path)} returned for its directory.
 */
public interface Disk {

    /** Opens for reading and writing; creates an empty file if there is none. */
    DiskFile openOrCreate(Path file) throws IOException;

    /** Opens an existing file for reading only. Throws {@link NoSuchFileException} if there is none. */
    DiskFile openForRead(Path file) throws IOException;

    /** The whole content; meant for small files. Throws {@link NoSuchFileException} if there is none. */
    byte[] readAll(Path file) throws IOException;

    /**
     * Replaces a small file in one step: writes a temporary neighbour, syncs it, renames it over {@code file} and syncs
     * the directory. After a crash the file has either its old or its new content.
     */
    void replace(Path file, byte[] content) throws IOException;

    boolean exists(Path path) throws IOException;

    /** Creates a directory with its parents; does nothing if it exists. */
    void createDirectories(Path directory) throws IOException;

    /** The names (not paths) of what a directory holds, in no particular order. */
    List<String> list(Path directory) throws IOException;

    /** Renames within one file system, replacing an existing file. */
    void move(Path from, Path to) throws IOException;

    /** Deletes a file or an empty directory; does nothing if there is none. */
    void deleteIfExists(Path path) throws IOException;

    /** Makes creations, renames and deletions in {@code directory} durable. */
    void syncDirectory(Path directory) throws IOException;

    /** Bytes that can still be written to the file system that holds {@code path}. */
    long usableBytes(Path path) throws IOException;

    /** Bytes that the file system which holds {@code path} has in all, written or not. */
    long totalBytes(Path path) throws IOException;

    /**
     * Names the memory that holds what is written and not synced: another name, now or in a later process, means that it may be
     * gone. One line of text.
     */
    String pageCacheId();

    /**
     * Takes an exclusive lock that the operating system releases when this process ends, however it ends; creates the file
     * if there is none. Returns null if another process, or another caller in this one, holds it.
     */
    @Nullable
    DiskLock tryLock(Path file) throws IOException;

    /**
     * Whether another process holds the lock on {@code file}; takes none and writes nothing. Not to be asked where this
     * process holds it itself.
     */
    boolean isLockedByAnother(Path file) throws IOException;

    /** A held lock; closing releases it. */
    interface DiskLock extends AutoCloseable {
        @Override
        void close() throws IOException;
    }
}
