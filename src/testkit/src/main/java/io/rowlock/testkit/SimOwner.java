package io.rowlock.testkit;

import io.rowlock.ports.OwnerExecutor;
import java.util.ArrayDeque;

/** An owner whose tasks run in the test's thread when the test says so. Exceptions of tasks reach the test. */
public final class SimOwner implements OwnerExecutor {

    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final ArrayDeque<Runnable> afterBatch = new ArrayDeque<>();
    private boolean running;

    @Override
    public void execute(Runnable task) {
        queue.add(task);
    }

    @Override
    public boolean isOwner() {
        return running;
    }

    @Override
    public void afterQueued(Runnable task) {
        if (!running) {
            throw new IllegalStateException("not on the owner");
        }
        afterBatch.add(task);
    }

    /** How many tasks wait, hooks included. */
    public int pending() {
        return queue.size() + afterBatch.size();
    }

    /** Runs one task, or one hook if no task waits; returns whether there was one. */
    public boolean runOne() {
        Runnable task = queue.isEmpty() ? afterBatch.poll() : queue.poll();
        if (task == null) {
            return false;
        }
        running = true;
        try {
            task.run();
        } finally {
            running = false;
        }
        return true;
    }

    /** Runs tasks and hooks until none is left; returns how many ran. */
    public int runAll() {
        int ran = 0;
        while (runOne()) {
            ran++;
        }
        return ran;
    }
}
