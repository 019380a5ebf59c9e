package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.log.StageResult.Rejected;
import io.rowlock.log.StageResult.Staged;
import io.rowlock.ports.DiskFile;
import io.rowlock.ports.RealDisk;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One below, at, and one above everything that bounds a log. */
class BoundsTest {

    private static final Path DIRECTORY = Path.of("/data/t-0");
    private static final int SEGMENT = 1000;
    private static final int NO_INDEX = 1 << 30;

    private final SimDisk disk = new SimDisk(1);
    private final SimClock clock = new SimClock();

    @ParameterizedTest
    @CsvSource({"999,true", "1000,true", "1001,false"})
    void aBatchMayBeAsLargeAsASegment(int bytes, boolean fits) throws IOException {
        PartitionLog log = open(config(SEGMENT, 1 << 20, 0));
        StageResult result = log.stage(Batches.ofSize(bytes), 0, AppendOrigin.CLIENT);
        if (fits) {
            assertThat(result).isInstanceOf(Staged.class);
            log.write();
            assertThat(log.view().sizeInBytes()).isEqualTo(bytes);
        } else {
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Rejected.class, r -> assertThat(r.error()).isEqualTo(ErrorCode.RECORD_LIST_TOO_LARGE));
        }
    }

    @ParameterizedTest
    @CsvSource({"599,1", "600,1", "601,2"})
    void aSegmentRollsWhenABatchWouldNotFit(int second, int segments) throws IOException {
        PartitionLog log = open(config(SEGMENT, 1 << 20, 0));
        append(log, Batches.ofSize(400));
        append(log, Batches.ofSize(second));
        assertThat(log.view().segmentCount()).isEqualTo(segments);
    }

    @ParameterizedTest
    @CsvSource({"99,1", "100,1", "101,2"})
    void aSegmentRollsWhenABatchIsLaterThanSegmentMs(int later, int segments) throws IOException {
        LogConfig config = new LogConfig(1 << 20, 100, 0, 0, 1 << 20, TimestampType.CREATE_TIME);
        PartitionLog log = open(config);
        append(log, Batches.plain(1, 5_000));
        append(log, Batches.plain(1, 5_000 + later));
        assertThat(log.view().segmentCount()).isEqualTo(segments);
    }

    @ParameterizedTest
    @CsvSource({"2147483646,1", "2147483647,1", "2147483648,2"})
    void aSegmentRollsWhereARelativeOffsetEnds(long relative, int segments) throws IOException {
        PartitionLog log = open(config(SEGMENT, 1 << 20, 0));
        follow(log, 7);
        follow(log, relative);
        assertThat(log.view().segmentCount()).isEqualTo(segments);
        assertThat(log.view().logEndOffset()).isEqualTo(relative + 1);
        PartitionLog again = reopened(log, config(SEGMENT, 1 << 20, 0));
        assertThat(again.view().logEndOffset()).isEqualTo(relative + 1);
        assertThat(again.view().segmentCount()).isEqualTo(segments);
    }

    /** An index of {@code entries} entries is full, as with Kafka, when the next would not fit. */
    @ParameterizedTest
    @ValueSource(ints = {5, 6, 7})
    void aSegmentRollsWhenItsIndexIsFull(int entries) throws IOException {
        LogConfig config = config(1 << 20, OffsetIndex.ENTRY_BYTES * entries, 0);
        PartitionLog log = open(config);
        while (log.view().segmentCount() == 1) {
            ByteBuf batch = Batches.ofSize(100);
            // Equal times: the time index, whose entries are larger, does not fill up first.
            append(log, batch);
        }
        int count = (int) log.view().segmentBaseOffset(1);
        // The first batch has no entry.
        assertThat(count).isEqualTo(entries + 1);
        assertThat(disk.readAll(LogFiles.index(DIRECTORY, 0))).hasSize(OffsetIndex.ENTRY_BYTES * entries);
        PartitionLog again = reopened(log, config);
        assertThat(again.view().segmentCount()).isEqualTo(2);
        assertThat(again.view().logEndOffset()).isEqualTo(count + 1);
    }

    @ParameterizedTest
    @CsvSource({"199,2", "200,1", "201,1"})
    void anIndexEntryComesOnceMoreBytesThanTheIntervalAreBehind(int interval, int entries) throws IOException {
        LogConfig config = new LogConfig(1 << 20, 1_000_000, 0, interval, 1 << 20, TimestampType.CREATE_TIME);
        PartitionLog log = open(config);
        for (int i = 0; i < 4; i++) {
            append(log, Batches.ofSize(200));
        }
        SyncRequest checkpoint = log.captureCheckpoint();
        assertThat(checkpoint).isNotNull();
        assertThat(disk.readAll(LogFiles.index(DIRECTORY, 0)).length / OffsetIndex.ENTRY_BYTES)
                .isEqualTo(interval == 199 ? 3 : entries);
    }

    @ParameterizedTest
    @CsvSource({"4,true", "3,true", "2,false", "1,false"})
    void offsetsEndBeforeTheyOverflow(int left, boolean fits) throws IOException {
        PartitionLog log = open(config(SEGMENT, 1 << 20, 0));
        long start = Long.MAX_VALUE - left;
        log.truncateFullyAndStartAt(start);
        StageResult result = log.stage(Batches.plain(3, 1), 0, AppendOrigin.CLIENT);
        assertThat(result instanceof Staged).isEqualTo(fits);
        log.write();
        assertThat(log.view().logEndOffset()).isEqualTo(fits ? start + 3 : start);
        PartitionLog again = reopened(log, config(SEGMENT, 1 << 20, 0));
        assertThat(again.view().logEndOffset()).isEqualTo(fits ? start + 3 : start);
    }

    @Test
    void aLeadersBatchThatOverflowsIsABrokenRule() throws IOException {
        PartitionLog log = open(config(SEGMENT, 1 << 20, 0));
        ByteBuf batch = Batches.plain(3, 1);
        new RecordBatch(batch).setBaseOffset(Long.MAX_VALUE - 1);
        assertThatThrownBy(() -> log.appendAsFollower(batch)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, Long.MAX_VALUE - 1, Long.MAX_VALUE})
    void everyTimestampIsKeptAndFound(long timestamp) throws IOException {
        LogConfig config = config(SEGMENT, 1 << 20, 0);
        PartitionLog log = open(config);
        RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE);
        builder.add(timestamp, new byte[] {'k'}, new byte[] {'v'});
        append(log, builder.build());
        append(log, Batches.ofSize(900));
        assertTimestamp(log, timestamp);
        assertTimestamp(reopened(log, config), timestamp);
    }

    private static void assertTimestamp(PartitionLog log, long timestamp) throws IOException {
        LogView view = log.view();
        assertThat(view.logEndOffset()).isEqualTo(2);
        TimestampOffset found = log.offsetForTimestamp(view, timestamp, 2);
        assertThat(found).isNotNull();
        if (found != null && timestamp >= 0) {
            assertThat(found.offset()).isZero();
            assertThat(found.timestamp()).isEqualTo(timestamp);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,24", "1,23"})
    void theSmallestSettingsWorkAndSmallerOnesAreRefused(int tooSmall, int indexBytes) throws IOException {
        if (tooSmall == 1) {
            assertThatThrownBy(() -> config(1, indexBytes, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> config(0, 24, 0)).isInstanceOf(IllegalArgumentException.class);
            return;
        }
        LogConfig smallest = new LogConfig(100, 1, 0, 0, indexBytes, TimestampType.CREATE_TIME);
        PartitionLog log = open(smallest);
        for (int i = 0; i < 5; i++) {
            append(log, Batches.ofSize(100));
        }
        assertThat(log.view().segmentCount()).isEqualTo(5);
        LogConfig largest = new LogConfig(
                Integer.MAX_VALUE,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                NO_INDEX,
                Integer.MAX_VALUE,
                TimestampType.CREATE_TIME);
        log.updateConfig(largest);
        append(log, Batches.ofSize(100));
        assertThat(reopened(log, largest).view().logEndOffset()).isEqualTo(6);
    }

    /** On a sparse file, because what lies below the recovery point is not read but for its headers. */
    @ParameterizedTest
    @CsvSource({"1,true", "0,true", "-1,false"})
    void aSegmentGrowsToTwoGigabytesLessOne(int spare, boolean fits, @TempDir Path root) throws IOException {
        Path directory = root.resolve("t-0");
        RealDisk real = new RealDisk();
        LogConfig config =
                new LogConfig(Integer.MAX_VALUE, Long.MAX_VALUE, 0, NO_INDEX, 1 << 20, TimestampType.CREATE_TIME);
        PartitionLog.open(environment(real), directory, new UUID(7, 8), config, ProducerStateConfig.DEFAULT, fresh())
                .close(false);
        int last = 1000;
        int first = Integer.MAX_VALUE - last - spare;
        ByteBuf header = Batches.ofSize(100);
        header.setInt(8, first - RecordBatch.LENGTH_OVERHEAD);
        try (DiskFile file = real.openOrCreate(LogFiles.log(directory, 0))) {
            file.write(0, header.nioBuffer());
            file.write(first - 1, ByteBuffer.allocate(1));
        }
        PartitionLog log = PartitionLog.open(
                environment(real),
                directory,
                new UUID(7, 8),
                config,
                ProducerStateConfig.DEFAULT,
                new LogOpening(false, 1, 0, (point, start) -> {}));
        assertThat(log.view().logEndOffset()).isEqualTo(1);
        append(log, Batches.ofSize(last));
        assertThat(log.view().segmentCount()).isEqualTo(fits ? 1 : 2);
        FileRecords records = ((ReadResult.FetchSlice) log.read(log.view(), 1, 2, 1, true)).records();
        ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
        records.readInto(bytes);
        records.release();
        assertThat(new RecordBatch(Unpooled.wrappedBuffer(bytes.array())).hasValidCrc())
                .isTrue();
        log.close(false);
    }

    private static LogOpening fresh() {
        return LogOpening.unknown();
    }

    private static LogConfig config(int segmentBytes, int indexBytes, int interval) {
        return new LogConfig(segmentBytes, 1_000_000, 0, interval, indexBytes, TimestampType.CREATE_TIME);
    }

    private static void append(PartitionLog log, ByteBuf batch) throws IOException {
        assertThat(log.stage(batch, 0, AppendOrigin.CLIENT)).isInstanceOf(Staged.class);
        log.write();
    }

    private static void follow(PartitionLog log, long offset) throws IOException {
        ByteBuf batch = Batches.plain(1, 1);
        new RecordBatch(batch).setBaseOffset(offset);
        new RecordBatch(batch).setPartitionLeaderEpoch(0);
        log.appendAsFollower(batch);
    }

    private PartitionLog reopened(PartitionLog log, LogConfig config) throws IOException {
        log.close(true);
        LogOpening clean = new LogOpening(true, 0, 0, (point, start) -> {});
        return PartitionLog.open(
                environment(disk), DIRECTORY, new UUID(7, 8), config, ProducerStateConfig.DEFAULT, clean);
    }

    private PartitionLog open(LogConfig config) throws IOException {
        return PartitionLog.open(
                environment(disk), DIRECTORY, new UUID(7, 8), config, ProducerStateConfig.DEFAULT, fresh());
    }

    private LogEnvironment environment(io.rowlock.ports.Disk any) {
        return new LogEnvironment(any, clock, new SimRandom(3), new OpenFiles(OpenFiles.DEFAULT_MAX));
    }
}
