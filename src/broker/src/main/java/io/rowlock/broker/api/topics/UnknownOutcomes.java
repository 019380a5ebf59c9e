package io.rowlock.broker.api.topics;

import io.rowlock.ports.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes whose answer from the metadata store was lost, so that it is unknown whether they were made: kept for a while, so
 * that a client that tries again is recognised and not told that its own topic is in its way, or that what it deleted never
 * was. At most {@value #ENTRIES_MAX}, the oldest go first. Thread-safe; written only when the store fails.
 */
final class UnknownOutcomes<V> {

    static final int ENTRIES_MAX = 1_000;

    /** As long as an admin client tries by default (its {@code default.api.timeout.ms}), and a bit. */
    static final Duration KEPT = Duration.ofSeconds(90);

    private record Entry<V>(V value, long untilNanos) {}

    private final Clock clock;
    private final Map<String, Entry<V>> entries = new ConcurrentHashMap<>();

    UnknownOutcomes(Clock clock) {
        this.clock = clock;
    }

    void remember(String name, V value) {
        if (entries.size() >= ENTRIES_MAX) {
            entries.entrySet().stream()
                    .min(Comparator.comparingLong(entry -> entry.getValue().untilNanos() - clock.monotonicNanos()))
                    .ifPresent(oldest -> entries.remove(oldest.getKey(), oldest.getValue()));
        }
        entries.put(name, new Entry<>(value, clock.monotonicNanos() + KEPT.toNanos()));
    }

    @Nullable
    V find(String name) {
        Entry<V> entry = entries.get(name);
        return entry == null || entry.untilNanos() - clock.monotonicNanos() <= 0 ? null : entry.value();
    }

    void forget(String name) {
        entries.remove(name);
    }
}
