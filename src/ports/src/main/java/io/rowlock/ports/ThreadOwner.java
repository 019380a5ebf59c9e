package io.rowlock.ports;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * An owner that is one thread. A thread switch costs more than most tasks, so a producer wakes the thread only if it is
 * parked, and the thread looks for more work for a moment ({@code linger}) before it parks.
 */
public final class ThreadOwner implements OwnerExecutor, AutoCloseable {

    private static final int SPINS_PER_CLOCK_READ = 32;

    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<Runnable> afterBatch = new ArrayDeque<>();
    private final long lingerNanos;
    private final Consumer<Throwable> uncaught;
    private final Thread thread;
    private volatile boolean parked;
    private volatile boolean closed;

    /**
     * Starts the thread.
     *
     * @param linger how long to look for more work before parking; zero parks at once
     * @param uncaught gets what a task throws, on the owner's thread; the owner goes on with the next task
     */
    public ThreadOwner(String threadName, Duration linger, Consumer<Throwable> uncaught) {
        this.lingerNanos = linger.toNanos();
        this.uncaught = uncaught;
        thread = new Thread(this::loop, threadName);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void execute(Runnable task) {
        if (closed) {
            throw new RejectedExecutionException(thread.getName() + " is closed");
        }
        queue.add(task);
        // The thread may have seen the queue empty for the last time.
        if (closed && queue.remove(task)) {
            throw new RejectedExecutionException(thread.getName() + " is closed");
        }
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public boolean isOwner() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void afterQueued(Runnable task) {
        if (!isOwner()) {
            throw new IllegalStateException("not on " + thread.getName());
        }
        // In the queue itself, so that hooks come to their turn however fast work arrives.
        if (afterBatch.isEmpty()) {
            queue.add(this::runHooks);
        }
        afterBatch.add(task);
    }

    private void runHooks() {
        for (int left = afterBatch.size(); left > 0; left--) {
            runGuarded(afterBatch.remove());
        }
        if (!afterBatch.isEmpty()) {
            queue.add(this::runHooks);
        }
    }

    /**
     * Refuses further tasks, runs those that are queued and ends the thread. Waits for the end unless called on the
     * owner itself.
     */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        if (isOwner()) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        while (true) {
            boolean closing = closed;
            if (!drain()) {
                if (closing) {
                    return;
                }
                await();
            }
        }
    }

    /** Runs what is queued; returns whether there was anything. */
    private boolean drain() {
        boolean any = false;
        Runnable task;
        while ((task = queue.poll()) != null) {
            any = true;
            runGuarded(task);
        }
        return any;
    }

    private void await() {
        if (lingerNanos > 0) {
            long until = System.nanoTime() + lingerNanos;
            do {
                for (int i = 0; i < SPINS_PER_CLOCK_READ; i++) {
                    if (!queue.isEmpty()) {
                        return;
                    }
                    Thread.onSpinWait();
                }
            } while (System.nanoTime() - until < 0);
        }
        parked = true;
        // Whoever queued before seeing the flag did not wake this thread: look again, now that it is set.
        if (queue.isEmpty() && !closed) {
            LockSupport.park(this);
        }
        parked = false;
        // An interrupt would make every following park return at once.
        if (Thread.interrupted()) {
            uncaught.accept(new InterruptedException(thread.getName() + " was interrupted; it goes on"));
        }
    }

    private void runGuarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable thrown) {
            uncaught.accept(thrown);
        }
    }
}
