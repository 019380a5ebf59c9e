package io.rowlock.broker.cluster;

/** What {@link MetadataStore#renewLease} answers. */
public enum LeaseRenewal {
    /** The lease runs. */
    CONFIRMED,
    /**
     * That registration holds no more: it was deposed by an election or gave its lease back, or the store does not know it (any
     * more). The same process may register anew with the same directory.
     */
    FENCED,
    /** A later registration has the node id: whoever asked must end. */
    REPLACED
}
