package io.rowlock.broker.cluster;

import org.jspecify.annotations.Nullable;

/** How an {@link InSyncChange} ended. */
public sealed interface InSyncResult {

    /** Committed: {@code now} is what it made of the partition. */
    record Altered(PartitionInfo now) implements InSyncResult {}

    /**
     * Nothing was changed.
     *
     * @param now the partition as it is, to decide anew; null if it does not exist (any more)
     */
    record Refused(Reason reason, @Nullable PartitionInfo now) implements InSyncResult {}

    /** Why not. */
    enum Reason {
        /** Another node or another epoch leads, or the asking node was deposed, or the partition is gone. */
        NOT_LEADER,
        /** The partition has changed since the decision was made. */
        STALE,
        /** A member to be added is not alive, or has registered anew since it fetched (KIP-903). */
        INELIGIBLE
    }
}
