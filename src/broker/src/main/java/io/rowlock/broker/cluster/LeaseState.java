package io.rowlock.broker.cluster;

/** Where a node's lease stands, by its own monotonic clock. */
public sealed interface LeaseState {

    /** Confirmed: nobody else can have the node id before {@code untilNanos}. */
    record Held(long untilNanos) implements LeaseState {}

    /**
     * Not confirmed since {@code sinceNanos}, because the store does not answer. The node goes on: epochs, not the lease,
     * give safety, and the lease comes back with the store unless the node was deposed meanwhile.
     */
    record Lapsed(long sinceNanos) implements LeaseState {}

    /**
     * That registration is over, and never comes back.
     *
     * @param how {@link LeaseRenewal#FENCED} or {@link LeaseRenewal#REPLACED}
     */
    record Deposed(LeaseRenewal how) implements LeaseState {}
}
