package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a sync was to cover is covered by the next one if a truncation came beside it. */
class SyncBesideTruncationTest {

    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final UUID TOPIC = new UUID(7, 8);
    private static final LogConfig CONFIG = new LogConfig(1 << 20, 1_000_000, 0, 0, 1 << 20, TimestampType.CREATE_TIME);

    private final SimDisk disk = new SimDisk(1);
    private final LogEnvironment environment = new LogEnvironment(disk, new SimClock(), new SimRandom(1));

    @Test
    void leaderEpochsAreWrittenWithTheNextSync() throws IOException {
        LogDirectory directory = LogDirectory.open(environment, Path.of("/data"));
        PartitionLog log = open(directory);
        log.assignEpochStart(1, 0);
        append(log, 1, 10);
        SyncRequest first = checkpoint(log);
        log.completeSync(first, run(first));
        log.assignEpochStart(2, 10);
        append(log, 2, 10);
        log.roll();
        append(log, 2, 1);
        SyncRequest beside = checkpoint(log);
        log.truncateTo(15);
        log.completeSync(beside, run(beside));
        assertThat(log.view().epochOf(12)).isEqualTo(2);
        append(log, 2, 5);
        log.roll();
        append(log, 2, 1);
        SyncRequest next = checkpoint(log);
        log.completeSync(next, run(next));
        directory.writeCheckpoints(Map.of(PARTITION, LogDirectory.Checkpoint.of(log, 0)));
        disk.killProcess();
        PartitionLog again = open(LogDirectory.open(environment, Path.of("/data")));
        assertThat(again.view().epochOf(12)).isEqualTo(2);
    }

    @Test
    void aCheckpointFromBeforeACutIsNotWrittenAfterIt() throws IOException {
        LogDirectory directory = LogDirectory.open(environment, Path.of("/data"));
        PartitionLog log = open(directory);
        append(log, 1, 10);
        SyncRequest request = checkpoint(log);
        log.completeSync(request, run(request));
        LogDirectory.Checkpoint before = LogDirectory.Checkpoint.of(log, 9);
        directory.writeCheckpoints(Map.of(PARTITION, before));
        assertThat(directory.highWatermark(PARTITION)).isEqualTo(9);
        log.truncateTo(4);
        assertThat(directory.highWatermark(PARTITION)).isEqualTo(4);
        directory.writeCheckpoints(Map.of(PARTITION, before));
        assertThat(directory.highWatermark(PARTITION)).isEqualTo(4);
        log.truncateFullyAndStartAt(2);
        assertThat(directory.highWatermark(PARTITION)).isZero();
        directory.writeCheckpoints(Map.of(PARTITION, LogDirectory.Checkpoint.of(log, 2)));
        assertThat(directory.highWatermark(PARTITION)).isEqualTo(2);
    }

    @Test
    void closedSegmentsThatAreStillThereAreSyncedWithTheNextSync() throws IOException {
        LogDirectory directory = LogDirectory.open(environment, Path.of("/data"));
        PartitionLog log = open(directory);
        for (int i = 0; i < 3; i++) {
            append(log, 1, 5);
            log.roll();
        }
        SyncRequest beside = checkpoint(log);
        log.truncateTo(8);
        // It came to nothing: the first file that it looked for was one that the truncation took away.
        log.completeSync(beside, new NoSuchFileException("gone"));
        assertThat(log.durableEndOffset()).isZero();
        assertThat(log.isBroken()).as("which says nothing of the disk").isFalse();
        SyncRequest next = checkpoint(log);
        log.completeSync(next, run(next));
        assertThat(log.durableEndOffset()).isEqualTo(8);
        directory.writeCheckpoints(Map.of(PARTITION, LogDirectory.Checkpoint.of(log, 0)));
        disk.losePower();
        PartitionLog again = open(LogDirectory.open(environment, Path.of("/data")));
        assertThat(again.view().logEndOffset()).isEqualTo(8);
        assertThat(again.view().epochOf(7)).isEqualTo(1);
    }

    /** Their files are not there: the log would fail. */
    @Test
    void segmentsThatAreGoneAreNotSyncedAgain() throws IOException {
        PartitionLog log = open(LogDirectory.open(environment, Path.of("/data")));
        for (int i = 0; i < 3; i++) {
            append(log, 1, 5);
            log.roll();
        }
        SyncRequest beside = checkpoint(log);
        log.truncateFullyAndStartAt(40);
        log.completeSync(beside, run(beside));
        SyncRequest next = checkpoint(log);
        assertThat(run(next)).isNull();
        log.completeSync(next, null);
        assertThat(log.captureSync()).isNull();
    }

    private PartitionLog open(LogDirectory directory) throws IOException {
        return directory.openLog(PARTITION, TOPIC, CONFIG, ProducerStateConfig.DEFAULT);
    }

    private static void append(PartitionLog log, int epoch, int records) throws IOException {
        for (int i = 0; i < records; i++) {
            log.stage(Batches.plain(1, 1), epoch, AppendOrigin.CLIENT);
        }
        log.write();
    }

    private static SyncRequest checkpoint(PartitionLog log) throws IOException {
        return Objects.requireNonNull(log.captureCheckpoint());
    }

    private static @Nullable IOException run(SyncRequest request) {
        try {
            request.run();
            return null;
        } catch (IOException e) {
            return e;
        }
    }
}
