package io.rowlock.broker.partition;

import io.rowlock.log.CompactionEndedException;
import io.rowlock.log.CompactionInput;
import io.rowlock.log.LogCompaction;
import io.rowlock.log.LogFailedException;
import io.rowlock.log.SegmentDeletion;
import io.rowlock.log.SegmentReplacement;
import io.rowlock.ports.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Compacts one partition's log once: what touches the disk on a cleaner's thread, what changes the log on the partition's owner,
 * in turns. It always comes to an end, which whoever closes the partition waits for.
 */
final class CompactionJob {

    /** What the job needs of those that started it, and tells them. */
    interface Cleaner {

        /** Prepares the compaction of what {@code input} shows; null if nothing is to be done any more. */
        @Nullable
        LogCompaction prepare(Partition partition, CompactionInput input) throws IOException;

        /** The log is clean as far as the compaction went. */
        void cleaned(Partition partition, LogCompaction compaction) throws IOException;

        /** Files that nobody needs any more. */
        void delete(Partition partition, SegmentDeletion files);

        /** The compaction failed; the log is as it was. */
        void failed(Partition partition, Throwable cause);

        /** The job is over, in whatever way. */
        void over(Partition partition);
    }

    private static final System.Logger LOG = System.getLogger(CompactionJob.class.getName());

    /** A stop need not wait for longer than this. */
    private static final Duration PAUSE_MAX = Duration.ofMillis(100);

    private final Partition partition;
    private final Cleaner cleaner;
    private final Executor thread;
    private final Scheduler scheduler;
    private final CleanerThrottle throttle;
    private @Nullable LogCompaction compaction;

    /** @param thread runs what blocks, one task of this job at a time */
    CompactionJob(
            Partition partition, Cleaner cleaner, Executor thread, Scheduler scheduler, CleanerThrottle throttle) {
        this.partition = partition;
        this.cleaner = cleaner;
        this.thread = thread;
        this.scheduler = scheduler;
        this.throttle = throttle;
    }

    /** A part of the job that may fail. */
    private interface Part {
        void run() throws IOException;
    }

    void start() {
        partition.owner().execute(partition, () -> {
            CompactionInput input = null;
            try {
                input = begin();
            } finally {
                if (input == null) {
                    cleaner.over(partition);
                }
            }
            CompactionInput begun = input;
            if (begun != null) {
                thread.execute(() -> onThread(() -> prepare(begun)));
            }
        });
    }

    private @Nullable CompactionInput begin() {
        try {
            return partition.beginCompaction();
        } catch (LogFailedException e) {
            // Whoever met the failure has told of it.
            LOG.log(System.Logger.Level.DEBUG, "No compaction of {0}: {1}", partition, e.getMessage());
            return null;
        }
    }

    private void prepare(CompactionInput input) throws IOException {
        LogCompaction prepared = cleaner.prepare(partition, input);
        compaction = prepared;
        if (prepared == null) {
            end();
        } else {
            goOn(prepared);
        }
    }

    private void goOn(LogCompaction current) throws IOException {
        while (!partition.compaction().isStopping()) {
            Duration pause = throttle.pause();
            if (pause.compareTo(Duration.ZERO) > 0) {
                pause(current, pause.compareTo(PAUSE_MAX) < 0 ? pause : PAUSE_MAX);
                return;
            }
            LogCompaction.Step step = current.step(throttle.stepBytes());
            throttle.spend(step.bytes());
            SegmentReplacement replacement = step.replacement();
            if (step.done()) {
                cleaner.cleaned(partition, current);
                break;
            }
            if (replacement != null) {
                replace(current, replacement);
                return;
            }
        }
        end();
    }

    private void pause(LogCompaction current, Duration pause) {
        scheduler.schedule(pause, () -> thread.execute(() -> onThread(() -> goOn(current))));
    }

    private void replace(LogCompaction current, SegmentReplacement replacement) {
        onOwner(() -> {
            boolean agreed = partition.compaction().agree(replacement);
            thread.execute(() -> {
                if (agreed) {
                    onThreadOrFail(() -> commit(current, replacement));
                } else {
                    onThread(() -> {
                        replacement.discard();
                        end();
                    });
                }
            });
        });
    }

    private void commit(LogCompaction current, SegmentReplacement replacement) throws IOException {
        replacement.commit();
        onOwner(() -> {
            partition.publishCompacted(replacement);
            thread.execute(() -> onThreadOrFail(() -> settle(current, replacement)));
        });
    }

    private void settle(LogCompaction current, SegmentReplacement replacement) throws IOException {
        replacement.settle();
        onOwner(() -> {
            SegmentDeletion files = partition.settleCompacted();
            if (files != null) {
                cleaner.delete(partition, files);
            }
            thread.execute(() -> onThread(() -> goOn(current)));
        });
    }

    /** What fails here leaves the log as it is. */
    private void onThread(Part part) {
        try {
            part.run();
        } catch (CompactionEndedException e) {
            LOG.log(System.Logger.Level.DEBUG, "Compaction of {0} ended: {1}", partition, e.getMessage());
            end();
        } catch (IOException | RuntimeException | Error e) {
            // An error too, such as a heap too small for a batch: whoever closes the partition waits for the end.
            try {
                cleaner.failed(partition, e);
            } finally {
                end();
            }
        }
    }

    /** What fails here leaves open which files the log has after a crash. */
    private void onThreadOrFail(Part part) {
        try {
            part.run();
        } catch (IOException | RuntimeException | Error e) {
            onOwner(() -> {
                throw e;
            });
        }
    }

    private void onOwner(Part part) {
        partition.owner().execute(partition, () -> {
            try {
                part.run();
            } catch (LogFailedException e) {
                if (e.outOfSpace() && !partition.compaction().isStopping()) {
                    // The owner is about to take a write back that met a full disk; then the log works again.
                    scheduler.schedule(PAUSE_MAX, () -> onOwner(part));
                    return;
                }
                LOG.log(System.Logger.Level.DEBUG, "Compaction of {0} ended: {1}", partition, e.getMessage());
                thread.execute(this::end);
            } catch (IOException | RuntimeException | Error e) {
                try {
                    partition.fail("cannot put a compacted segment in place", e);
                } finally {
                    thread.execute(this::end);
                }
            }
        });
    }

    private void end() {
        LogCompaction last = compaction;
        compaction = null;
        try {
            if (last != null) {
                last.close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Cannot remove what a compaction of {0} left behind: {1}. The next start does.",
                    partition,
                    e.getMessage());
        } finally {
            partition.owner().execute(partition, this::over);
        }
    }

    private void over() {
        try {
            partition.compaction().end();
        } finally {
            cleaner.over(partition);
        }
    }
}
