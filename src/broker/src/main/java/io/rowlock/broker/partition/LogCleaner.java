package io.rowlock.broker.partition;

import io.rowlock.log.CleanableLog;
import io.rowlock.log.CompactionEndedException;
import io.rowlock.log.CompactionInput;
import io.rowlock.log.CompactionStats;
import io.rowlock.log.LogCompaction;
import io.rowlock.log.SegmentDeletion;
import io.rowlock.log.compaction.CleanableRange;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.log.compaction.KeyHash;
import io.rowlock.log.compaction.OffsetMap;
import io.rowlock.ports.Clock;
import io.rowlock.ports.RandomSource;
import io.rowlock.ports.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compacts the logs of a node, always that with the largest dirty share of those that are due and not set back by a failure.
 * Thread-safe.
 */
public final class LogCleaner implements CompactionJob.Cleaner {

    private static final System.Logger LOG = System.getLogger(LogCleaner.class.getName());

    private final Partitions partitions;
    private final PartitionLogs logs;
    private final FileDeletions files;
    private final Supplier<CleanerSettings> settings;
    private final Clock clock;
    private final Scheduler scheduler;
    private final RandomSource random;
    private final Executor threads;
    private final CleanerThrottle throttle;

    /** What is being compacted. */
    private final Set<PartitionKey> busy = ConcurrentHashMap.newKeySet();

    /** What was compacted further than before, and is still busy. */
    private final Set<PartitionKey> advanced = ConcurrentHashMap.newKeySet();

    private final CleanerSetbacks setbacks;
    /** How many compactions may be under way: each line begins one after the other, and pauses where there is none. */
    private final AtomicInteger lines = new AtomicInteger();

    /** Of lines that pause. */
    private final Set<Object> pauses = ConcurrentHashMap.newKeySet();

    private volatile boolean started;
    private volatile boolean stopped;

    private record Candidate(Partition partition, CleanableRange range) {}

    /**
     * @param files takes segments that left their logs off the disk, late
     * @param settings in force at the moment
     * @param threads as many as the settings say, however many that is
     */
    public LogCleaner(
            Partitions partitions,
            PartitionLogs logs,
            FileDeletions files,
            Supplier<CleanerSettings> settings,
            Clock clock,
            Scheduler scheduler,
            RandomSource random,
            Executor threads) {
        this.partitions = partitions;
        this.logs = logs;
        this.files = files;
        this.settings = settings;
        this.clock = clock;
        this.scheduler = scheduler;
        this.random = random;
        this.threads = threads;
        this.setbacks = new CleanerSetbacks(clock, () -> settings.get().backoff());
        this.throttle = new CleanerThrottle(clock, () -> settings.get().bytesPerSecondMax());
    }

    public void start() {
        started = true;
        addLines();
    }

    /** Follows settings that changed, if it was started: what is being compacted ends under those it began with. */
    public void settingsChanged() {
        if (!started) {
            return;
        }
        setbacks.settingsChanged();
        // Who pauses does so for as long as he is told now.
        for (Object pause : List.copyOf(pauses)) {
            if (pauses.remove(pause)) {
                lookLater();
            }
        }
        addLines();
    }

    private void addLines() {
        int now = lines.get();
        while (now < settings.get().threads()) {
            if (lines.compareAndSet(now, now + 1)) {
                lookLater();
            }
            now = lines.get();
        }
    }

    /** Whether the caller's line is one too many, and ends. */
    private boolean leaves() {
        int now = lines.get();
        while (now > settings.get().threads()) {
            if (lines.compareAndSet(now, now - 1)) {
                return true;
            }
            now = lines.get();
        }
        return false;
    }

    /** Begins no further compaction; those under way end with their partitions. */
    public void stop() {
        stopped = true;
    }

    private void lookLater() {
        // Without any pause an idle node would do nothing but look.
        Duration backoff = settings.get().backoff();
        Object pause = new Object();
        pauses.add(pause);
        scheduler.schedule(backoff.isZero() ? Duration.ofMillis(1) : backoff, () -> {
            if (pauses.remove(pause) && !stopped) {
                threads.execute(this::next);
            }
        });
    }

    /** Begins the next compaction, if there is one to begin. */
    private void next() {
        if (stopped || leaves()) {
            return;
        }
        Candidate candidate = null;
        try {
            candidate = claim();
        } finally {
            // Whatever went wrong, this thread goes on.
            if (candidate == null) {
                lookLater();
            }
        }
        if (candidate != null) {
            new CompactionJob(candidate.partition(), this, threads, scheduler, throttle).start();
        }
    }

    private synchronized @Nullable Candidate claim() {
        if (!setbacks.isEmpty()) {
            setbacks.retain(partitions.all().map(Partition::key).collect(Collectors.toSet()));
        }
        Candidate dirtiest = partitions
                .all()
                .filter(partition -> !busy.contains(partition.key()) && !setbacks.holds(partition.key()))
                .map(this::look)
                .filter(candidate -> candidate != null)
                .max(Comparator.comparingDouble(candidate -> candidate.range().dirtyRatio()))
                .orElse(null);
        if (dirtiest != null) {
            busy.add(dirtiest.partition().key());
        }
        return dirtiest;
    }

    /** Null if the partition's log is not due. */
    private @Nullable Candidate look(Partition partition) {
        CompactionConfig config = partition.settings().compaction();
        PartitionView view = partition.view();
        LogSnapshot log = view.snapshot();
        if (config == null || log == null) {
            return null;
        }
        try {
            CleanableRange range = log.cleanable(
                    logs.cleanedUntil(partition.key()), view.lastStableOffset(), clock.wallMillis(), config);
            return range.isDue(config) ? new Candidate(partition, range) : null;
        } catch (CompactionEndedException e) {
            return null;
        } catch (IOException | RuntimeException | Error e) {
            failed(partition, e);
            return null;
        }
    }

    @Override
    public @Nullable LogCompaction prepare(Partition partition, CompactionInput input) throws IOException {
        CompactionConfig config = partition.settings().compaction();
        LogSnapshot log = partition.view().snapshot();
        if (config == null || log == null) {
            return null;
        }
        CleanableRange range = CleanableLog.range(
                input.view(),
                logs.cleanedUntil(partition.key()),
                log.compactableUntil(partition.view().lastStableOffset()),
                clock.wallMillis(),
                config);
        CleanerSettings now = settings.get();
        OffsetMap offsets = new OffsetMap(
                now.keyBytesPerThread(), now.keyLoadFactor(), new KeyHash(random.nextLong(), random.nextLong()));
        return logs.compaction(input, range, config, offsets, now.bytesPerBuffer());
    }

    @Override
    public void cleaned(Partition partition, LogCompaction compaction) throws IOException {
        if (compaction.cleanedUntil() > logs.cleanedUntil(partition.key())) {
            advanced.add(partition.key());
        }
        logs.noteCleaned(partition.key(), compaction.cleanedUntil());
        setbacks.succeeded(partition.key());
        CompactionStats stats = compaction.stats();
        LOG.log(
                System.Logger.Level.DEBUG,
                "Compacted {0} up to offset {1}: {2} bytes became {3}, {4} records went, {5} stayed",
                partition,
                Long.toString(compaction.cleanedUntil()),
                stats.bytesRead(),
                stats.bytesWritten(),
                stats.recordsRemoved(),
                stats.recordsKept());
    }

    @Override
    public void delete(Partition partition, SegmentDeletion deletion) {
        files.later(
                partition.key(),
                deletion,
                Duration.ofMillis(partition.settings().log().retention().fileDeleteDelayMillis()));
    }

    @Override
    public void failed(Partition partition, Throwable cause) {
        setbacks.failed(partition.key(), cause);
    }

    @Override
    public void over(Partition partition) {
        busy.remove(partition.key());
        if (stopped) {
            return;
        }
        if (advanced.remove(partition.key()) || setbacks.holds(partition.key())) {
            threads.execute(this::next);
        } else {
            // The same log would be the dirtiest again.
            lookLater();
        }
    }
}
