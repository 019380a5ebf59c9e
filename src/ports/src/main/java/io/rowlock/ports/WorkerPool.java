package io.rowlock.ports;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Threads for what blocks: a fixed number, or as many as there is work for. Threads start when they are first needed and end when there is nothing to do. */
public final class WorkerPool implements Executor, AutoCloseable {

    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor executor;
    private final Consumer<Throwable> uncaught;

    /**
     * @param name of the threads, before their number
     * @param uncaught gets what a task throws, on the task's thread
     */
    public WorkerPool(String name, int threads, Consumer<Throwable> uncaught) {
        this(name, threads, threads, new LinkedBlockingQueue<>(), uncaught);
        executor.allowCoreThreadTimeOut(true);
    }

    private WorkerPool(String name, int core, int max, BlockingQueue<Runnable> queue, Consumer<Throwable> uncaught) {
        this.uncaught = uncaught;
        AtomicInteger number = new AtomicInteger();
        executor = new ThreadPoolExecutor(core, max, IDLE_SECONDS, TimeUnit.SECONDS, queue, task -> {
            Thread thread = new Thread(task, name + "-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * A pool in which no task waits for another: whoever gives it tasks bounds how many there are at once.
     *
     * @param name of the threads, before their number
     * @param uncaught gets what a task throws, on the task's thread
     */
    public static WorkerPool unbounded(String name, Consumer<Throwable> uncaught) {
        return new WorkerPool(name, 0, Integer.MAX_VALUE, new SynchronousQueue<>(), uncaught);
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
