package io.rowlock.ports;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A fixed number of threads for what blocks. Threads start when they are first needed and end when there is nothing to do. */
public final class WorkerPool implements Executor, AutoCloseable {

    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor executor;
    private final Consumer<Throwable> uncaught;

    /**
     * @param name of the threads, before their number
     * @param uncaught gets what a task throws, on the task's thread
     */
    public WorkerPool(String name, int threads, Consumer<Throwable> uncaught) {
        this.uncaught = uncaught;
        AtomicInteger number = new AtomicInteger();
        executor = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name + "-" + number.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                uncaught.accept(e);
            }
        });
    }

    /** Refuses further tasks and waits for those under way and queued. */
    @Override
    public void close() throws InterruptedException {
        executor.shutdown();
        while (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
            // What blocks for longer than that is a disk that hangs: there is nothing better to do than to wait.
        }
    }
}
