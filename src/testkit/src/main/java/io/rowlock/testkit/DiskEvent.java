package io.rowlock.testkit;

/** What can befall a simulated disk. */
public enum DiskEvent {
    /** A write failed after some of its bytes. */
    FAILED_WRITE,
    /** A sync failed and may have lost what it should have made durable. */
    FAILED_SYNC,
    /** A read failed. */
    FAILED_READ,
    /** A read gave one bit wrong. */
    FLIPPED_READ,
    /** A bit of what is stored was turned over. */
    FLIPPED_BIT,
    /** Opening, creating, listing, renaming, deleting, truncating or syncing a directory failed. */
    FAILED_NAME,
    /** A write or a new name found no room. */
    FULL,
    /** An operation took long. */
    STALL,
    /** The process died. */
    PROCESS_CRASH,
    /** Power went. */
    POWER_LOSS,
    /** Death came in the middle of an operation. */
    CRASH_IN_OPERATION,
    /** A power loss or a failed sync lost all or some of what was written to a file and not synced. */
    LOST_BYTES,
    /** As {@link #LOST_BYTES}, and what was written later is there. */
    HOLE,
    /** A power loss undid a creation, a renaming or a deletion. */
    LOST_NAME,
    /** As {@link #LOST_NAME}, and a later change of the same directory is there. */
    REORDERED_NAME
}
