package io.rowlock.broker.simulation;

import java.util.Map;
import java.util.TreeMap;

/** How often what happened. */
final class Tally {
    private final Map<String, Long> counts = new TreeMap<>();

    void count(String what) {
        count(what, 1);
    }

    void count(String what, long times) {
        counts.merge(what, times, Long::sum);
    }

    long of(String what) {
        return counts.getOrDefault(what, 0L);
    }

    void add(Tally other) {
        other.counts.forEach(this::count);
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
