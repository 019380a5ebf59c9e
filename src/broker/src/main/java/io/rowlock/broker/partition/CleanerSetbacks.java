package io.rowlock.broker.partition;

import io.rowlock.log.CorruptLogException;
import io.rowlock.log.UncleanableLogException;
import io.rowlock.ports.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The logs whose last compaction failed, and when each may be tried again: after a pause that doubles each time, so that one
 * that needs what is not there keeps no other waiting, or not before the next start where trying again does not help, unless
 * other settings may. Thread-safe.
 */
final class CleanerSetbacks {

    private static final System.Logger LOG = System.getLogger(CleanerSetbacks.class.getName());

    private static final Duration PAUSE_MIN = Duration.ofSeconds(1);
    private static final Duration PAUSE_MAX = Duration.ofMinutes(10);

    private final Clock clock;
    private final Supplier<Duration> firstPause;
    private final Map<PartitionKey, Setback> setbacks = new ConcurrentHashMap<>();

    /** @param damaged whether the log itself is at fault, so that no setting helps */
    private record Setback(Duration pause, long sinceNanos, boolean forGood, boolean damaged) {}

    /** @param firstPause how long a log waits that failed once; between a second and ten minutes in any case */
    CleanerSetbacks(Clock clock, Supplier<Duration> firstPause) {
        this.clock = clock;
        this.firstPause = firstPause;
    }

    private static Duration bounded(Duration pause) {
        Duration least = pause.compareTo(PAUSE_MIN) < 0 ? PAUSE_MIN : pause;
        return least.compareTo(PAUSE_MAX) < 0 ? least : PAUSE_MAX;
    }

    /** Whether the log must not be tried now. */
    boolean holds(PartitionKey key) {
        Setback setback = setbacks.get(key);
        return setback != null
                && (setback.forGood()
                        || clock.monotonicNanos() - setback.sinceNanos()
                                < setback.pause().toNanos());
    }

    /** Takes note of a failure, and tells of the first in a row. */
    void failed(PartitionKey key, Throwable cause) {
        Setback before = setbacks.get(key);
        boolean forGood = !mayPass(cause);
        boolean damaged = cause instanceof CorruptLogException;
        Duration pause = before == null
                ? bounded(firstPause.get())
                : bounded(before.pause().multipliedBy(2));
        setbacks.put(key, new Setback(pause, clock.monotonicNanos(), forGood, damaged));
        String why = Objects.requireNonNullElse(cause.getMessage(), cause.toString());
        if (forGood) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "Cannot compact partition {0}: {1}. It is served as it is and not compacted again before {2}; the others"
                            + " are.",
                    key,
                    why,
                    damaged ? "the next start" : "the next start or a change of log.cleaner settings");
            LOG.log(System.Logger.Level.DEBUG, "Cause", cause);
        } else {
            LOG.log(
                    before == null ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                    "Cannot compact partition {0} now: {1}. It is served as it is and tried again later; the others are"
                            + " compacted.",
                    key,
                    why);
        }
    }

    /** What the disk or the system refused once it may grant later. Damage stays, and so does a defect. */
    private static boolean mayPass(Throwable cause) {
        return cause instanceof IOException
                && !(cause instanceof CorruptLogException)
                && !(cause instanceof UncleanableLogException);
    }

    /** The log was compacted. */
    void succeeded(PartitionKey key) {
        if (setbacks.remove(key) != null) {
            LOG.log(System.Logger.Level.INFO, "Partition {0} can be compacted again.", key);
        }
    }

    /** Has those tried again that were given up and are not damaged: it may be that they lacked memory, or had too much of it. */
    void settingsChanged() {
        setbacks.values().removeIf(setback -> setback.forGood() && !setback.damaged());
    }

    boolean isEmpty() {
        return setbacks.isEmpty();
    }

    /** Forgets those that are not among {@code keys}. */
    void retain(Set<PartitionKey> keys) {
        setbacks.keySet().retainAll(keys);
    }
}
