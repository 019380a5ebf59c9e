package io.rowlock.broker.partition;

import io.rowlock.ports.Clock;
import io.rowlock.ports.Disk;
import io.rowlock.ports.Scheduler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a part of the disk free of records, for everything else that must go on being written: indexes, checkpoints, what
 * compaction makes before it deletes, and a PostgreSQL below the same directory. A look at the disk says how much may be
 * appended until the next one; appends count against that without asking the system. Thread-safe.
 */
public final class DiskReserve {

    static final Duration LOOK_INTERVAL = Duration.ofMillis(250);

    private static final System.Logger LOG = System.getLogger(DiskReserve.class.getName());

    /** Produce comes back only when there is this much more than the reserve, so that it does not come and go. */
    private static final int MARGIN_DIVISOR = 10;

    private static final long MARGIN_MIN_BYTES = 1 << 20;

    private static final Duration FULL_LINES_PERIOD = Duration.ofMinutes(1);

    private final Disk disk;
    private final Path directory;
    private final long reserveBytes;
    private final Clock clock;
    private final Scheduler scheduler;
    private final Executor watcher;

    /** All that was admitted so far, and of that what was written or given up: a look at the disk sees it. */
    private final AtomicLong admittedBytes = new AtomicLong();

    private final AtomicLong settledBytes = new AtomicLong();
    private final AtomicLong largestRefused = new AtomicLong();
    private final AtomicBoolean lookRequested = new AtomicBoolean();
    private final AtomicLong fullLineNanos;

    /** Up to where {@link #admittedBytes} may grow, and from where on it is time to look again. */
    private volatile long limit;

    private volatile long lookAgain;
    private volatile boolean isShort;
    private volatile String refusal = "";
    private volatile boolean stopped;
    private boolean unknown;

    /**
     * @param directory whose file system is watched
     * @param reserveBytes what appends leave free
     * @param watcher looks at the disk, which may block; a thread that nothing else holds up
     */
    public DiskReserve(
            Disk disk, Path directory, long reserveBytes, Clock clock, Scheduler scheduler, Executor watcher) {
        this.disk = disk;
        this.directory = directory;
        this.reserveBytes = reserveBytes;
        this.clock = clock;
        this.scheduler = scheduler;
        this.watcher = watcher;
        this.fullLineNanos = new AtomicLong(clock.monotonicNanos() - FULL_LINES_PERIOD.toNanos());
    }

    /** Looks at once, which may block, and from now on from time to time. */
    public void start() {
        look();
        lookLater();
    }

    /** Looks no more. */
    public void stop() {
        stopped = true;
    }

    /** What to tell a client that wants more of the disk while there is less than the reserve; null while there is not. */
    public @Nullable String shortage() {
        return isShort ? refusal : null;
    }

    /** What to tell a producer that is not {@link #admits admitted}. */
    String refusal() {
        return refusal;
    }

    /** Whether {@code bytes} more may be appended. What is admitted must be {@link #settled} once, however it ends. */
    boolean admits(long bytes) {
        long total = admittedBytes.addAndGet(bytes);
        if (total <= limit) {
            if (total > lookAgain) {
                lookSoon();
            }
            return true;
        }
        admittedBytes.addAndGet(-bytes);
        largestRefused.accumulateAndGet(bytes, Math::max);
        if (!isShort) {
            lookSoon();
        }
        return false;
    }

    /** Of what was admitted {@code bytes} are written, or will not be. */
    void settled(long bytes) {
        settledBytes.addAndGet(bytes);
    }

    /** A write met a full disk: somebody else fills it, faster than the looks follow. */
    void ranOut(PartitionKey partition) {
        long last = fullLineNanos.get();
        long now = clock.monotonicNanos();
        if (now - last >= FULL_LINES_PERIOD.toNanos() && fullLineNanos.compareAndSet(last, now)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The disk of {0} was full in the middle of a write to partition {1}. What was written of it is taken"
                            + " back, nothing acknowledged is lost, and it is tried again when producers do. This line"
                            + " comes once a minute at most.",
                    directory,
                    partition);
        }
        lookSoon();
    }

    private void lookLater() {
        scheduler.schedule(LOOK_INTERVAL, () -> {
            if (!stopped) {
                watcher.execute(() -> {
                    look();
                    lookLater();
                });
            }
        });
    }

    private void lookSoon() {
        if (!stopped && lookRequested.compareAndSet(false, true)) {
            watcher.execute(this::look);
        }
    }

    private synchronized void look() {
        lookRequested.set(false);
        // Before the look: what is settled during it counts twice rather than not at all.
        long settled = settledBytes.get();
        long wanted = largestRefused.getAndSet(0);
        long free;
        try {
            free = disk.usableBytes(directory);
        } catch (IOException e) {
            // The last look holds: appends go on up to its limit and no further.
            if (!unknown) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "Cannot tell how much of the disk of {0} is free: {1}",
                        directory,
                        e);
            }
            unknown = true;
            return;
        }
        unknown = false;
        long room = free - reserveBytes;
        boolean nowShort = isShort ? room < margin() : room < Math.max(1, wanted);
        refusal = nowShort ? describe(free) : "the disk of the node has no room for as many bytes";
        limit = nowShort ? Long.MIN_VALUE : settled + Math.min(room, Long.MAX_VALUE / 2);
        lookAgain = nowShort ? Long.MIN_VALUE : settled + Math.min(room, Long.MAX_VALUE / 2) / 2;
        if (nowShort != isShort) {
            isShort = nowShort;
            report(free);
        }
    }

    private long margin() {
        return Math.max(MARGIN_MIN_BYTES, reserveBytes / MARGIN_DIVISOR);
    }

    private String describe(long free) {
        return "the disk of the node has " + mebibytes(free) + " left, and " + mebibytes(reserveBytes)
                + " are kept in reserve";
    }

    private void report(long free) {
        if (isShort) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The disk of {0} has {1} left, and {2} are kept in reserve (rowlock.log.disk-reserve): produce and new"
                            + " topics are refused until {3} are free. Delete records or topics, or add space.",
                    directory,
                    mebibytes(free),
                    mebibytes(reserveBytes),
                    mebibytes(reserveBytes + margin()));
        } else {
            LOG.log(
                    System.Logger.Level.INFO,
                    "The disk of {0} has {1} left again: produce is served.",
                    directory,
                    mebibytes(free));
        }
    }

    private static String mebibytes(long bytes) {
        long whole = bytes >> 20;
        long tenths = ((bytes - (whole << 20)) * 10) >> 20;
        return whole + "." + tenths + " MiB";
    }
}
