package io.rowlock.broker.partition;

import io.rowlock.ports.Clock;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Says in the log every five seconds how many of the partitions that are to be opened are open, for as long as that takes: a
 * start with many of them, or after a crash, is no start that hangs. Thread-safe.
 */
public final class OpeningProgress {

    static final Duration INTERVAL = Duration.ofSeconds(5);

    private static final System.Logger LOG = System.getLogger(OpeningProgress.class.getName());
    private static final double MEGABYTE = 1e6;

    private final Clock clock;
    private final Scheduler scheduler;
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong scannedBytes = new AtomicLong();

    /** Where the present wave of openings began. Confined to {@link #round()}, like all that follows. */
    private long openedBefore;

    private long scannedBytesBefore;
    private long beganNanos;
    private boolean told;
    private volatile boolean stopped;

    public OpeningProgress(Clock clock, Scheduler scheduler) {
        this.clock = clock;
        this.scheduler = scheduler;
        this.beganNanos = clock.monotonicNanos();
    }

    public void start() {
        scheduler.schedule(INTERVAL, this::round);
    }

    /** Says no more. */
    public void stop() {
        stopped = true;
    }

    /** One more is to be opened. */
    void asked() {
        asked.incrementAndGet();
    }

    /** One is open, or cannot be opened. */
    void opened(long bytes) {
        scannedBytes.addAndGet(bytes);
        opened.incrementAndGet();
    }

    private void round() {
        if (stopped) {
            return;
        }
        String line = next();
        if (line != null) {
            LOG.log(System.Logger.Level.INFO, line);
        }
        start();
    }

    /** What is to be said now, or null. */
    @Nullable
    String next() {
        long now = clock.monotonicNanos();
        long done = opened.get();
        long all = asked.get();
        if (done == all && !told) {
            openedBefore = done;
            scannedBytesBefore = scannedBytes.get();
            beganNanos = now;
            return null;
        }
        told = done < all;
        return String.format(
                "Opened %,d of %,d partitions in %d s, %,.1f MB of batches looked at",
                done - openedBefore,
                all - openedBefore,
                Duration.ofNanos(now - beganNanos).toSeconds(),
                (scannedBytes.get() - scannedBytesBefore) / MEGABYTE);
    }
}
