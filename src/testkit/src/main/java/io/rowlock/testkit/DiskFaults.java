package io.rowlock.testkit;

/**
 * How often a simulated disk fails, in cases of 1000. Begin with {@link #NONE} and name what shall happen.
 *
 * @param failedWrites writes that fail after some of their bytes
 * @param failedSyncs syncs that fail, and lose some of what they should have made durable
 * @param failedReads reads that fail
 * @param flippedReads reads that give one bit wrong, once: the medium has it right
 * @param failedNames failures of everything else: opening, creating, listing, renaming, deleting, truncating, and syncing a
 *     directory
 * @param stalls operations that take simulated time; see {@link SimDisk#stallUpTo}
 */
public record DiskFaults(
        int failedWrites, int failedSyncs, int failedReads, int flippedReads, int failedNames, int stalls) {

    public static final DiskFaults NONE = new DiskFaults(0, 0);

    /** Failing writes and syncs, nothing else. */
    public DiskFaults(int failedWrites, int failedSyncs) {
        this(failedWrites, failedSyncs, 0, 0, 0, 0);
    }

    public DiskFaults withFailedReads(int perMille) {
        return new DiskFaults(failedWrites, failedSyncs, perMille, flippedReads, failedNames, stalls);
    }

    public DiskFaults withFlippedReads(int perMille) {
        return new DiskFaults(failedWrites, failedSyncs, failedReads, perMille, failedNames, stalls);
    }

    public DiskFaults withFailedNames(int perMille) {
        return new DiskFaults(failedWrites, failedSyncs, failedReads, flippedReads, perMille, stalls);
    }

    public DiskFaults withStalls(int perMille) {
        return new DiskFaults(failedWrites, failedSyncs, failedReads, flippedReads, failedNames, perMille);
    }
}
