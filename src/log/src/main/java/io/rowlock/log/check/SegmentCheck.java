package io.rowlock.log.check;

import io.rowlock.log.LogFormats;
import io.rowlock.ports.Disk;
import io.rowlock.ports.DiskFile;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Walks one segment with its indexes. For one thread. */
final class SegmentCheck {

    private static final String RESTORE =
            "take a copy of the directory; restore it from a replica or a backup, or cut the"
                    + " file at this position, which gives up everything after it";
    private static final String REBUILD = "delete this file while the node is stopped: the next start makes it anew";

    private final Disk disk;
    private final Path directory;
    private final long baseOffset;
    /** Where the next segment begins. */
    private final long nextBaseOffset;

    /** Offsets below it were synced, with their index entries. */
    private final long syncedOffset;

    private final LogFormats.@Nullable Epochs epochs;

    private final List<Finding> findings = new ArrayList<>();
    private long firstOffset = -1;
    private long endOffset;
    private long batches;
    private long records;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private int latestEpoch = -1;
    private boolean epochMismatchTold;

    /** @param nextBaseOffset {@link Long#MAX_VALUE} for the last segment */
    SegmentCheck(
            Disk disk,
            Path directory,
            long baseOffset,
            long nextBaseOffset,
            long syncedOffset,
            LogFormats.@Nullable Epochs epochs) {
        this.disk = disk;
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.nextBaseOffset = nextBaseOffset;
        this.syncedOffset = syncedOffset;
        this.epochs = epochs;
        this.endOffset = baseOffset;
    }

    /** What was found, and what of it a person should know. */
    record Result(SegmentReport report, List<Finding> findings) {}

    Result run() {
        Path log = LogFormats.file(directory, baseOffset, LogFormats.LOG);
        IndexCheck.Offsets index = new IndexCheck.Offsets(content(LogFormats.INDEX), baseOffset);
        IndexCheck.Times times = new IndexCheck.Times(content(LogFormats.TIME_INDEX), baseOffset);
        long size = 0;
        try (DiskFile file = disk.openForRead(log)) {
            size = file.size();
            walk(log, new SegmentWalk(file, size, baseOffset, nextBaseOffset), index, times);
            index.end();
            times.end();
            judge(LogFormats.INDEX, index);
            judge(LogFormats.TIME_INDEX, times);
            judgeLastTimestamp(times);
        } catch (IOException e) {
            findings.add(Finding.damage(
                    log, -1, endOffset, "it cannot be read: " + e.getMessage(), "check the disk; " + RESTORE));
        }
        return new Result(
                new SegmentReport(
                        baseOffset,
                        size,
                        firstOffset,
                        endOffset,
                        batches,
                        records,
                        maxTimestamp,
                        latestEpoch,
                        index.good(),
                        times.good()),
                findings);
    }

    private boolean isLast() {
        return nextBaseOffset == Long.MAX_VALUE;
    }

    private byte[] content(String suffix) {
        Path file = LogFormats.file(directory, baseOffset, suffix);
        try {
            return disk.readAll(file);
        } catch (NoSuchFileException e) {
            findings.add(Finding.note(file, -1, -1, "it is missing; the next start makes it anew"));
        } catch (IOException e) {
            findings.add(Finding.damage(file, -1, -1, "it cannot be read: " + e.getMessage(), REBUILD));
        }
        return new byte[0];
    }

    private void walk(Path log, SegmentWalk walk, IndexCheck index, IndexCheck times) throws IOException {
        while (!walk.atEnd()) {
            long position = walk.position();
            RecordBatch batch = walk.next();
            if (batch != null) {
                take(log, batch, position);
                index.batch(batch, position);
                times.batch(batch, position);
            } else {
                report(log, walk, position);
            }
        }
    }

    private void take(Path log, RecordBatch batch, long position) {
        if (batches == 0) {
            firstOffset = batch.baseOffset();
        }
        batches++;
        records += batch.count();
        endOffset = batch.nextOffset();
        maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
        latestEpoch = batch.partitionLeaderEpoch();
        if (epochs != null
                && !epochMismatchTold
                && batch.lastOffset() < syncedOffset
                && latestEpoch >= 0
                && epochs.epochOf(batch.baseOffset()) != latestEpoch) {
            epochMismatchTold = true;
            findings.add(Finding.damage(
                    directory.resolve(LogFormats.EPOCHS),
                    -1,
                    batch.baseOffset(),
                    "it says that offset " + batch.baseOffset() + " is of leader epoch "
                            + epochs.epochOf(batch.baseOffset()) + ", and the batch at position " + position + " of "
                            + log.getFileName() + " says " + latestEpoch,
                    REBUILD));
        }
    }

    private void report(Path log, SegmentWalk walk, long position) throws IOException {
        long expected = walk.expectedOffset();
        String problem = walk.problem();
        boolean followed = walk.skipToNextBatch();
        long bytes = walk.position() - position;
        if (followed) {
            findings.add(Finding.damage(
                    log,
                    position,
                    expected,
                    problem + "; the next whole batch follows after " + bytes + " bytes",
                    RESTORE));
        } else if (expected < syncedOffset || !isLast()) {
            findings.add(Finding.damage(
                    log, position, expected, problem + "; no whole batch is in the last " + bytes + " bytes", RESTORE));
        } else {
            findings.add(Finding.note(
                    log,
                    position,
                    expected,
                    problem + ": a tail of " + bytes + " bytes, never synced, which the next start cuts off"));
        }
    }

    private void judge(String suffix, IndexCheck index) {
        String problem = index.problem();
        if (problem == null) {
            return;
        }
        Path file = LogFormats.file(directory, baseOffset, suffix);
        long offset = index.offset();
        findings.add(
                offset < syncedOffset
                        ? Finding.damage(file, index.position(), offset, problem, REBUILD)
                        : Finding.note(
                                file, index.position(), offset, problem + "; the next start makes it anew from there"));
    }

    private void judgeLastTimestamp(IndexCheck.Times times) {
        if (!isLast() && times.problem() == null && times.lastTimestamp() < maxTimestamp) {
            Path file = LogFormats.file(directory, baseOffset, LogFormats.TIME_INDEX);
            String problem =
                    "it ends with timestamp " + times.lastTimestamp() + ", and the batches reach " + maxTimestamp;
            findings.add(
                    endOffset <= syncedOffset
                            ? Finding.damage(file, times.position(), endOffset, problem, REBUILD)
                            : Finding.note(
                                    file, times.position(), endOffset, problem + "; the next start makes it anew"));
        }
    }
}
