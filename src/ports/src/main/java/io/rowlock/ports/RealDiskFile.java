package io.rowlock.ports;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A file behind a {@link FileChannel}. Threads that use it must not be interrupted: an interrupt during an operation
 * closes the channel for everybody.
 */
final class RealDiskFile implements DiskFile {

    private final FileChannel channel;

    /** Where the channel stands: only gathering writes use and move it, and only the one writing thread calls them. */
    private long writePosition;

    RealDiskFile(FileChannel channel) {
        this.channel = channel;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public void write(long position, ByteBuffer... buffers) throws IOException {
        if (buffers.length == 1) {
            long at = position;
            while (buffers[0].hasRemaining()) {
                at += channel.write(buffers[0], at);
            }
            return;
        }
        if (writePosition != position) {
            channel.position(position);
            writePosition = position;
        }
        int first = 0;
        while (true) {
            while (first < buffers.length && !buffers[first].hasRemaining()) {
                first++;
            }
            if (first == buffers.length) {
                return;
            }
            writePosition = -1;
            long written = channel.write(buffers, first, buffers.length - first);
            position += written;
            writePosition = position;
        }
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
        int total = 0;
        while (target.hasRemaining()) {
            int read = channel.read(target, position + total);
            if (read < 0) {
                break;
            }
            total += read;
        }
        return total;
    }

    @Override
    public void truncate(long size) throws IOException {
        channel.truncate(size);
        writePosition = channel.position();
    }

    @Override
    public void sync() throws IOException {
        channel.force(false);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return channel.transferTo(position, count, target);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
