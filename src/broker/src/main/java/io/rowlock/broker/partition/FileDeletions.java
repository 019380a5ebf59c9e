package io.rowlock.broker.partition;

import io.rowlock.log.SegmentDeletion;
import io.rowlock.ports.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Takes the files of segments that left their logs off the disk, late and one log after the other, so that at most one thread
 * of the pool is busy with it. What a stop or a failure leaves behind goes at the next start. Thread-safe.
 */
public final class FileDeletions {

    /** How long files are left alone that somebody still reads. */
    static final Duration AGAIN_AFTER = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(FileDeletions.class.getName());

    private final Scheduler scheduler;
    private final Executor diskPool;
    private final Queue<Work> due = new ArrayDeque<>();
    private boolean busy;
    private boolean stopped;

    private record Work(
            PartitionKey key,
            SegmentDeletion segments,
            @Nullable Duration deleteAfter) {}

    public FileDeletions(Scheduler scheduler, Executor diskPool) {
        this.scheduler = scheduler;
        this.diskPool = diskPool;
    }

    /** Marks the files as rubbish soon, and deletes them {@code delay} after that. */
    void later(PartitionKey key, SegmentDeletion segments, Duration delay) {
        enqueue(new Work(key, segments, delay));
    }

    /** Nothing is begun any more. */
    public synchronized void stop() {
        stopped = true;
        due.clear();
    }

    private void enqueue(Work work) {
        synchronized (this) {
            if (stopped) {
                return;
            }
            due.add(work);
            if (busy) {
                return;
            }
            busy = true;
        }
        diskPool.execute(this::next);
    }

    private void next() {
        Work work;
        synchronized (this) {
            work = due.poll();
            if (work == null) {
                busy = false;
                return;
            }
        }
        try {
            Duration again = attempt(work);
            if (again != null) {
                scheduler.schedule(again, () -> enqueue(new Work(work.key(), work.segments(), null)));
            }
        } finally {
            diskPool.execute(this::next);
        }
    }

    /** Returns after what time something is left to do; null if nothing is. */
    private static @Nullable Duration attempt(Work work) {
        try {
            if (work.deleteAfter() != null) {
                work.segments().rename();
                return work.deleteAfter();
            }
            return work.segments().run() ? null : AGAIN_AFTER;
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Cannot delete the files of {0} segments that left partition {1}: {2}. They go at the next start.",
                    work.segments().count(),
                    work.key(),
                    e.getMessage());
            return null;
        }
    }
}
