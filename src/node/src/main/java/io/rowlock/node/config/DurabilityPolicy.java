package io.rowlock.node.config;

/** What an acknowledgement promises; see {@code rowlock.log.durability}. */
public enum DurabilityPolicy {
    /** Synced to disk. */
    FSYNC,
    /** In the page caches of all in-sync replicas. */
    REPLICATED,
    /** In the leader's page cache. */
    ASYNC
}
