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
    private long writePosition = -1;

    RealDiskFile(FileChannel channel) {
        this.channel = channel;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public void write(long position, ByteBuffer... buffers) throws IOException {
        try {
            if (buffers.length == 1) {
                writeOne(position, buffers[0]);
            } else {
                writeAll(position, buffers);
            }
        } catch (IOException e) {
            throw DiskErrors.classify(e);
        }
    }

    private void writeOne(long position, ByteBuffer buffer) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
        }
    }

    /** A gathering write has no position of its own: it goes where the channel stands. */
    private void writeAll(long position, ByteBuffer[] buffers) throws IOException {
        if (writePosition != position) {
            channel.position(position);
        }
        // Unknown until the write has succeeded.
        writePosition = -1;
        long at = position;
        int first = 0;
        while (true) {
            while (first < buffers.length && !buffers[first].hasRemaining()) {
                first++;
            }
            if (first == buffers.length) {
                break;
            }
            at += channel.write(buffers, first, buffers.length - first);
        }
        writePosition = at;
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
        writePosition = -1;
    }

    @Override
    public void sync() throws IOException {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw DiskErrors.classify(e);
        }
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
