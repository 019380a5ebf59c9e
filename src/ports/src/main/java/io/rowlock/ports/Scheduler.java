package io.rowlock.ports;

import java.time.Duration;

/** Runs a task once, later. Thread-safe; tasks must be short and must not block. */
public interface Scheduler {

    /**
     * Runs {@code task} once after at least {@code delay}. A zero or negative delay runs it as soon as possible, but
     * never before this method has returned. An exception that the task throws goes to the scheduler's uncaught handler.
     */
    Timer schedule(Duration delay, Runnable task);

    /** A task that has not run yet. */
    interface Timer {

        /** Keeps the task from running. Returns false if it has run, is running or was cancelled already. */
        boolean cancel();
    }
}
