package io.rowlock.ports;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One daemon thread that runs due tasks. Closing drops what has not run. */
public final class SystemScheduler implements Scheduler, AutoCloseable {

    private final ScheduledThreadPoolExecutor executor;
    private final Consumer<Throwable> uncaught;

    /** {@code uncaught} gets what a task throws; it is called on the scheduler's thread. */
    public SystemScheduler(String threadName, Consumer<Throwable> uncaught) {
        this.uncaught = uncaught;
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        long nanos = Math.max(0, delay.toNanos());
        Future<?> future = executor.schedule(() -> runGuarded(task), nanos, TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    private void runGuarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable thrown) {
            uncaught.accept(thrown);
        }
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
