package io.rowlock.log.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.AppendOrigin;
import io.rowlock.log.LogConfig;
import io.rowlock.log.LogDirectory;
import io.rowlock.log.LogDirectory.Checkpoint;
import io.rowlock.log.LogEnvironment;
import io.rowlock.log.PartitionLog;
import io.rowlock.log.ProducerStateConfig;
import io.rowlock.log.SyncRequest;
import io.rowlock.log.TopicPartition;
import io.rowlock.ports.DiskFile;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Every kind of damage is found where it is, and nothing else is called damage. */
class DirectoryCheckTest {

    private static final Path ROOT = Path.of("/data");
    private static final TopicPartition PARTITION = new TopicPartition("orders", 3);
    private static final Path DIRECTORY = ROOT.resolve("orders-3");
    private static final UUID TOPIC = new UUID(7, 8);
    private static final int BATCH = batch(0).readableBytes();
    private static final int RECORDS = 23;
    private static final Path FIRST = DIRECTORY.resolve("00000000000000000000.log");
    private static final Path MIDDLE = DIRECTORY.resolve("00000000000000000010.log");
    private static final Path LAST = DIRECTORY.resolve("00000000000000000020.log");
    private static final LogConfig CONFIG =
            new LogConfig(10 * BATCH, 100_000, 0, 0, 1 << 20, TimestampType.CREATE_TIME);

    private SimDisk disk = new SimDisk(1);
    private final SimClock clock = new SimClock();

    private static ByteBuf batch(int number) {
        return new RecordBatchBuilder(CompressionType.NONE)
                .producer(5, (short) 0, number)
                .add(1_000 + number, null, new byte[] {1, 2, 3, 4, 5, 6, 7, 8})
                .build();
    }

    /**
     * Three segments, the last with three batches of leader epoch 1.
     *
     * @param checkpointed whether the directory remembers that all was synced
     */
    private void write(boolean checkpointed, boolean clean) throws IOException {
        disk = new SimDisk(1);
        LogDirectory directory = LogDirectory.open(new LogEnvironment(disk, clock, new SimRandom(1)), ROOT);
        PartitionLog log = directory.openLog(PARTITION, TOPIC, CONFIG, new ProducerStateConfig(60_000, 10));
        for (int n = 0; n < RECORDS; n++) {
            ByteBuf batch = batch(n);
            log.stage(batch, n < 20 ? 0 : 1, AppendOrigin.CLIENT);
            log.write();
            batch.release();
        }
        SyncRequest request = Objects.requireNonNull(log.captureCheckpoint());
        request.run();
        log.completeSync(request, null);
        if (clean) {
            log.close(true);
        }
        if (checkpointed || clean) {
            directory.writeCheckpoints(Map.of(PARTITION, Checkpoint.of(log, 0)));
        }
        if (clean) {
            directory.markCleanShutdown(3);
        }
        disk.killProcess();
    }

    private PartitionReport check() throws IOException {
        DirectoryReport report = new DirectoryCheck(disk, ROOT).run(any -> true, Runnable::run);
        assertThat(report.findings()).isEmpty();
        assertThat(report.partitions()).hasSize(1);
        return report.partitions().get(0);
    }

    private void overwrite(Path file, long position, int... bytes) throws IOException {
        byte[] content = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            content[i] = (byte) bytes[i];
        }
        try (DiskFile out = disk.openOrCreate(file)) {
            out.write(position, ByteBuffer.wrap(content));
        }
    }

    private void cut(Path file, long size) throws IOException {
        try (DiskFile out = disk.openOrCreate(file)) {
            out.truncate(size);
        }
    }

    private static Path sibling(Path log, String suffix) {
        return log.resolveSibling(log.getFileName().toString().replace(".log", suffix));
    }

    private void assertDamaged(Path file, long position, long offset, String problem) throws IOException {
        assertThat(check().findings())
                .filteredOn(Finding::isDamage)
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.file()).isEqualTo(file);
                    assertThat(found.position()).isEqualTo(position);
                    assertThat(found.offset()).isEqualTo(offset);
                    assertThat(found.problem()).contains(problem);
                    assertThat(found.advice()).isNotNull();
                });
    }

    private void assertNoted(Path file, String problem) throws IOException {
        PartitionReport report = check();
        assertThat(report.isWhole()).isTrue();
        assertThat(report.findings()).anySatisfy(found -> {
            assertThat(found.file()).isEqualTo(file);
            assertThat(found.problem()).contains(problem);
        });
    }

    @Test
    void whatIsWholeIsToldInFull() throws IOException {
        for (boolean clean : new boolean[] {true, false}) {
            write(true, clean);
            PartitionReport report = check();
            assertThat(report.findings()).isEmpty();
            assertThat(report.partition()).isEqualTo(PARTITION);
            assertThat(report.topicId()).isEqualTo(TOPIC);
            assertThat(report.logStartOffset()).isZero();
            assertThat(report.endOffset()).isEqualTo(RECORDS);
            assertThat(report.recoveryPoint()).isEqualTo(RECORDS);
            assertThat(report.epochs()).isEqualTo(2);
            assertThat(report.latestEpoch()).isEqualTo(1);
            assertThat(report.snapshots()).isEqualTo(clean ? 3 : 2);
            assertThat(report.producers()).isEqualTo(1);
            assertThat(report.bytes()).isEqualTo((long) RECORDS * BATCH);
            assertThat(report.segments())
                    .containsExactly(
                            new SegmentReport(0, 10L * BATCH, 0, 10, 10, 10, 1_009, 0, 9, 9),
                            new SegmentReport(10, 10L * BATCH, 10, 20, 10, 10, 1_019, 0, 9, 10),
                            new SegmentReport(20, 3L * BATCH, 20, 23, 3, 3, 1_022, 1, 2, 3));
        }
    }

    @Test
    void itChangesNothing() throws IOException {
        write(false, false);
        cut(LAST, 2L * BATCH + 7);
        disk.setCapacity(disk.usedBytes());
        List<String> before = disk.list(DIRECTORY);
        long used = disk.usedBytes();
        check();
        assertThat(disk.list(DIRECTORY)).isEqualTo(before);
        assertThat(disk.usedBytes()).isEqualTo(used);
    }

    @Test
    void aBitThatFlippedAnywhereInABatchIsFoundAtThatBatch() throws IOException {
        for (int at = 0; at < BATCH; at++) {
            if (at >= 12 && at < 16) {
                // The leader epoch stands outside of the checksum: see below.
                continue;
            }
            write(true, false);
            disk.flipBit(MIDDLE, 4 * BATCH + at, 3);
            PartitionReport report = check();
            int position = at;
            assertThat(report.findings()).anySatisfy(found -> {
                assertThat(found.isDamage()).as("byte %s", position).isTrue();
                assertThat(found.file()).isEqualTo(MIDDLE);
                assertThat(found.position()).isBetween(4L * BATCH, 5L * BATCH);
                assertThat(found.offset()).isBetween(14L, 15L);
            });
            assertThat(report.endOffset()).isEqualTo(RECORDS);
        }
    }

    @Test
    void itGoesOnBehindDamageAndFindsTheNext() throws IOException {
        write(true, false);
        overwrite(FIRST, 2L * BATCH + 40, 99, 99);
        overwrite(FIRST, 6L * BATCH + 40, 99, 99);
        List<Finding> damage = check().findings().stream()
                .filter(found -> found.file().equals(FIRST))
                .toList();
        assertThat(damage).extracting(Finding::position).containsExactly(2L * BATCH, 6L * BATCH);
        assertThat(damage).extracting(Finding::offset).containsExactly(2L, 6L);
        assertThat(damage).allSatisfy(found -> assertThat(found.problem()).contains("follows after " + BATCH));
    }

    @Test
    void aLeaderEpochThatTheCheckpointDoesNotKnowIsFound() throws IOException {
        write(true, false);
        disk.flipBit(MIDDLE, 4 * BATCH + 15, 2);
        assertDamaged(DIRECTORY.resolve("leader-epoch-checkpoint"), -1, 14, "says 4");
    }

    @Test
    void aTailThatWasNeverSyncedIsNoDamageAndOneThatWasIs() throws IOException {
        write(false, false);
        cut(LAST, 2L * BATCH + 7);
        assertNoted(LAST, "a tail of 7 bytes");
        assertThat(check().endOffset()).isEqualTo(22);

        write(true, false);
        cut(LAST, 2L * BATCH + 7);
        assertThat(check().findings()).filteredOn(Finding::isDamage).anySatisfy(found -> {
            assertThat(found.file()).isEqualTo(LAST);
            assertThat(found.position()).isEqualTo(2L * BATCH);
            assertThat(found.offset()).isEqualTo(22);
        });
    }

    @Test
    void aWholeBatchLessThanWasSyncedIsFound() throws IOException {
        write(true, false);
        cut(LAST, 2L * BATCH);
        assertThat(check().findings()).filteredOn(Finding::isDamage).anySatisfy(found -> {
            assertThat(found.file()).isEqualTo(LAST);
            assertThat(found.position()).isEqualTo(2L * BATCH);
            assertThat(found.offset()).isEqualTo(22);
            assertThat(found.problem()).contains("everything below 23 was synced");
        });
    }

    @Test
    void aClosedSegmentThatWasCutIsFoundEvenAboveTheRecoveryPoint() throws IOException {
        write(false, false);
        cut(MIDDLE, 9L * BATCH + 9);
        assertDamaged(MIDDLE, 9L * BATCH, 19, "ends within a batch's header");
    }

    @Test
    void segmentsThatOverlapAreFound() throws IOException {
        write(true, false);
        disk.move(MIDDLE, DIRECTORY.resolve("00000000000000000009.log"));
        assertThat(check().findings()).filteredOn(Finding::isDamage).anySatisfy(found -> {
            assertThat(found.file()).isEqualTo(FIRST);
            assertThat(found.position()).isEqualTo(9L * BATCH);
            assertThat(found.problem()).contains("claims offsets 9 to 9 where 9 to 8 must come");
        });
    }

    @Test
    void indexEntriesThatPointNowhereOrSayWhatIsNotSoAreFound() throws IOException {
        Path index = sibling(FIRST, ".index");
        write(true, false);
        overwrite(index, 3 * 8 + 7, 1);
        assertDamaged(index, 3 * 8, 4, "where no batch begins");
        write(true, false);
        overwrite(index, 3 * 8 + 3, 9);
        assertDamaged(index, 3 * 8, 9, "ends with offset 9, and it ends with 4");
        write(true, false);
        cut(index, 3 * 8 + 5);
        assertDamaged(index, 3 * 8, 0, "ends within an entry");
        write(true, false);
        overwrite(index, 9 * 8, 0, 0, 0, 10, 0, 1, 0, 0);
        assertDamaged(index, 9 * 8, 10, "behind the last batch");
    }

    @Test
    void timeIndexEntriesThatSayWhatIsNotSoAreFound() throws IOException {
        Path index = sibling(FIRST, ".timeindex");
        write(true, false);
        overwrite(index, 2 * 12 + 7, 0);
        assertDamaged(index, 2 * 12, 3, "reach 1003");
        write(true, false);
        cut(index, 7 * 12);
        assertDamaged(index, 7 * 12, 10, "the batches reach 1009");
    }

    @Test
    void indexesThatTheNextStartMakesAnewAreNoDamage() throws IOException {
        write(false, false);
        overwrite(sibling(LAST, ".index"), 7, 1);
        assertNoted(sibling(LAST, ".index"), "the next start makes it anew");
        write(true, false);
        disk.deleteIfExists(sibling(FIRST, ".index"));
        assertNoted(sibling(FIRST, ".index"), "missing");
    }

    @Test
    void moreThanWasThereWhenTheLogWasClosedIsFound() throws IOException {
        write(true, true);
        try (DiskFile out = disk.openOrCreate(LAST)) {
            ByteBuf more = batch(RECORDS);
            new RecordBatch(more).setBaseOffset(RECORDS);
            new RecordBatch(more).setPartitionLeaderEpoch(1);
            out.write(3L * BATCH, more.nioBuffer());
            more.release();
        }
        assertDamaged(LAST, 4L * BATCH, RECORDS, "it was closed at 23");
    }

    @Test
    void whatStandsBesideTheSegmentsIsReadToo() throws IOException {
        write(true, true);
        overwrite(DIRECTORY.resolve("leader-epoch-checkpoint"), 0, 'x');
        assertDamaged(DIRECTORY.resolve("leader-epoch-checkpoint"), 0, -1, "no list of leader epochs");
        write(true, true);
        disk.flipBit(sibling(MIDDLE, ".snapshot"), 20, 1);
        assertDamaged(sibling(MIDDLE, ".snapshot"), 0, 10, "no whole snapshot");
        write(false, false);
        disk.flipBit(sibling(MIDDLE, ".snapshot"), 20, 1);
        assertNoted(sibling(MIDDLE, ".snapshot"), "no whole snapshot");
        write(true, true);
        overwrite(DIRECTORY.resolve("partition.metadata"), 0, 'x');
        assertDamaged(DIRECTORY.resolve("partition.metadata"), 0, -1, "topic id");
    }

    @Test
    void leftoversAreNamed() throws IOException {
        write(true, true);
        for (String name : List.of(
                "00000000000000000005.log.deleted",
                "00000000000000000005.log.cleaned",
                "00000000000000000005.log.swap",
                "leader-epoch-checkpoint.tmp",
                "00000000000000000005.index",
                "notes.txt")) {
            disk.openOrCreate(DIRECTORY.resolve(name)).close();
        }
        PartitionReport report = check();
        assertThat(report.isWhole()).isTrue();
        assertThat(report.findings()).hasSize(6);
    }

    @Test
    void whatBelongsToNoPartitionIsNamedToo() throws IOException {
        write(true, true);
        disk.createDirectories(ROOT.resolve("old-0.abc-delete"));
        disk.createDirectories(ROOT.resolve("other-0.abc-stray"));
        overwrite(ROOT.resolve("log-start-offset-checkpoint"), 0, 'x');
        DirectoryReport report = new DirectoryCheck(disk, ROOT).run(any -> true, Runnable::run);
        assertThat(report.findings()).hasSize(3);
        assertThat(report.isWhole()).isFalse();
        assertThat(report.partitions()).hasSize(1);
    }

    @Test
    void aPartitionWhoseDirectoryIsGoneIsMissed() throws IOException {
        write(true, false);
        disk.move(DIRECTORY, ROOT.resolve("elsewhere"));
        DirectoryReport report = new DirectoryCheck(disk, ROOT).run(any -> true, Runnable::run);
        assertThat(report.findings()).singleElement().satisfies(found -> {
            assertThat(found.isDamage()).isTrue();
            assertThat(found.file()).isEqualTo(DIRECTORY);
            assertThat(found.offset()).isEqualTo(RECORDS);
        });
    }

    @Test
    void aDirectoryOfNoNodeIsNotChecked() throws IOException {
        disk.createDirectories(ROOT);
        assertThatThrownBy(() -> new DirectoryCheck(disk, ROOT).run(any -> true, Runnable::run))
                .isInstanceOf(NoSuchFileException.class);
    }

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int command(String... arguments) {
        out.reset();
        err.reset();
        return new CheckCommand(disk, clock, Runnable::run, new PrintStream(out, true), new PrintStream(err, true))
                .run(arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theCommandTellsPeopleAndPrograms() throws IOException {
        write(true, true);
        assertThat(command("/data")).isEqualTo(CheckCommand.WHOLE);
        assertThat(out()).contains("orders-3: whole", "offsets 0 to 23", "3 segments", "23 batches", ": whole.");
        assertThat(command("/data", "--segments")).isEqualTo(CheckCommand.WHOLE);
        assertThat(out()).contains("segment 10: offsets 10 to 20");
        disk.flipBit(FIRST, 50, 1);
        assertThat(command("/data")).isEqualTo(CheckCommand.DAMAGED);
        assertThat(out()).contains("orders-3: DAMAGED", "DAMAGE " + FIRST + " at position 0, offset 0", "What to do: ");
        assertThat(command("--json", "/data")).isEqualTo(CheckCommand.DAMAGED);
        assertThat(out())
                .startsWith("{\"directory\":\"/data\"")
                .contains("\"whole\":false", "\"position\":0", "\"endOffset\":23")
                .endsWith("}" + System.lineSeparator());
    }

    @Test
    void theCommandLooksOnlyAtWhatIsWanted() throws IOException {
        write(true, true);
        disk.flipBit(FIRST, 50, 1);
        assertThat(command("/data", "--topic", "orders", "--partition", "3")).isEqualTo(CheckCommand.DAMAGED);
        assertThat(command("/data", "--topic", "order")).isEqualTo(CheckCommand.WHOLE);
        assertThat(command("/data", "--partition", "2")).isEqualTo(CheckCommand.WHOLE);
        assertThat(out()).contains("0 partitions");
    }

    @Test
    void theCommandRefusesADirectoryThatANodeUses() throws IOException {
        write(true, false);
        LogDirectory held = LogDirectory.open(new LogEnvironment(disk, clock, new SimRandom(1)), ROOT);
        assertThat(command("/data")).isEqualTo(CheckCommand.NOT_CHECKED);
        assertThat(err()).contains("in use by a node");
        held.close();
        assertThat(command("/data")).isEqualTo(CheckCommand.WHOLE);
    }

    @Test
    void theCommandSaysWhatItDoesNotUnderstand() throws IOException {
        assertThat(command()).isEqualTo(CheckCommand.NOT_CHECKED);
        assertThat(err()).contains("no directory", "check DIRECTORY");
        for (String[] wrong : List.of(
                new String[] {"/data", "/other"},
                new String[] {"/data", "--fix"},
                new String[] {"/data", "--topic"},
                new String[] {"/data", "--partition", "x"},
                new String[] {"/data", "--partition", "-1"})) {
            assertThat(command(wrong)).isEqualTo(CheckCommand.NOT_CHECKED);
            assertThat(err()).contains("check DIRECTORY");
        }
        disk.createDirectories(Path.of("/empty"));
        assertThat(command("/empty")).isEqualTo(CheckCommand.NOT_CHECKED);
        assertThat(err()).contains("no data directory");
        assertThat(command("/nowhere")).isEqualTo(CheckCommand.NOT_CHECKED);
    }
}
