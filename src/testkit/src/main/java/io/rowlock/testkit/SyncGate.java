package io.rowlock.testkit;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds up syncs of chosen files, as a disk does that is busy or dying, until a test lets them go. Thread-safe. */
public final class SyncGate {

    /** A test that forgot to let go fails instead of hanging. */
    private static final long LONGEST_SECONDS = 60;

    private final List<Hold> holds = new CopyOnWriteArrayList<>();

    SyncGate() {}

    /** Syncs that are held up. */
    public final class Hold implements AutoCloseable {
        private final Path path;
        private final CountDownLatch open = new CountDownLatch(1);
        private final AtomicInteger waiting = new AtomicInteger();

        private Hold(Path path) {
            this.path = path;
        }

        /** How many syncs wait. */
        public int waiting() {
            return waiting.get();
        }

        /** Lets them go on, and later ones pass. */
        @Override
        public void close() {
            holds.remove(this);
            open.countDown();
        }
    }

    Hold hold(Path path) {
        Hold hold = new Hold(path);
        holds.add(hold);
        return hold;
    }

    void pass(Path file) throws IOException {
        for (Hold hold : holds) {
            if (file.startsWith(hold.path)) {
                hold.waiting.incrementAndGet();
                try {
                    if (!hold.open.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                        throw new IOException("a simulated sync was held up for too long");
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted in a simulated sync");
                } finally {
                    hold.waiting.decrementAndGet();
                }
            }
        }
    }
}
