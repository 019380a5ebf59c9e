package io.rowlock.log;

import io.rowlock.ports.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Cuts the end off a log, and makes producer state and epochs what is left of them. Confined to the log's owner, with nothing
 * staged; blocks until a cut is durable.
 */
final class LogTruncation {

    private final LogEnvironment environment;
    private final Disk disk;
    private final Path directory;
    private final LogOpening.RecoveryPoints recoveryPoints;
    private final LogContents contents;
    private final SegmentTurnover turnover;
    private final ProducerState producers;
    private final ProducerReplay replay;
    private final SyncState sync;

    LogTruncation(
            LogEnvironment environment,
            Path directory,
            LogOpening.RecoveryPoints recoveryPoints,
            LogContents contents,
            SegmentTurnover turnover,
            ProducerState producers,
            ProducerReplay replay,
            SyncState sync) {
        this.environment = environment;
        this.disk = environment.disk();
        this.directory = directory;
        this.recoveryPoints = recoveryPoints;
        this.contents = contents;
        this.turnover = turnover;
        this.producers = producers;
        this.replay = replay;
        this.sync = sync;
    }

    /** As {@link PartitionLog#truncateTo}, for an offset that the log holds. */
    void cutFrom(long offset, LogConfig config) throws IOException {
        LogCutter cutter = new LogCutter(environment, directory, config);
        LogCutter.CutPoint point = cutter.find(contents.view(), offset);
        // Not only to the cut: indexes below a recovery point are trusted, and the cut segment's are written anew.
        recoveryPoints.lowerTo(point.segmentBaseOffset(), point.offset());
        replay.removeAfter(point.offset());
        contents.takeOver(cutter.cut(contents.view(), point));
        contents.startAt(Math.min(contents.logStartOffset(), contents.nextOffset()));
        finish(contents.epochs().truncateEnd(contents.nextOffset()));
    }

    /** As {@link PartitionLog#truncateFullyAndStartAt}. */
    void startOverAt(long offset, LogConfig config) throws IOException {
        // What left the log must not come back with what a crash in between can leave: any first part of the old log.
        turnover.freeNames();
        recoveryPoints.lowerTo(0, 0);
        replay.removeAfter(-1);
        sync.startOver();
        contents.takeOver(new LogCutter(environment, directory, config).startOver(contents.view(), offset));
        contents.startAt(offset);
        finish(LeaderEpochs.NONE);
    }

    /** As {@link PartitionLog#takeBackFailedWrite()}. */
    void takeBack(List<ActiveSegment> unfinished, LogConfig config) throws IOException {
        LogCutter cutter = new LogCutter(environment, directory, config);
        cutter.removeBegun(unfinished);
        LeaderEpochs before = contents.view().epochs();
        contents.takeOver(cutter.cutAfter(contents.view()));
        finish(before);
    }

    private void finish(LeaderEpochs remaining) throws IOException {
        if (sync.takeMetadataUnsynced()) {
            PartitionMetadata.sync(disk, directory);
        }
        // The file follows with the next sync: until then a start finds in it what the log no longer has, and drops
        // that.
        contents.changeEpochs(remaining);
        contents.publish(contents.view().closed());
        replay.load(contents.view(), producers, environment.clock().wallMillis());
    }
}
