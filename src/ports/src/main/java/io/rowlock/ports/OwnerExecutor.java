package io.rowlock.ports;

import java.util.concurrent.Executor;

/**
 * A single thread (or what stands for one in a simulation) that owns a set of mutable objects: whoever wants to change
 * one of them hands over a task. Tasks run in the order they were handed over, one at a time; what one task wrote the
 * next one sees.
 */
public interface OwnerExecutor extends Executor {

    /** Whether the caller runs on this owner: the check behind assertions of confinement. */
    boolean isOwner();

    /**
     * Runs {@code task} once after everything that is queued now, and before the owner parks: the place to write or sync
     * once for a whole batch of queued tasks. Must be called on the owner.
     */
    void afterQueued(Runnable task);
}
