package io.rowlock.broker;

import io.rowlock.ports.OwnerExecutor;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Where the broker's work runs, beside the event loops.
 *
 * @param owners of partitions, at least one
 * @param syncs runs syncs of files, which block
 * @param disk opens, closes, recovers and removes logs
 * @param readers reads what is no longer in memory
 * @param openers looks into produced batches, and compresses them anew: CPU work, in as many threads as may be spent on that
 * @param watcher looks at how much of the disk is free: nothing else holds it up
 * @param cleaners compacts logs: as many threads as {@code log.cleaner.threads} says, which may change
 */
public record BrokerThreads(
        List<OwnerExecutor> owners,
        Executor syncs,
        Executor disk,
        Executor readers,
        Executor openers,
        Executor watcher,
        Executor cleaners) {

    public BrokerThreads {
        owners = List.copyOf(owners);
    }
}
