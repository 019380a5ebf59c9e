package io.rowlock.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Every append goes to its file without a sync, and to one journal of two preallocated halves, which one thread syncs for all
 * that came. Before a half is written anew all files that it covers are synced, beside the appends: a start after a crash
 * would bring them up to date from the journal.
 */
final class SharedJournal implements SyncStrategy {

    static final int HALF_BYTES = 256 << 20;

    private static final int CHECKPOINT_THREADS = 16;
    /** Length, file and position in it, checksum: what a start would need. */
    private static final int HEADER_BYTES = 24;

    private final List<FileChannel> files = new ArrayList<>();
    private final long[] positions;
    private final FileChannel journal;
    private final ExecutorService checkpoints = Executors.newFixedThreadPool(CHECKPOINT_THREADS);
    private final Thread writer = new Thread(this::write, "journal");

    // Guarded by this.
    private ByteBuffer filling = ByteBuffer.allocateDirect(8 << 20);
    private List<Runnable> waiting = new ArrayList<>();
    private BitSet dirty = new BitSet();
    private boolean closed;

    // Of the writer.
    private ByteBuffer writing = ByteBuffer.allocateDirect(8 << 20);
    private long at;
    private List<Future<?>> checkpoint = List.of();

    SharedJournal(Path directory, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            files.add(FileChannel.open(
                    directory.resolve(i + ".log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        }
        positions = new long[count];
        journal =
                FileChannel.open(directory.resolve("journal"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        preallocate(journal, 2L * HALF_BYTES);
        writer.start();
    }

    /** With zeros that are on disk: then a sync has only data to write. */
    static void preallocate(FileChannel channel, long bytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long written = 0; written < bytes; written += zeros.capacity()) {
            channel.write(zeros.clear(), written);
        }
        channel.force(true);
    }

    @Override
    public void append(int file, ByteBuffer record, Runnable done) throws IOException {
        int length = record.remaining();
        ByteBuffer copy = record.duplicate();
        files.get(file).write(record, positions[file]);
        synchronized (this) {
            awaitRoom(length + HEADER_BYTES);
            filling.putInt(length)
                    .putInt(file)
                    .putLong(positions[file])
                    .putLong(0)
                    .put(copy);
            waiting.add(done);
            dirty.set(file);
            notifyAll();
        }
        positions[file] += length;
    }

    private synchronized void awaitRoom(int bytes) throws IOException {
        try {
            while (filling.remaining() < bytes) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void write() {
        try {
            while (true) {
                List<Runnable> covered;
                synchronized (this) {
                    while (waiting.isEmpty() && !closed) {
                        wait();
                    }
                    if (waiting.isEmpty()) {
                        return;
                    }
                    ByteBuffer full = filling;
                    filling = writing;
                    writing = full;
                    covered = waiting;
                    waiting = new ArrayList<>();
                    notifyAll();
                }
                writing.flip();
                makeRoom(writing.remaining());
                at += journal.write(writing, at);
                writing.clear();
                journal.force(false);
                covered.forEach(Runnable::run);
            }
        } catch (Exception e) {
            SyncStrategy.fatal(e);
        }
    }

    private void makeRoom(int bytes) throws Exception {
        long half = at < HALF_BYTES ? HALF_BYTES : 2L * HALF_BYTES;
        if (at + bytes <= half) {
            return;
        }
        // What the other half covers must be in its files before that is written over.
        for (Future<?> sync : checkpoint) {
            sync.get();
        }
        BitSet covered;
        synchronized (this) {
            covered = dirty;
            dirty = new BitSet();
        }
        checkpoint = covered.stream()
                .<Future<?>>mapToObj(file -> checkpoints.submit(() -> {
                    files.get(file).force(false);
                    return file;
                }))
                .toList();
        at = half % (2L * HALF_BYTES);
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            writer.join();
            for (Future<?> sync : checkpoint) {
                sync.get();
            }
        } catch (Exception e) {
            throw new IOException("the last checkpoint failed", e);
        }
        checkpoints.shutdown();
        // The share of the files that no checkpoint has synced yet belongs to what was measured.
        for (FileChannel file : files) {
            file.force(false);
            file.close();
        }
        journal.close();
    }
}
