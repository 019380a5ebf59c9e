package io.rowlock.log;

import io.rowlock.log.compaction.CleanableRange;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.log.compaction.KeyHash;
import io.rowlock.log.compaction.OffsetMap;
import java.io.IOException;

/** A compaction of a log, carried out in one thread. */
final class CompactionRun {

    private final PartitionLog log;
    private final LogCompaction compaction;
    private boolean done;
    private boolean ended;

    private CompactionRun(PartitionLog log, LogCompaction compaction) {
        this.log = log;
        this.compaction = compaction;
    }

    /** Cleans from {@code cleanedUntil} on what is durable. */
    static CompactionRun begin(
            LogEnvironment environment, PartitionLog log, long cleanedUntil, CompactionConfig config, long mapBytes)
            throws IOException {
        CompactionInput input = log.captureCompaction();
        CleanableRange range = CleanableLog.range(
                input.view(),
                cleanedUntil,
                log.recoveryPoint(),
                environment.clock().wallMillis(),
                config);
        OffsetMap map =
                new OffsetMap(mapBytes, 0.9, new KeyHash(environment.random().nextLong(), 2));
        return new CompactionRun(log, new LogCompaction(environment, input, range, config, map, 256));
    }

    /** Handles about so many bytes; true if that was all. */
    boolean step(int bytes) throws IOException {
        try {
            LogCompaction.Step step = compaction.step(bytes);
            done = step.done();
            SegmentReplacement replacement = step.replacement();
            if (replacement != null) {
                replace(replacement);
            }
        } catch (CompactionEndedException | UncleanableLogException gone) {
            ended = true;
        }
        if (ended) {
            compaction.close();
        }
        return done || ended;
    }

    private void replace(SegmentReplacement replacement) throws IOException {
        if (!log.beginReplacement(replacement)) {
            replacement.discard();
            ended = true;
            return;
        }
        replacement.commit();
        log.publishReplacement(replacement);
        replacement.settle();
        log.endReplacement();
    }

    void runToEnd() throws IOException {
        while (!step(1000)) {
            // On to the next batches.
        }
    }

    /** Whether it ended because segments left the log, or the map of keys was too small for one batch. */
    boolean ended() {
        return ended;
    }

    long cleanedUntil() {
        return compaction.cleanedUntil();
    }

    CompactionStats stats() {
        return compaction.stats();
    }
}
