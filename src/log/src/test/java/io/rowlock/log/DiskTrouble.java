package io.rowlock.log;

import io.rowlock.testkit.DiskEvent;
import io.rowlock.testkit.DiskFaults;
import io.rowlock.testkit.PowerLoss;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import java.time.Duration;
import java.util.Set;

/** What a history's disk does besides dying now and then. */
enum DiskTrouble {
    NONE,
    FAILING,
    FULL,
    FLIPPED_BITS;

    /** After which a log may fail. */
    static final Set<DiskEvent> FAILURES = Set.of(
            DiskEvent.FAILED_WRITE,
            DiskEvent.FAILED_SYNC,
            DiskEvent.FAILED_READ,
            DiskEvent.FAILED_NAME,
            DiskEvent.CRASH_IN_OPERATION);

    private static final Duration LONGEST_STALL = Duration.ofSeconds(30);

    /** Half of the histories have no more trouble than crashes. */
    static DiskTrouble of(long seed) {
        return switch ((int) Math.floorMod(seed, 8L)) {
            case 0, 1 -> FAILING;
            case 2 -> FULL;
            case 3 -> FLIPPED_BITS;
            default -> NONE;
        };
    }

    DiskFaults faults() {
        return this == FAILING
                ? new DiskFaults(10, 10).withFailedReads(3).withFailedNames(3).withStalls(10)
                : DiskFaults.NONE;
    }

    void prepare(SimDisk disk, SimClock clock) {
        disk.setPowerLoss(PowerLoss.WORST);
        disk.stallUpTo(LONGEST_STALL, clock);
    }
}
