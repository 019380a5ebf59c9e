package io.rowlock.broker.partition;

/** Wants to know when a partition's view changed in a way that a reader may be waiting for. */
@FunctionalInterface
public interface PartitionListener {

    /**
     * Called on the owner's thread after the new view was published: more is visible, the log starts later, or the
     * replica's status changed. Must not block or throw.
     */
    void changed(Partition partition);
}
