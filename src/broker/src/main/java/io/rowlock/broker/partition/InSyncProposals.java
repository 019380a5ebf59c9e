package io.rowlock.broker.partition;

import io.rowlock.broker.cluster.InSyncChange;

/** Where leaders ask the metadata store for other in-sync replicas. */
@FunctionalInterface
public interface InSyncProposals {

    /**
     * Has {@code change} asked for until the store answers, and {@link Partition#inSyncAnswered} called with what it says; takes
     * the place of what the partition proposed before and was not sent yet. Called on the partition's owner; does not block.
     */
    void propose(Partition partition, InSyncChange change);
}
