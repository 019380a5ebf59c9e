package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.rowlock.ports.DiskFile;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LogRecoveryTest {

    private static final Path DIRECTORY = Path.of("/data/t-0");
    private static final Path FIRST = LogFiles.log(DIRECTORY, 0);
    private static final int BATCH = 200;
    private static final LogConfig CONFIG = new LogConfig(5 * BATCH, 1000, 0, 0, 1 << 20, TimestampType.CREATE_TIME);

    @Test
    void cutsATailTornAtAnyByte() throws IOException {
        for (int bytes = 0; bytes <= 3 * BATCH; bytes++) {
            SimDisk disk = withBatches(3);
            try (DiskFile file = disk.openOrCreate(FIRST)) {
                file.truncate(bytes);
            }
            PartitionLog log = open(disk, 0);
            assertThat(log.view().logEndOffset()).isEqualTo(bytes / BATCH);
            assertThat(log.view().sizeInBytes()).isEqualTo((long) bytes / BATCH * BATCH);
        }
    }

    @Test
    void reportsADamagedByteInTheMiddleAndAtTheEnd() throws IOException {
        for (int at = 17; at < BATCH; at++) {
            SimDisk disk = withBatches(3);
            disk.flipBit(FIRST, BATCH + at, 3);
            int position = BATCH;
            assertThatThrownBy(() -> open(disk, 0)).isInstanceOfSatisfying(CorruptLogException.class, e -> {
                assertThat(e.file()).isEqualTo(FIRST);
                assertThat(e.position()).isEqualTo(position);
            });
            assertThat(disk.readAll(FIRST)).hasSize(3 * BATCH);
            SimDisk other = withBatches(3);
            other.flipBit(FIRST, 2 * BATCH + at, 3);
            assertThatThrownBy(() -> open(other, 0)).isInstanceOfSatisfying(CorruptLogException.class, e -> {
                assertThat(e.file()).isEqualTo(FIRST);
                assertThat(e.position()).isEqualTo(2L * position);
            });
            assertThat(other.readAll(FIRST)).hasSize(3 * BATCH);
        }
    }

    @Test
    void reportsDamageBeforeALaterSegment() throws IOException {
        SimDisk disk = withBatches(12);
        disk.flipBit(FIRST, 4 * BATCH + 100, 3);
        assertThatThrownBy(() -> open(disk, 0)).isInstanceOf(CorruptLogException.class);
    }

    @Test
    void dropsLaterSegmentsWhereAnEarlierOneLostItsTail() throws IOException {
        SimDisk disk = withBatches(12);
        try (DiskFile file = disk.openOrCreate(FIRST)) {
            file.truncate(3 * BATCH + 7);
        }
        PartitionLog log = open(disk, 0);
        assertThat(log.view().logEndOffset()).isEqualTo(3);
        assertThat(log.view().segmentCount()).isEqualTo(1);
        assertThat(disk.list(DIRECTORY)).noneMatch(name -> name.startsWith("00000000000000000005"));
    }

    @Test
    void missesNothingBelowTheRecoveryPoint() throws IOException {
        SimDisk disk = withBatches(3);
        try (DiskFile file = disk.openOrCreate(FIRST)) {
            file.truncate(2 * BATCH);
        }
        assertThat(open(copyOf(disk), 2).view().logEndOffset()).isEqualTo(2);
        assertThatThrownBy(() -> open(disk, 3))
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("ends at offset 2");
    }

    @Test
    void takesZerosForATornTail() throws IOException {
        SimDisk disk = withBatches(3);
        try (DiskFile file = disk.openOrCreate(FIRST)) {
            file.write(3 * BATCH, ByteBuffer.allocate(10_000));
        }
        assertThat(open(disk, 0).view().logEndOffset()).isEqualTo(3);
    }

    @Test
    void makesLostIndexesAndEpochsAnew() throws IOException {
        SimDisk disk = withBatches(12);
        byte[] index = disk.readAll(LogFiles.index(DIRECTORY, 0));
        byte[] times = disk.readAll(LogFiles.timeIndex(DIRECTORY, 0));
        for (String name : disk.list(DIRECTORY)) {
            if (!name.endsWith(".log") && !name.equals(LogFiles.METADATA)) {
                disk.deleteIfExists(DIRECTORY.resolve(name));
            }
        }
        PartitionLog log = open(disk, 12);
        assertThat(disk.readAll(LogFiles.index(DIRECTORY, 0))).isEqualTo(index).isNotEmpty();
        assertThat(disk.readAll(LogFiles.timeIndex(DIRECTORY, 0))).isEqualTo(times);
        assertThat(log.view().epochEndOffset(1)).isEqualTo(new EpochEnd(1, 12));
        assertThat(log.view().epochOf(0)).isEqualTo(1);
        assertThat(log.producerCount()).isEqualTo(1);
    }

    @Test
    void removesLeftovers() throws IOException {
        SimDisk disk = withBatches(1);
        for (String name : new String[] {
            "00000000000000000777.index",
            "00000000000000000777.timeindex",
            "leader-epoch-checkpoint.tmp",
            "00000000000000000005.log.deleted"
        }) {
            disk.openOrCreate(DIRECTORY.resolve(name)).close();
        }
        disk.openOrCreate(DIRECTORY.resolve("notes-of-an-administrator")).close();
        open(disk, 0);
        assertThat(disk.list(DIRECTORY))
                .noneMatch(name -> name.contains("777") || name.endsWith(".tmp") || name.endsWith(".deleted"))
                .contains("notes-of-an-administrator");
    }

    @Test
    void startsAtTheCheckpointedLogStart() throws IOException {
        PartitionLog log = open(withBatches(12), new LogOpening(false, 0, 7, (recoveryPoint, logStart) -> {}));
        assertThat(log.view().logStartOffset()).isEqualTo(7);
        assertThat(log.view().segmentBaseOffset(0)).isEqualTo(5);
        PartitionLog beyond = open(withBatches(12), new LogOpening(false, 0, 70, (recoveryPoint, logStart) -> {}));
        assertThat(beyond.view().logStartOffset()).isEqualTo(70);
        assertThat(beyond.view().logEndOffset()).isEqualTo(70);
    }

    /** A log that a process left behind when it was killed. */
    private static SimDisk withBatches(int count) throws IOException {
        SimDisk disk = new SimDisk(1);
        PartitionLog log = open(disk, 0);
        for (int i = 0; i < count; i++) {
            log.stage(batch(i), 1, AppendOrigin.CLIENT);
        }
        log.write();
        disk.killProcess();
        return disk;
    }

    private static ByteBuf batch(int i) {
        ByteBuf batch = Batches.ofSize(BATCH);
        batch.setLong(43, 5).setShort(51, 0).setInt(53, i).setLong(27, 100 + i).setLong(35, 100 + i);
        batch.setInt(17, (int) new RecordBatch(batch).computeCrc());
        return batch;
    }

    private static SimDisk copyOf(SimDisk disk) throws IOException {
        SimDisk copy = new SimDisk(2);
        copy.createDirectories(DIRECTORY);
        for (String name : disk.list(DIRECTORY)) {
            copy.replace(DIRECTORY.resolve(name), disk.readAll(DIRECTORY.resolve(name)));
        }
        return copy;
    }

    private static PartitionLog open(SimDisk disk, long recoveryPoint) throws IOException {
        return open(disk, new LogOpening(false, recoveryPoint, 0, (point, logStart) -> {}));
    }

    private static PartitionLog open(SimDisk disk, LogOpening opening) throws IOException {
        LogEnvironment environment = new LogEnvironment(disk, new SimClock(), new SimRandom(3));
        return PartitionLog.open(environment, DIRECTORY, new UUID(7, 8), CONFIG, ProducerStateConfig.DEFAULT, opening);
    }
}
