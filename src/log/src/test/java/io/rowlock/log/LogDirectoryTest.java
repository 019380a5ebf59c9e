package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.log.LogDirectory.Checkpoint;
import io.rowlock.ports.DiskFullException;
import io.rowlock.ports.RealDisk;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoryTest {

    private static final Path ROOT = Path.of("/var/data");
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final UUID TOPIC = new UUID(1, 2);

    private final SimDisk disk = new SimDisk(1);
    private final LogEnvironment environment = new LogEnvironment(disk, new SimClock(), new SimRandom(2));

    @Test
    void keepsItsIdAndExcludesOthers() throws IOException {
        LogDirectory directory = LogDirectory.open(environment, ROOT);
        assertThatThrownBy(() -> LogDirectory.open(environment, ROOT))
                .isInstanceOf(DirectoryLockedException.class)
                .hasMessageContaining("/var/data");
        UUID id = directory.id();
        directory.close();
        disk.losePower();
        try (LogDirectory again = LogDirectory.open(environment, ROOT)) {
            assertThat(again.id()).isEqualTo(id);
            assertThat(again.cleanShutdownEpoch()).isEmpty();
        }
        disk.replace(ROOT.resolve("meta.properties"), new byte[] {'x'});
        assertThatThrownBy(() -> LogDirectory.open(environment, ROOT)).isInstanceOf(CorruptLogException.class);
        disk.deleteIfExists(ROOT.resolve("meta.properties"));
        LogDirectory.open(environment, ROOT).close();
    }

    @Test
    void theMarkOfACleanShutdownCountsOnce() throws IOException {
        LogDirectory directory = LogDirectory.open(environment, ROOT);
        directory.markCleanShutdown(17);
        directory.close();
        LogDirectory second = LogDirectory.open(environment, ROOT);
        assertThat(second.cleanShutdownEpoch()).hasValue(17);
        second.close();
        disk.losePower();
        try (LogDirectory third = LogDirectory.open(environment, ROOT)) {
            assertThat(third.cleanShutdownEpoch()).isEmpty();
        }
    }

    @Test
    void aPowerLossIsRememberedUntilTheClusterKnows() throws IOException {
        openAndExpectLoss(false).close();
        disk.killProcess();
        openAndExpectLoss(false).close();
        disk.losePower();
        openAndExpectLoss(true).close();
        disk.killProcess();
        LogDirectory told = openAndExpectLoss(true);
        told.noteLossTold();
        disk.killProcess();
        openAndExpectLoss(false).close();
    }

    @Test
    void aCleanStopLosesNothingAlsoIfTheNextStartFails() throws IOException {
        LogDirectory directory = openAndExpectLoss(false);
        directory.markCleanShutdown(17);
        directory.close();
        disk.losePower();
        openAndExpectLoss(false).close();
        disk.killProcess();
        openAndExpectLoss(false).close();
    }

    private LogDirectory openAndExpectLoss(boolean expected) throws IOException {
        LogDirectory directory = LogDirectory.open(environment, ROOT);
        assertThat(directory.unsyncedMayBeLost()).isEqualTo(expected);
        return directory;
    }

    @Test
    void lowersCheckpointsOnlyDownwards() throws IOException {
        TopicPartition other = new TopicPartition("t", 1);
        try (LogDirectory directory = LogDirectory.open(environment, ROOT)) {
            directory.writeCheckpoints(
                    Map.of(PARTITION, new Checkpoint(100, 50, 0, 0), other, new Checkpoint(10, 5, 0, 0)));
            directory.lower(Map.of(PARTITION, 70L, other, 20L));
            assertThat(CheckpointFile.read(disk, ROOT.resolve("recovery-point-offset-checkpoint")))
                    .isEqualTo(Map.of(PARTITION, 70L, other, 10L));
            assertThat(CheckpointFile.read(disk, ROOT.resolve("log-start-offset-checkpoint")))
                    .isEqualTo(Map.of(PARTITION, 50L, other, 5L));
            directory.lower(Map.of(PARTITION, 3L));
            assertThat(CheckpointFile.read(disk, ROOT.resolve("log-start-offset-checkpoint")))
                    .isEqualTo(Map.of(PARTITION, 3L, other, 5L));
        }
    }

    @Test
    void listsPartitionsAndPurgesWhatIsDeleted() throws IOException {
        try (LogDirectory directory = LogDirectory.open(environment, ROOT)) {
            PartitionLog log = open(directory);
            log.stage(Batches.plain(3, 1), 1, AppendOrigin.CLIENT);
            log.write();
            disk.createDirectories(ROOT.resolve("lost+found"));
            assertThat(directory.partitions()).isEqualTo(Map.of(PARTITION, TOPIC));

            log.close(false);
            directory.delete(PARTITION);
            assertThat(directory.partitions()).isEmpty();
            assertThat(disk.list(ROOT)).noneMatch(name -> name.startsWith("t-0"));
            assertThatThrownBy(() -> log.stage(Batches.plain(1, 1), 1, AppendOrigin.CLIENT))
                    .isInstanceOf(LogFailedException.class);
            PartitionLog recreated =
                    directory.openLog(PARTITION, new UUID(3, 4), LogConfig.DEFAULT, ProducerStateConfig.DEFAULT);
            assertThat(recreated.view().logEndOffset()).isZero();
            recreated.close(false);
            directory.delete(new TopicPartition("never-there", 0));
        }
        // As a crash leaves it that comes between renaming a directory and removing it.
        disk.move(ROOT.resolve("t-0"), ROOT.resolve("t-0.0123456789abcdef-delete"));
        LogDirectory.open(environment, ROOT).close();
        assertThat(disk.list(ROOT)).noneMatch(name -> name.endsWith("-delete"));
    }

    /** Whether the node goes on or dies between: deleting writes no checkpoints, which are those of all partitions. */
    @Test
    void tellsWhatFilesHoldOfALogThatIsNotOpen() throws IOException {
        try (LogDirectory directory = LogDirectory.open(environment, ROOT)) {
            assertThat(directory.bytesOnDisk(PARTITION)).isZero();
            PartitionLog log = open(directory);
            log.stage(Batches.plain(3, 1), 1, AppendOrigin.CLIENT);
            log.write();
            log.roll();
            log.stage(Batches.plain(5, 1), 1, AppendOrigin.CLIENT);
            log.write();
            assertThat(directory.bytesOnDisk(PARTITION)).isEqualTo(log.view().sizeInBytes());
            log.close(false);
        }
    }

    @Test
    void whatIsPutAsideOrDeletedHasANameThatFileSystemsTake(@TempDir Path real) throws IOException {
        LogEnvironment onDisk = new LogEnvironment(new RealDisk(), new SimClock(), new SimRandom(3));
        TopicPartition longest = new TopicPartition("x".repeat(249), 99_999);
        try (LogDirectory directory = LogDirectory.open(onDisk, real)) {
            for (int round = 0; round < 2; round++) {
                UUID topic = new UUID(9, round);
                directory
                        .openLog(longest, topic, LogConfig.DEFAULT, ProducerStateConfig.DEFAULT)
                        .close(false);
                if (round == 0) {
                    Path aside = directory.setAside(longest);
                    assertThat(aside).exists();
                    assertThat(String.valueOf(aside.getFileName())).hasSize(255).endsWith("-stray");
                } else {
                    directory.delete(longest);
                }
            }
            assertThat(directory.partitions()).isEmpty();
            assertThat(onDisk.disk().list(real))
                    .filteredOn(name -> name.startsWith("x"))
                    .hasSize(1);
        }
    }

    @Test
    void aDeletedPartitionLeavesNoCheckpointToTheNextOfItsName() throws IOException {
        for (boolean dies : new boolean[] {false, true}) {
            LogDirectory directory = LogDirectory.open(environment, ROOT);
            open(directory).close(false);
            directory.writeCheckpoints(Map.of(PARTITION, new Checkpoint(0, 70, 0, 0)));
            byte[] before = disk.readAll(ROOT.resolve("log-start-offset-checkpoint"));
            directory.delete(PARTITION);
            assertThat(disk.readAll(ROOT.resolve("log-start-offset-checkpoint")))
                    .isEqualTo(before);
            if (dies) {
                disk.killProcess();
                directory = LogDirectory.open(environment, ROOT);
            }
            PartitionLog next = open(directory, new UUID(5, dies ? 6 : 7));
            assertThat(next.view().logStartOffset()).isZero();
            disk.killProcess();
            directory = LogDirectory.open(environment, ROOT);
            PartitionLog again = open(directory, new UUID(5, dies ? 6 : 7));
            assertThat(again.view().logStartOffset()).isZero();
            again.close(false);
            directory.delete(PARTITION);
            directory.close();
        }
    }

    @Test
    void aRecreatedTopicDoesNotInheritTheRecoveryPoint() throws IOException {
        LogDirectory directory = LogDirectory.open(environment, ROOT);
        PartitionLog log = open(directory);
        log.stage(Batches.plain(30, 1), 1, AppendOrigin.CLIENT);
        log.write();
        directory.writeCheckpoints(Map.of(PARTITION, new Checkpoint(30, 10, 0, 0)));
        log.close(false);
        directory.delete(PARTITION);
        open(directory, new UUID(5, 6));
        disk.killProcess();
        try (LogDirectory again = LogDirectory.open(environment, ROOT)) {
            PartitionLog reopened = open(again, new UUID(5, 6));
            assertThat(reopened.view().logStartOffset()).isZero();
            assertThat(reopened.view().logEndOffset()).isZero();
        }
    }

    @Test
    void recordsAreDeletedOnADiskWithoutASingleByteLeft() throws IOException {
        LogDirectory directory = LogDirectory.open(environment, ROOT);
        PartitionLog log = open(directory);
        log.stage(Batches.plain(1, 1), 1, AppendOrigin.CLIENT);
        log.write();
        log.roll();
        SyncRequest request = Objects.requireNonNull(log.captureCheckpoint());
        request.run();
        log.completeSync(request, null);
        disk.setCapacity(disk.usedBytes());
        directory.raiseLogStarts(Map.of(PARTITION, 1L));
        log.dropSegmentsBefore(1);
        assertThat(Objects.requireNonNull(log.takeDeletion()).run()).isTrue();
        disk.losePower();
        assertThat(open(LogDirectory.open(environment, ROOT)).view().logStartOffset())
                .isEqualTo(1);
    }

    @Test
    void spareSpaceIsGivenUpOnceAndMadeAgainWhenThereIsRoom() throws IOException {
        LogDirectory directory = LogDirectory.open(environment, ROOT);
        Path spare = ROOT.resolve(SpareSpace.FILE);
        assertThat(disk.readAll(spare)).hasSize(SpareSpace.STEP_BYTES);
        disk.setCapacity(disk.usedBytes());
        directory.raiseLogStarts(Map.of(PARTITION, 1L));
        assertThat(disk.exists(spare)).isFalse();
        disk.setCapacity(disk.usedBytes());
        assertThatThrownBy(() -> directory.raiseLogStarts(Map.of(PARTITION, 2L)))
                .isInstanceOf(DiskFullException.class);

        disk.setCapacity(disk.usedBytes() + SpareSpace.STEP_BYTES / 2);
        open(directory);
        directory.writeCheckpoints(Map.of(PARTITION, new Checkpoint(5, 2, 0, 0)));
        assertThat(disk.exists(spare)).as("half of it is left to others").isFalse();
        disk.setCapacity(Long.MAX_VALUE);
        directory.writeCheckpoints(Map.of(PARTITION, new Checkpoint(5, 2, 0, 0)));
        assertThat(disk.readAll(spare)).hasSize(SpareSpace.STEP_BYTES);
    }

    /** A directory of an earlier version, or of a node that died when it had given it up. */
    @Test
    void aStartOnAFullDiskDoesWithoutSpareSpace() throws IOException {
        LogDirectory directory = LogDirectory.open(environment, ROOT);
        directory.writeCheckpoints(Map.of(PARTITION, new Checkpoint(5, 2, 0, 0)));
        disk.killProcess();
        disk.deleteIfExists(ROOT.resolve(SpareSpace.FILE));
        disk.setCapacity(disk.usedBytes() + SpareSpace.STEP_BYTES - 1);
        LogDirectory.open(environment, ROOT).close();
        assertThat(disk.exists(ROOT.resolve(SpareSpace.FILE))).isFalse();
    }

    private static PartitionLog open(LogDirectory directory) throws IOException {
        return open(directory, TOPIC);
    }

    private static PartitionLog open(LogDirectory directory, UUID topicId) throws IOException {
        return directory.openLog(PARTITION, topicId, LogConfig.DEFAULT, ProducerStateConfig.DEFAULT);
    }
}
