package io.rowlock.broker.replication;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs tasks one at a time and in their order, on the thread that brought the first of those that wait: what belongs to one of
 * these needs no lock and no thread. For short tasks that do not block. Thread-safe.
 */
final class SerialTasks implements Executor {

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final Consumer<Throwable> failed;

    /** @param failed hears of a task that failed; the next ones run all the same */
    SerialTasks(Consumer<Throwable> failed) {
        this.failed = failed;
    }

    @Override
    public void execute(Runnable task) {
        waiting.add(task);
        if (count.getAndIncrement() > 0) {
            return;
        }
        do {
            run();
        } while (count.decrementAndGet() > 0);
    }

    private void run() {
        Runnable next = waiting.poll();
        if (next == null) {
            throw new IllegalStateException("a task was counted that is not there");
        }
        try {
            next.run();
        } catch (RuntimeException | Error e) {
            // An error too, such as memory that ran out: what is counted and not run would stop all that follows.
            failed.accept(e);
        }
    }
}
