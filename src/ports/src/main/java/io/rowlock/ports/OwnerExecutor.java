package io.rowlock.ports;

import java.util.concurrent.Executor;

/**
 * One thread at a time (or what stands for one in a simulation) that owns a set of mutable objects: whoever wants to change
 * one of them hands over a task. Tasks run in the order they were handed over, one at a time; what one task wrote the
 * next one sees.
 */
public interface OwnerExecutor extends Executor {

    /**
     * As {@link #execute(Runnable)}, for a task that does not block: if the owner is idle it may run it, and what else it can
     * do without blocking, as a task of {@code host}, which spares the switch to another thread.
     *
     * @param host where the caller runs: its event loop, or the caller itself ({@code Runnable::run})
     */
    default void execute(Runnable task, Executor host) {
        execute(task);
    }

    /** Whether the caller runs on this owner: the check behind assertions of confinement. */
    boolean isOwner();

    /**
     * Runs {@code task} once after everything that is queued now, and before the owner parks: the place to write or sync
     * once for a whole batch of queued tasks. Must be called on the owner.
     */
    void afterQueued(Runnable task);
}
