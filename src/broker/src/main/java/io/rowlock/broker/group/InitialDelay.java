package io.rowlock.broker.group;

import java.time.Duration;

/**
 * The wait of a group that was empty: for as long as members keep coming within a delay it waits for another one, but no
 * longer than the first of them gave it.
 */
final class InitialDelay {

    private final long delayNanos;
    private final long latestEndNanos;
    private boolean memberCame;

    InitialDelay(long nowNanos, Duration delay, Duration rebalanceTimeout) {
        delayNanos = delay.toNanos();
        latestEndNanos = nowNanos + Math.max(delayNanos, rebalanceTimeout.toNanos());
    }

    void memberCame() {
        memberCame = true;
    }

    /** When it is over; unless somebody came meanwhile, {@code nowNanos}. */
    long endNanos(long nowNanos) {
        if (!memberCame) {
            return nowNanos;
        }
        memberCame = false;
        return Math.min(nowNanos + delayNanos, Math.max(latestEndNanos, nowNanos));
    }
}
