package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.StageResult.Staged;
import io.rowlock.ports.DiskFullException;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.DiskFaults;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A disk that is full at any byte: what was acknowledged stays, nothing torn is seen, and with space the log goes on. */
class FullDiskTest {

    private static final Path DIRECTORY = Path.of("/data/t-0");
    private static final long PRODUCER = 9;
    private static final int BEFORE = 3;
    private static final int AFTER = 9;
    private static final int BATCH = Batches.ofProducer(PRODUCER, 0, 0, 1).readableBytes();
    /** The write rolls twice. */
    private static final LogConfig CONFIG = new LogConfig(5 * BATCH, 1000, 0, 0, 1 << 20, TimestampType.CREATE_TIME);

    private SimDisk disk = new SimDisk(1);
    private final SimClock clock = new SimClock();
    private int failed;

    @Test
    void aWriteThatMeetsAFullDiskAtAnyByteIsTakenBackAndDoneAgain() throws IOException {
        for (int room = 0; room < 4 * AFTER * BATCH; room += 13) {
            PartitionLog log = freshLog(room);
            if (writeMeetsFullDisk(log)) {
                log.takeBackFailedWrite();
                assertIsAsBefore(log);
                disk.setCapacity(Long.MAX_VALUE);
                stage(log);
                log.write();
            }
            disk.setCapacity(Long.MAX_VALUE);
            assertHolds(log, BEFORE + AFTER);
            log.close(true);
            assertHolds(open(true), BEFORE + AFTER);
        }
        assertThat(failed).as("writes that met a full disk").isGreaterThan(50);
    }

    @Test
    void aCrashAtAnyMomentAfterwardsLosesNothingThatWasSynced() throws IOException {
        for (int room = 0; room < 2 * AFTER * BATCH; room += 31) {
            PartitionLog log = freshLog(room);
            boolean takenBack = writeMeetsFullDisk(log);
            if (takenBack && room % 2 == 0) {
                log.takeBackFailedWrite();
                disk.setCapacity(Long.MAX_VALUE);
                stage(log);
                log.write();
            }
            disk.losePower();
            disk.setCapacity(Long.MAX_VALUE);
            PartitionLog recovered = open(false);
            assertThat(recovered.view().logEndOffset()).isBetween((long) BEFORE, (long) BEFORE + AFTER);
            assertHolds(recovered, (int) recovered.view().logEndOffset());
        }
    }

    @Test
    void aStartOnAFullDiskServesWhatIsThere() throws IOException {
        PartitionLog log = freshLog(Integer.MAX_VALUE);
        stage(log);
        log.write();
        sync(log);
        disk.killProcess();
        disk.deleteIfExists(LogFiles.index(DIRECTORY, 10));
        disk.deleteIfExists(LogFiles.timeIndex(DIRECTORY, 10));
        disk.setCapacity(disk.usedBytes());
        PartitionLog recovered = open(false);
        assertHolds(recovered, BEFORE + AFTER);
        assertThat(disk.readAll(LogFiles.index(DIRECTORY, 10))).isEmpty();
        recovered.assignEpochStart(1, BEFORE + AFTER);
        sync(recovered);
        assertThat(recovered.durableEndOffset()).isEqualTo(BEFORE + AFTER);

        disk.setCapacity(Long.MAX_VALUE);
        recovered.completeSync(run(Objects.requireNonNull(recovered.captureCheckpoint())), null);
        assertThat(recovered.recoveryPoint()).isEqualTo(BEFORE + AFTER);
        assertThat(disk.readAll(LogFiles.index(DIRECTORY, 10))).isNotEmpty();
    }

    @Test
    void recordsBecomeDurableWithoutRoomForEpochsAndTheRecoveryPointWaits() throws IOException {
        PartitionLog log = freshLog(Integer.MAX_VALUE);
        log.assignEpochStart(4, BEFORE);
        stage(log, BEFORE, 1, 4);
        log.write();
        disk.setCapacity(disk.usedBytes());
        SyncRequest first = Objects.requireNonNull(log.captureCheckpoint());
        log.completeSync(run(first), null);
        assertThat(log.durableEndOffset()).isEqualTo(BEFORE + 1);
        assertThat(log.recoveryPoint()).isZero();
        assertThat(log.captureSync()).as("no reason to sync again and again").isNull();
        assertThatThrownBy(() -> log.close(true)).isInstanceOf(DiskFullException.class);
        assertThat(epochs()).doesNotContain("4 3");

        disk.losePower();
        assertThat(open(false).view().epochOf(BEFORE)).isEqualTo(4);
        disk.killProcess();
        disk.setCapacity(Long.MAX_VALUE);
        PartitionLog later = open(false);
        sync(later);
        assertThat(epochs()).contains("4 3");
    }

    @Test
    void whatWasPostponedGoesWithTheNextSync() throws IOException {
        PartitionLog log = freshLog(Integer.MAX_VALUE);
        log.assignEpochStart(4, BEFORE);
        stage(log, BEFORE, 1, 4);
        log.write();
        disk.setCapacity(disk.usedBytes());
        sync(log);
        disk.setCapacity(Long.MAX_VALUE);
        stage(log, BEFORE + 1, 1, 4);
        log.write();
        sync(log);
        assertThat(epochs()).contains("4 3");
        log.completeSync(run(Objects.requireNonNull(log.captureCheckpoint())), null);
        assertThat(log.recoveryPoint()).isEqualTo(BEFORE + 2);
    }

    @Test
    void aSyncThatFailsWhileAWriteWaitsToBeTakenBackIsFinal() throws IOException {
        PartitionLog log = freshLog(Integer.MAX_VALUE);
        stage(log, BEFORE, 1, 0);
        log.write();
        SyncRequest request = Objects.requireNonNull(log.captureSync());
        disk.setCapacity(disk.usedBytes());
        stage(log, BEFORE + 1, 1, 0);
        assertThatThrownBy(log::write).isInstanceOf(LogFailedException.class);
        disk.setFaults(new DiskFaults(0, 1000));
        IOException failure = null;
        try {
            request.run();
        } catch (IOException e) {
            failure = e;
        }
        assertThat(failure).isNotNull();
        log.completeSync(request, failure);
        assertThatThrownBy(log::takeBackFailedWrite).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> log.stage(Batches.plain(1, 1), 0, AppendOrigin.CLIENT))
                .isInstanceOfSatisfying(
                        LogFailedException.class,
                        e -> assertThat(e.outOfSpace()).isFalse());
    }

    private static SyncRequest run(SyncRequest request) throws IOException {
        request.run();
        return request;
    }

    private static void sync(PartitionLog log) throws IOException {
        log.completeSync(run(Objects.requireNonNull(log.captureSync())), null);
    }

    private String epochs() throws IOException {
        return new String(disk.readAll(DIRECTORY.resolve(LogFiles.EPOCHS)), StandardCharsets.UTF_8);
    }

    /** With what was synced, and so much room beside it. */
    private PartitionLog freshLog(int room) throws IOException {
        disk = new SimDisk(room);
        disk.createDirectories(DIRECTORY);
        disk.syncDirectory(Path.of("/"));
        PartitionLog log = open(false);
        stage(log, 0, BEFORE, 0);
        log.write();
        sync(log);
        disk.setCapacity(disk.usedBytes() + room);
        return log;
    }

    private PartitionLog open(boolean clean) throws IOException {
        return PartitionLog.open(
                new LogEnvironment(disk, clock, new SimRandom(1)),
                DIRECTORY,
                new UUID(7, 8),
                CONFIG,
                new ProducerStateConfig(60_000, 10),
                new LogOpening(clean, 0, 0, (recoveryPoint, logStart) -> {}));
    }

    private static void stage(PartitionLog log) throws IOException {
        stage(log, BEFORE, AFTER, 0);
    }

    /** Record {@code n} has sequence {@code n}: so it stands where it belongs, or the log refuses it. */
    private static void stage(PartitionLog log, int from, int count, int epoch) throws IOException {
        for (int n = from; n < from + count; n++) {
            ByteBuf batch = Batches.ofProducer(PRODUCER, 0, n, 1);
            assertThat(log.stage(batch, epoch, AppendOrigin.CLIENT)).isInstanceOf(Staged.class);
            batch.release();
        }
    }

    private boolean writeMeetsFullDisk(PartitionLog log) throws IOException {
        stage(log);
        try {
            log.write();
            return false;
        } catch (LogFailedException e) {
            assertThat(e.outOfSpace()).isTrue();
            failed++;
            assertHolds(log, BEFORE);
            assertThatThrownBy(() -> stage(log)).isSameAs(e);
            return true;
        }
    }

    private void assertIsAsBefore(PartitionLog log) throws IOException {
        assertHolds(log, BEFORE);
        assertThat(disk.readAll(LogFiles.log(DIRECTORY, 0))).hasSize(BEFORE * BATCH);
        assertThat(disk.list(DIRECTORY))
                .filteredOn(name -> name.endsWith(LogFiles.LOG) || name.endsWith(LogFiles.SNAPSHOT))
                .hasSize(1);
    }

    private static void assertHolds(PartitionLog log, int records) throws IOException {
        LogView view = log.view();
        assertThat(view.logEndOffset()).isEqualTo(records);
        for (long offset = 0; offset < records; offset++) {
            ReadResult.FetchSlice slice = (ReadResult.FetchSlice) log.read(view, offset, records, BATCH, true);
            assertThat(slice.records().sizeInBytes()).isEqualTo(BATCH);
            slice.records().release();
        }
    }
}
