package io.rowlock.broker.partition;

import io.rowlock.log.CompactionInput;
import io.rowlock.log.LogFailedException;
import io.rowlock.log.PartitionLog;
import io.rowlock.log.SegmentDeletion;
import io.rowlock.log.SegmentReplacement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a partition's log is being compacted, and what that does to the log. Whoever closes the log waits until it is not: the
 * files belong to the compaction as long. Confined to the partition's owner but for {@link #isStopping}.
 */
final class PartitionCompaction {

    private final List<Runnable> whenOver = new ArrayList<>();
    private @Nullable PartitionLog log;
    private volatile boolean stopping;
    /** How many wait for it to be over, or work beside none. */
    private volatile int pauses;

    /** Begins with {@code open}; null if it must not. {@link #end} must follow. */
    @Nullable
    CompactionInput begin(PartitionLog open) throws LogFailedException {
        if (log != null || isStopping()) {
            return null;
        }
        CompactionInput input = open.captureCompaction();
        log = open;
        return input;
    }

    /** Whether the compaction should end as soon as it can. Any thread. */
    boolean isStopping() {
        return stopping || pauses > 0;
    }

    /** Runs {@code task} when none is under way, and has none begin until {@link #resume}, which must follow. */
    // Only the owner writes it.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void pauseThen(Runnable task) {
        pauses++;
        runWhenOver(task);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    void resume() {
        pauses--;
    }

    /** Has no compaction begin any more, and runs {@code task} when none is under way. */
    void stopThen(Runnable task) {
        stopping = true;
        runWhenOver(task);
    }

    private void runWhenOver(Runnable task) {
        if (log == null) {
            task.run();
        } else {
            whenOver.add(task);
        }
    }

    /** See {@link PartitionLog#beginReplacement}. */
    boolean agree(SegmentReplacement replacement) throws LogFailedException {
        return !isStopping() && current().beginReplacement(replacement);
    }

    /** See {@link PartitionLog#publishReplacement}. */
    void publish(SegmentReplacement replacement) throws LogFailedException {
        current().publishReplacement(replacement);
    }

    /** See {@link PartitionLog#endReplacement}; returns the files that can go. */
    @Nullable
    SegmentDeletion settled() throws LogFailedException {
        current().endReplacement();
        return current().takeDeletion();
    }

    private PartitionLog current() {
        PartitionLog current = log;
        if (current == null) {
            throw new IllegalStateException("no compaction is under way");
        }
        return current;
    }

    /** The compaction is over and touches nothing any more. */
    void end() {
        log = null;
        List<Runnable> waiting = List.copyOf(whenOver);
        whenOver.clear();
        waiting.forEach(Runnable::run);
    }
}
