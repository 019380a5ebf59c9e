package io.rowlock.testkit;

/**
 * How often a simulated disk fails, in cases of 1000.
 *
 * @param failedWrites writes that fail after some of their bytes
 * @param failedSyncs syncs that fail, and lose some of what they should have made durable
 */
public record DiskFaults(int failedWrites, int failedSyncs) {

    public static final DiskFaults NONE = new DiskFaults(0, 0);
}
