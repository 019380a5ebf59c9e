package io.rowlock.broker.partition;

/** What a node promises by an acknowledgement, where a topic does not say otherwise. */
public enum Durability {
    /** Acknowledged means synced to disk. */
    FSYNC,
    /** Acknowledged means in the page cache of every in-sync replica. */
    REPLICATED,
    /** Acknowledged means in the leader's page cache. */
    ASYNC
}
