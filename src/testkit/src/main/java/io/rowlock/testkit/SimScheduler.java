package io.rowlock.testkit;

import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler whose tasks run in the test's thread when the test moves time past them; what is due at the same time runs in
 * the order in which it was scheduled. Exceptions of tasks reach the test. Not thread-safe.
 */
public final class SimScheduler implements Scheduler {

    private final SimClock clock;
    private final PriorityQueue<Task> tasks = new PriorityQueue<>(
            Comparator.comparingLong((Task task) -> task.dueNanos).thenComparingLong(task -> task.order));
    private long scheduled;

    public SimScheduler(SimClock clock) {
        this.clock = clock;
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        long due = clock.monotonicNanos() + Math.max(0, delay.toNanos());
        Task added = new Task(due, scheduled++, task);
        tasks.add(added);
        return () -> tasks.remove(added);
    }

    /** How many tasks wait. */
    public int pending() {
        return tasks.size();
    }

    /** When the next task is due, on the clock's monotonic time; null if none waits. */
    public @Nullable Long nextDueNanos() {
        Task next = tasks.peek();
        return next == null ? null : next.dueNanos;
    }

    /** Runs what is due now, and what that makes due now; returns how many tasks ran. */
    public int runDue() {
        int ran = 0;
        Task next = tasks.peek();
        while (next != null && next.dueNanos <= clock.monotonicNanos()) {
            tasks.remove();
            next.task.run();
            ran++;
            next = tasks.peek();
        }
        return ran;
    }

    /** Moves time forward, stopping at every task on the way to run it when it is due. */
    public void advance(Duration by) {
        long until = clock.monotonicNanos() + by.toNanos();
        runDue();
        Task next = tasks.peek();
        while (next != null && next.dueNanos <= until) {
            clock.advance(Duration.ofNanos(next.dueNanos - clock.monotonicNanos()));
            runDue();
            next = tasks.peek();
        }
        clock.advance(Duration.ofNanos(until - clock.monotonicNanos()));
    }

    private static final class Task {
        private final long dueNanos;
        private final long order;
        private final Runnable task;

        private Task(long dueNanos, long order, Runnable task) {
            this.dueNanos = dueNanos;
            this.order = order;
            this.task = task;
        }
    }
}
