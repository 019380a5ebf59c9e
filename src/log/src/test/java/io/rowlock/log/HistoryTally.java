package io.rowlock.log;

import io.rowlock.testkit.DiskEvent;
import io.rowlock.testkit.DiskEvents;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts what happened in histories: a test that finds nothing must show that there was something to find. */
final class HistoryTally {

    private final Map<String, Long> counts = new TreeMap<>();
    private final DiskEvents disk = new DiskEvents();

    void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    void add(HistoryTally other) {
        other.counts.forEach((what, count) -> counts.merge(what, count, Long::sum));
        disk.add(other.disk);
    }

    void add(DiskEvents events) {
        disk.add(events);
    }

    void add(LogModel model) {
        counts.merge("batches left at the end", (long) model.batches.size(), Long::sum);
    }

    long of(String what) {
        return counts.getOrDefault(what, 0L);
    }

    long of(DiskEvent event) {
        return disk.of(event);
    }

    @Override
    public String toString() {
        return counts.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "))
                + "; the disk: " + disk;
    }
}
