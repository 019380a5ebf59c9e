package io.rowlock.testkit;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How often what happened. Not thread-safe. */
public final class DiskEvents {

    private final Map<DiskEvent, Long> counts = new EnumMap<>(DiskEvent.class);

    void happened(DiskEvent event) {
        counts.merge(event, 1L, Long::sum);
    }

    /** Adds the counts of another disk. */
    public void add(DiskEvents others) {
        others.counts.forEach((event, count) -> counts.merge(event, count, Long::sum));
    }

    public long of(DiskEvent event) {
        return counts.getOrDefault(event, 0L);
    }

    DiskEvents copy() {
        DiskEvents copy = new DiskEvents();
        copy.add(this);
        return copy;
    }

    /** One line of what happened at least once. */
    @Override
    public String toString() {
        return counts.entrySet().stream()
                .map(entry -> entry.getKey().name().toLowerCase(Locale.ROOT) + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
