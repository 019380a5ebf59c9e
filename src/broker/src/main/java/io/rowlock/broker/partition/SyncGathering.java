package io.rowlock.broker.partition;

/**
 * Decides how long the next sync waits for company. Producers send their next requests when the last ones are acknowledged, so
 * right after a sync as many appends as it acknowledged are on their way: a sync started at once would miss them, and two half
 * full syncs would follow each other for ever. Waiting ends when they have come, or after about the time that a sync takes; where
 * they do not come, it is tried ever more rarely. Confined to the partition's owner.
 */
final class SyncGathering {

    /** However slow the disk, an append waits no longer than this for others. */
    static final long WAIT_NANOS_MAX = 2_000_000;

    static final int SKIPS_MAX = 64;

    private boolean gathering;
    private int waitingBefore;
    private int expected;
    private long until;
    private int skips;
    private int skipsAfterMiss = 1;

    /**
     * A sync ended.
     *
     * @param acknowledged appends that it confirmed
     * @param waiting appends that were written meanwhile
     * @param syncNanos how long it took
     */
    void synced(int acknowledged, int waiting, long syncNanos, long nowNanos) {
        gathering = false;
        if (acknowledged == 0) {
            return;
        }
        if (skips > 0) {
            skips--;
            return;
        }
        gathering = true;
        waitingBefore = waiting;
        expected = acknowledged;
        until = nowNanos + Math.min(syncNanos, WAIT_NANOS_MAX);
    }

    /** Whether to leave the next sync for later, now that {@code waiting} appends wait for it. */
    boolean goesOn(int waiting, long nowNanos) {
        if (!gathering) {
            return false;
        }
        if (waiting - waitingBefore >= expected) {
            gathering = false;
            skipsAfterMiss = 1;
        } else if (nowNanos - until >= 0) {
            gathering = false;
            missed(waiting);
        }
        return gathering;
    }

    private void missed(int waiting) {
        if (2 * (waiting - waitingBefore) >= expected) {
            skipsAfterMiss = 1;
            return;
        }
        skips = skipsAfterMiss;
        skipsAfterMiss = Math.min(SKIPS_MAX, 2 * skipsAfterMiss);
    }

    /** When the wait that goes on ends at the latest. */
    long until() {
        return until;
    }
}
