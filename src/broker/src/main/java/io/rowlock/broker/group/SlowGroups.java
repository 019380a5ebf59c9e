package io.rowlock.broker.group;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Groups whose statements the store gave up because they took too long: somebody holds a lock on their rows, or there is too
 * much of them. Each is left alone for ten times as long as its try took, so that it costs the others a tenth of the time at
 * most. Confined to the owner.
 */
final class SlowGroups {

    /** So many different ones in a row, and it is the store that is slow. */
    private static final int IN_A_ROW_MAX = 3;

    private static final int PAUSE_FACTOR = 10;
    private static final long PAUSE_MIN_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long PAUSE_MAX_NANOS = Duration.ofMinutes(1).toNanos();

    private final Map<String, Long> untilNanos = new HashMap<>();
    private @Nullable String lastBlamed;
    private int inARow;

    /** Returns false if it is rather the store: then no group is blamed any more. */
    boolean blame(String groupId, long tookNanos, long nowNanos) {
        if (!groupId.equals(lastBlamed)) {
            lastBlamed = groupId;
            inARow++;
        }
        if (inARow >= IN_A_ROW_MAX) {
            storeWorks();
            untilNanos.clear();
            return false;
        }
        forgetPast(nowNanos);
        long pause = Math.max(PAUSE_MIN_NANOS, Math.min(PAUSE_MAX_NANOS, PAUSE_FACTOR * tookNanos));
        untilNanos.put(groupId, nowNanos + pause);
        return true;
    }

    /** The store has done something, so it is not to blame. */
    void storeWorks() {
        inARow = 0;
        lastBlamed = null;
    }

    boolean isLeftAlone(String groupId, long nowNanos) {
        Long until = untilNanos.get(groupId);
        return until != null && until - nowNanos > 0;
    }

    /** How long until one of those may be tried again that are left alone now. */
    Duration nextTry(long nowNanos) {
        forgetPast(nowNanos);
        long next = PAUSE_MAX_NANOS;
        for (long until : untilNanos.values()) {
            next = Math.min(next, until - nowNanos);
        }
        return Duration.ofNanos(next);
    }

    private void forgetPast(long nowNanos) {
        untilNanos.values().removeIf(until -> until - nowNanos <= 0);
    }
}
