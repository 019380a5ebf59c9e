package io.rowlock.broker.cluster;

import io.rowlock.ports.Clock;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that passes only when a test says so, and runs what is due in order. */
public final class ManualTime implements Clock, Scheduler {

    private record Task(long dueNanos, long order, Runnable action) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::dueNanos).thenComparingLong(Task::order));
    private long nanos = 1_000_000_000L;
    private long scheduled;

    @Override
    public long wallMillis() {
        return nanos / 1_000_000;
    }

    @Override
    public long monotonicNanos() {
        return nanos;
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Task entry = new Task(nanos + Math.max(0, delay.toNanos()), scheduled++, task);
        tasks.add(entry);
        return () -> tasks.remove(entry);
    }

    /** Lets time pass up to {@code duration} from now, running on the way what falls due. */
    public void advance(Duration duration) {
        long until = nanos + duration.toNanos();
        for (Task next = tasks.peek(); next != null && next.dueNanos() <= until; next = tasks.peek()) {
            tasks.remove(next);
            nanos = next.dueNanos();
            next.action().run();
        }
        nanos = until;
    }
}
