package io.rowlock.ports;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * An open file. One thread writes; any thread may read or sync beside it. After {@link #close()} every method but close
 * throws {@link java.nio.channels.ClosedChannelException}.
 */
public interface DiskFile extends Closeable {

    /** Length in bytes. */
    long size() throws IOException;

    /**
     * Writes everything that remains in {@code buffers}, in order, from {@code position} on: one gathering system call
     * where the system allows. Advances the buffers. If it throws, any prefix may have been written.
     */
    void write(long position, ByteBuffer... buffers) throws IOException;

    /** Reads into {@code target} from {@code position} on until it is full or the file ends; returns the bytes read. */
    int read(long position, ByteBuffer target) throws IOException;

    /** Cuts the file to {@code size} bytes if it is longer. */
    void truncate(long size) throws IOException;

    /**
     * Makes everything written before this call survive a crash of the machine. After a failure the file's content is
     * unknown and the sync must not be retried: the page cache may have dropped what it could not write.
     */
    void sync() throws IOException;

    /**
     * Copies up to {@code count} bytes from {@code position} on into {@code target}, by the kernel alone where it can;
     * returns the bytes copied, which is less at the end of the file or when a non-blocking target is full.
     */
    long transferTo(long position, long count, WritableByteChannel target) throws IOException;
}
