package io.rowlock.testkit;

import io.rowlock.ports.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** An open file of a {@link SimDisk}, whose monitor guards it. A file that was deleted stays readable, as on Unix. */
final class SimDiskFile implements DiskFile {

    private final SimDisk disk;
    private final SimNode.File file;
    private final Path path;
    private final boolean writable;
    private final int incarnation;
    private boolean closed;

    SimDiskFile(SimDisk disk, SimNode.File file, Path path, boolean writable, int incarnation) {
        this.disk = disk;
        this.file = file;
        this.path = path;
        this.writable = writable;
        this.incarnation = incarnation;
    }

    @Override
    public long size() throws IOException {
        synchronized (disk) {
            requireOpen();
            disk.operate();
            return file.content().size();
        }
    }

    @Override
    public void write(long position, ByteBuffer... buffers) throws IOException {
        synchronized (disk) {
            requireWritable();
            int length = 0;
            for (ByteBuffer buffer : buffers) {
                length += buffer.remaining();
            }
            byte[] bytes = new byte[length];
            int filled = 0;
            for (ByteBuffer buffer : buffers) {
                int remaining = buffer.remaining();
                buffer.get(bytes, filled, remaining);
                filled += remaining;
            }
            disk.write(file, Math.toIntExact(position), bytes);
        }
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
        synchronized (disk) {
            requireOpen();
            disk.operate();
            byte[] bytes = disk.read(file, path, position, target.remaining());
            target.put(bytes);
            return bytes.length;
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        synchronized (disk) {
            requireWritable();
            disk.operateOnName();
            file.truncate((int) Math.min(size, Integer.MAX_VALUE));
        }
    }

    @Override
    public void sync() throws IOException {
        synchronized (disk) {
            requireOpen();
        }
        disk.sync(file, path);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        byte[] bytes;
        synchronized (disk) {
            requireOpen();
            disk.operate();
            bytes = disk.read(file, path, position, (int) Math.min(count, Integer.MAX_VALUE));
        }
        return target.write(ByteBuffer.wrap(bytes));
    }

    @Override
    public void close() {
        synchronized (disk) {
            closed = true;
        }
    }

    private void requireWritable() throws IOException {
        requireOpen();
        if (!writable) {
            throw new NonWritableChannelException();
        }
    }

    private void requireOpen() throws IOException {
        if (closed || !disk.isCurrent(incarnation)) {
            throw new ClosedChannelException();
        }
    }
}
