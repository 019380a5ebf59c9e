package io.rowlock.broker.cluster;

/** Where a registered node is between its registration and its end. */
public enum NodeState {
    /** Registered, and nobody deposed it. Only such a node gets new leaderships and replicas, and joins in-sync replicas. */
    ACTIVE,
    /** About to stop by plan: it has handed over what others can lead, and still answers. */
    STOPPING,
    /** It gave its lease back by plan. */
    STOPPED,
    /** An election deposed it. Its process may live; to take part again it registers anew. */
    FENCED
}
