package io.rowlock.systemtest;

import java.util.HashMap;
import java.util.Map;

/** For how long something that goes on all the time did not, of several such things. Thread-safe. */
final class Silences {
    private final Map<String, Long> lastHeard = new HashMap<>();
    private final Map<String, Long> longest = new HashMap<>();

    /** It goes on. */
    synchronized void heard(String what) {
        long now = System.nanoTime();
        Long before = lastHeard.put(what, now);
        if (before != null) {
            longest.merge(what, now - before, Math::max);
        }
    }

    /** Forgets the silences until now, but not when each was heard last. */
    synchronized void restart() {
        longest.clear();
    }

    /** The longest since the last {@link #restart} of all whose name begins so, in milliseconds. */
    synchronized long longestMillis(String prefix) {
        return longest.entrySet().stream()
                        .filter(silence -> silence.getKey().startsWith(prefix))
                        .mapToLong(Map.Entry::getValue)
                        .max()
                        .orElse(0)
                / 1_000_000;
    }
}
