package io.rowlock.node.boot;

import io.rowlock.ports.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Walks the steps of the start forwards, and those that were done backwards at the stop. The two may be called by
 * different threads: a stop waits for the step under way and keeps the next one from beginning.
 */
public final class StartupSteps {

    private static final System.Logger LOG = System.getLogger(StartupSteps.class.getName());

    private final Clock clock;
    private final Deque<Step> done = new ArrayDeque<>();
    private boolean stopping;

    public StartupSteps(Clock clock) {
        this.clock = clock;
    }

    /** Does one more step. Returns false, without having done it, once the stop has begun. */
    public synchronized boolean start(Step step) throws Exception {
        if (stopping) {
            return false;
        }
        long begun = clock.monotonicNanos();
        step.start();
        done.push(step);
        LOG.log(System.Logger.Level.DEBUG, "{0}: done in {1} ms", step.name(), millisSince(begun));
        return true;
    }

    /** Undoes everything that was done, in reverse; a step that fails to stop hinders no other. */
    public synchronized void stop() {
        stopping = true;
        while (!done.isEmpty()) {
            Step step = done.pop();
            long begun = clock.monotonicNanos();
            try {
                step.stop();
                LOG.log(System.Logger.Level.DEBUG, "{0}: undone in {1} ms", step.name(), millisSince(begun));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                LOG.log(System.Logger.Level.ERROR, "Stopping was interrupted: " + step.name(), e);
            } catch (Exception e) {
                LOG.log(System.Logger.Level.ERROR, "Could not stop properly: " + step.name(), e);
            }
        }
    }

    private long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(clock.monotonicNanos() - nanos);
    }
}
