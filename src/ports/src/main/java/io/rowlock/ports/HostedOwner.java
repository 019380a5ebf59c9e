package io.rowlock.ports;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An owner that works on the threads which bring it work, one at a time: what comes while one of them works is done by that
 * one. So a task that an event loop hands over, and the answer to it, cost no switch of threads. A thread of the owner's own
 * does what may block, and what there is too much of; and everything for a while after a host was held up, as by a disk that
 * takes no more dirty pages.
 */
public final class HostedOwner implements OwnerExecutor, AutoCloseable {

    /** A host has other things to do: beyond so many tasks in a row the owner's own thread goes on. */
    static final int HOSTED_TASKS_MAX = 256;

    /** A task that may run on a host. */
    private record Quick(Runnable task) {}

    private final Queue<Object> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final ThreadOwner own;
    private final Consumer<Throwable> uncaught;
    private final long heldUpNanos;
    private final long avoidNanos;

    private volatile @Nullable Thread worker;
    private volatile boolean avoidHosts;
    private volatile long avoidSince;

    /**
     * Starts the owner's own thread.
     *
     * @param heldUp a host that needs so long for what there is to do was held up
     * @param avoid for how long hosts are left alone then
     * @param uncaught gets what a task throws, on the thread that ran it; the owner goes on with the next task
     */
    public HostedOwner(String threadName, Duration heldUp, Duration avoid, Consumer<Throwable> uncaught) {
        this.heldUpNanos = heldUp.toNanos();
        this.avoidNanos = avoid.toNanos();
        this.uncaught = uncaught;
        this.own = new ThreadOwner(threadName, Duration.ZERO, uncaught);
    }

    /** Runs {@code task}, which may block, on the owner's own thread. */
    @Override
    public void execute(Runnable task) {
        queue.add(task);
        if (busy.compareAndSet(false, true)) {
            useOwnThread();
        }
    }

    @Override
    public void execute(Runnable task, Executor host) {
        queue.add(new Quick(task));
        // Reading first keeps the line shared between processors while somebody works.
        if (busy.get() || !busy.compareAndSet(false, true)) {
            return;
        }
        if (!mayHost()) {
            useOwnThread();
            return;
        }
        try {
            host.execute(this::workOnHost);
        } catch (RejectedExecutionException hostIsGone) {
            useOwnThread();
        }
    }

    private void useOwnThread() {
        try {
            own.execute(this::workOnOwnThread);
        } catch (RejectedExecutionException closed) {
            busy.set(false);
            throw closed;
        }
    }

    private boolean mayHost() {
        if (avoidHosts && System.nanoTime() - avoidSince >= avoidNanos) {
            avoidHosts = false;
        }
        return !avoidHosts;
    }

    @Override
    public boolean isOwner() {
        return Thread.currentThread() == worker;
    }

    @Override
    public void afterQueued(Runnable task) {
        if (!isOwner()) {
            throw new IllegalStateException("not on the owner");
        }
        // At its place in the queue, so that those who never wait for an answer cannot keep it from its turn.
        queue.add(new Quick(task));
    }

    /** Runs what is queued and ends the owner's own thread; hosts must be done by now. */
    @Override
    public void close() {
        own.close();
    }

    private void workOnHost() {
        long begin = System.nanoTime();
        boolean done = work(true);
        long end = System.nanoTime();
        if (end - begin > heldUpNanos) {
            avoidSince = end;
            avoidHosts = true;
        }
        if (!done) {
            useOwnThread();
        }
    }

    private void workOnOwnThread() {
        work(false);
    }

    /** Returns whether everything is done; otherwise the caller passes on what is left, and {@link #busy} with it. */
    private boolean work(boolean hosted) {
        int ran = 0;
        do {
            worker = Thread.currentThread();
            for (Object next = queue.peek(); next != null; next = queue.peek()) {
                if (hosted && (ran >= HOSTED_TASKS_MAX || !(next instanceof Quick))) {
                    worker = null;
                    return false;
                }
                queue.remove();
                run(next instanceof Quick quick ? quick.task() : (Runnable) next);
                ran++;
            }
            worker = null;
        } while (goesOn());
        return true;
    }

    /** Whoever queues while somebody works leaves it to them: look again after saying that nobody does. */
    private boolean goesOn() {
        if (!queue.isEmpty()) {
            return true;
        }
        busy.set(false);
        return !queue.isEmpty() && busy.compareAndSet(false, true);
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable thrown) {
            uncaught.accept(thrown);
        }
    }
}
