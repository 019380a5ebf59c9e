package io.rowlock.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** As Rowlock does: each file is synced for itself, one sync at a time, and what came meanwhile is covered by the next. */
final class SyncedFiles implements SyncStrategy {

    /** As many as a node has. */
    private static final int THREADS = 16;

    private final List<Appended> files = new ArrayList<>();
    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);

    SyncedFiles(Path directory, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            files.add(new Appended(directory.resolve(i + ".log")));
        }
    }

    @Override
    public void append(int file, ByteBuffer record, Runnable done) throws IOException {
        files.get(file).append(record, done);
    }

    @Override
    public void close() throws IOException {
        pool.shutdown();
        try {
            if (!pool.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IOException("syncs hang");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Appended file : files) {
            file.channel.close();
        }
    }

    private final class Appended {
        private final FileChannel channel;
        private long position;
        private List<Runnable> waiting = new ArrayList<>();
        private boolean syncing;

        Appended(Path path) throws IOException {
            channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        void append(ByteBuffer record, Runnable done) throws IOException {
            int length = record.remaining();
            channel.write(record, position);
            position += length;
            synchronized (this) {
                waiting.add(done);
                if (syncing) {
                    return;
                }
                syncing = true;
            }
            pool.execute(this::sync);
        }

        private void sync() {
            List<Runnable> covered;
            synchronized (this) {
                covered = waiting;
                waiting = new ArrayList<>();
            }
            try {
                channel.force(false);
            } catch (IOException e) {
                SyncStrategy.fatal(e);
            }
            covered.forEach(Runnable::run);
            synchronized (this) {
                if (waiting.isEmpty()) {
                    syncing = false;
                    return;
                }
            }
            pool.execute(this::sync);
        }
    }
}
