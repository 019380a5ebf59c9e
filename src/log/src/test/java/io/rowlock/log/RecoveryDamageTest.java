package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.log.StageResult.Duplicate;
import io.rowlock.ports.DiskFile;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.DiskFaults;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a start reads, and what it makes of files beside the batches that are missing or wrong. */
class RecoveryDamageTest {

    private static final Path DIRECTORY = Path.of("/data/t-0");
    private static final int BATCH = 200;
    private static final int BATCHES = 23;
    private static final int OF_A_SEGMENT = 5;
    private static final LogConfig CONFIG =
            new LogConfig(OF_A_SEGMENT * BATCH, 1_000_000, 0, 0, 1 << 20, TimestampType.CREATE_TIME);

    /** What can befall a file. */
    enum Damage {
        DELETED,
        EMPTY,
        TRUNCATED,
        GARBAGE,
        FLIPPED,
        OF_ANOTHER_SEGMENT
    }

    static List<Arguments> everyFileAndDamage() {
        List<Arguments> all = new ArrayList<>();
        for (Damage damage : Damage.values()) {
            for (long segment : new long[] {0, 10, 20}) {
                all.add(Arguments.of(LogFiles.index(DIRECTORY, segment), damage));
                all.add(Arguments.of(LogFiles.timeIndex(DIRECTORY, segment), damage));
            }
            if (damage != Damage.OF_ANOTHER_SEGMENT) {
                // A snapshot does not say which offset it is of, and its checksum is right: nothing tells it from
                // another one.
                all.add(Arguments.of(LogFiles.snapshot(DIRECTORY, 20), damage));
            }
            all.add(Arguments.of(DIRECTORY.resolve(LogFiles.EPOCHS), damage));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("everyFileAndDamage")
    void makesAnewWhatIsMissingOrWrongPastTheRecoveryPoint(Path file, Damage damage) throws IOException {
        SimDisk disk = written();
        byte[] before = disk.readAll(file);
        damage(disk, file, damage);
        PartitionLog log = open(disk, new LogOpening(false, 0, 0, (point, start) -> {}));
        assertSound(log);
        if (!file.toString().endsWith(LogFiles.SNAPSHOT)) {
            SyncRequest sync = log.captureCheckpoint();
            assertThat(sync).isNotNull();
            if (sync != null) {
                sync.run();
                log.completeSync(sync, null);
            }
            assertThat(disk.readAll(file)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("everyFileAndDamage")
    void findsEveryRecordByOffsetWhateverHappenedToIndexesBelowTheRecoveryPoint(Path file, Damage damage)
            throws IOException {
        SimDisk disk = written();
        if (file.toString().endsWith(LogFiles.INDEX)) {
            damage(disk, file, damage);
        }
        assertReads(open(disk, new LogOpening(false, BATCHES, 0, (point, start) -> {})));
    }

    @Test
    void readsNoBatchOfClosedSegmentsAfterACleanStopAndOneOfTheLast() throws IOException {
        SimDisk disk = written();
        PartitionLog log = open(disk, new LogOpening(false, 0, 0, (point, start) -> {}));
        log.close(true);
        long[] before = bytesRead(disk);
        assertThat(open(disk, new LogOpening(true, 0, 0, (point, start) -> {}))
                        .view()
                        .logEndOffset())
                .isEqualTo(BATCHES);
        long[] after = bytesRead(disk);
        for (int segment = 0; segment < BATCHES / OF_A_SEGMENT; segment++) {
            assertThat(after[segment] - before[segment])
                    .as("segment %s", segment)
                    .isZero();
        }
        int last = BATCHES / OF_A_SEGMENT;
        // The header of the first batch, for its time, that of the last indexed one, and from there to the end.
        assertThat(after[last] - before[last]).isLessThanOrEqualTo(2L * RecordBatch.HEADER_BYTES + BATCH);
    }

    @Test
    void readsOnlyWhatLiesPastTheRecoveryPointAfterACrash() throws IOException {
        for (int recoveryPoint = 0; recoveryPoint <= BATCHES; recoveryPoint++) {
            SimDisk disk = written();
            long[] before = bytesRead(disk);
            open(disk, new LogOpening(false, recoveryPoint, 0, (point, start) -> {}));
            long[] after = bytesRead(disk);
            for (int segment = 0; segment <= BATCHES / OF_A_SEGMENT; segment++) {
                boolean below = (segment + 1) * OF_A_SEGMENT <= recoveryPoint;
                assertThat(after[segment] > before[segment])
                        .as("segment %s is read from recovery point %s on", segment, recoveryPoint)
                        .isEqualTo(!below);
            }
        }
    }

    @Test
    void anOperatorCutsACorruptLogAsTheMessageSays() throws IOException {
        SimDisk disk = written();
        Path file = LogFiles.log(DIRECTORY, 10);
        disk.flipBit(file, BATCH + 100, 3);
        LogOpening opening = new LogOpening(false, 0, 0, (point, start) -> {});
        assertThatThrownBy(() -> open(disk, opening)).isInstanceOfSatisfying(CorruptLogException.class, e -> {
            assertThat(e).hasMessageContaining(file + " is corrupt at position " + BATCH);
            assertThat(e.advice()).contains("truncate -s " + BATCH).contains("recovery-point-offset-checkpoint");
        });
        try (DiskFile cut = disk.openOrCreate(file)) {
            cut.truncate(BATCH);
        }
        PartitionLog log = open(disk, opening);
        assertThat(log.view().logEndOffset()).isEqualTo(11);
        assertThat(disk.list(DIRECTORY)).noneMatch(name -> name.startsWith("00000000000000000015"));
    }

    @Test
    void aReadThatFailsIsNoAnswer() throws IOException {
        SimDisk disk = written();
        disk.setFaults(DiskFaults.NONE.withFailedReads(1000));
        LogOpening opening = new LogOpening(false, 0, 0, (point, start) -> {});
        assertThatThrownBy(() -> open(disk, opening)).isInstanceOf(IOException.class);
        disk.setFaults(DiskFaults.NONE);
        PartitionLog log = open(disk, opening);
        disk.setFaults(DiskFaults.NONE.withFailedReads(1000));
        for (int offset = 0; offset < BATCHES; offset++) {
            int from = offset;
            assertThatThrownBy(() -> bytes(log, from)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> log.offsetForTimestamp(log.view(), 100 + from, BATCHES))
                    .isInstanceOf(IOException.class);
        }
        disk.setFaults(DiskFaults.NONE);
        assertSound(log);
    }

    private static void damage(SimDisk disk, Path file, Damage damage) throws IOException {
        if (damage == Damage.DELETED) {
            disk.deleteIfExists(file);
            return;
        }
        byte[] content = disk.readAll(file);
        byte[] garbage = new byte[content.length + 7];
        Arrays.fill(garbage, (byte) 0x5a);
        byte[] other = switch (damage) {
            case EMPTY -> new byte[0];
            case TRUNCATED -> Arrays.copyOf(content, content.length / 2 + 1);
            case GARBAGE -> garbage;
            case OF_ANOTHER_SEGMENT ->
                disk.readAll(Path.of(file.toString()
                        .replace("00000000000000000020", "00000000000000000005")
                        .replace("00000000000000000010", "00000000000000000005")));
            default -> content;
        };
        try (DiskFile out = disk.openOrCreate(file)) {
            out.truncate(0);
            out.write(0, ByteBuffer.wrap(other));
        }
        if (damage == Damage.FLIPPED) {
            disk.flipBit(file, content.length / 2, 2);
        }
    }

    private static void assertSound(PartitionLog log) throws IOException {
        assertReads(log);
        LogView view = log.view();
        for (int offset = 0; offset < BATCHES; offset++) {
            TimestampOffset found = log.offsetForTimestamp(view, 100 + offset, BATCHES);
            assertThat(found).isEqualTo(new TimestampOffset(100 + offset, offset, epochOf(offset)));
            assertThat(view.epochOf(offset)).isEqualTo(epochOf(offset));
        }
        for (int offset = BATCHES - ProducerEntry.MAX_BATCHES; offset < BATCHES; offset++) {
            assertThat(log.stage(batch(offset), 3, AppendOrigin.CLIENT)).isEqualTo(new Duplicate(offset, offset, -1));
        }
    }

    private static void assertReads(PartitionLog log) throws IOException {
        assertThat(log.view().logEndOffset()).isEqualTo(BATCHES);
        for (int offset = 0; offset < BATCHES; offset++) {
            RecordBatch read = new RecordBatch(Unpooled.wrappedBuffer(bytes(log, offset)));
            assertThat(read.baseOffset()).isEqualTo(offset);
            assertThat(read.hasValidCrc()).isTrue();
        }
    }

    private static byte[] bytes(PartitionLog log, long offset) throws IOException {
        FetchSlice slice = (FetchSlice) log.read(log.view(), offset, BATCHES, 1, true);
        ByteBuffer bytes = ByteBuffer.allocate(slice.records().sizeInBytes());
        try {
            slice.records().readInto(bytes);
        } finally {
            slice.records().release();
        }
        return bytes.array();
    }

    private static long[] bytesRead(SimDisk disk) {
        long[] read = new long[BATCHES / OF_A_SEGMENT + 1];
        Arrays.setAll(read, segment -> disk.bytesRead(LogFiles.log(DIRECTORY, (long) segment * OF_A_SEGMENT)));
        return read;
    }

    /** A log that was synced with its indexes when its process was killed. */
    private static SimDisk written() throws IOException {
        SimDisk disk = new SimDisk(1);
        PartitionLog log = open(disk, new LogOpening(false, 0, 0, (point, start) -> {}));
        for (int i = 0; i < BATCHES; i++) {
            log.stage(batch(i), epochOf(i), AppendOrigin.CLIENT);
        }
        log.write();
        SyncRequest sync = log.captureCheckpoint();
        if (sync != null) {
            sync.run();
            log.completeSync(sync, null);
        }
        disk.killProcess();
        return disk;
    }

    private static int epochOf(int offset) {
        return offset < 8 ? 1 : 2;
    }

    private static ByteBuf batch(int i) {
        ByteBuf batch = Batches.ofSize(BATCH);
        batch.setLong(43, 5).setShort(51, 0).setInt(53, i).setLong(27, 100 + i).setLong(35, 100 + i);
        batch.setInt(17, (int) new RecordBatch(batch).computeCrc());
        return batch;
    }

    private static PartitionLog open(SimDisk disk, LogOpening opening) throws IOException {
        LogEnvironment environment =
                new LogEnvironment(disk, new SimClock(), new SimRandom(3), new OpenFiles(OpenFiles.DEFAULT_MAX));
        return PartitionLog.open(environment, DIRECTORY, new UUID(7, 8), CONFIG, ProducerStateConfig.DEFAULT, opening);
    }
}
