package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.log.ReadResult.OffsetOutOfRange;
import io.rowlock.log.StageResult.Duplicate;
import io.rowlock.log.StageResult.Rejected;
import io.rowlock.log.StageResult.Staged;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.DiskFaults;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PartitionLogTest {

    private static final Path DIRECTORY = Path.of("/data/t-0");
    private static final UUID TOPIC = new UUID(7, 8);
    private static final int BATCH = 200;

    private final SimDisk disk = new SimDisk(1);
    private final SimClock clock = new SimClock();
    private LogConfig config = new LogConfig(10 * BATCH, 1000, 0, 0, 1 << 20, TimestampType.CREATE_TIME);

    @Test
    void publishesOnlyWhatIsWritten() throws IOException {
        PartitionLog log = open();
        ByteBuf first = Batches.plain(3, 100);
        assertThat(log.stage(first, 5, AppendOrigin.CLIENT)).isEqualTo(new Staged(0, 2, -1));
        ByteBuf second = Batches.plain(2, 200);
        assertThat(log.stage(second, 5, AppendOrigin.CLIENT)).isEqualTo(new Staged(3, 4, -1));
        assertThat(log.view().logEndOffset()).isZero();
        assertThat(first.refCnt()).isEqualTo(2);
        log.write();
        assertThat(first.refCnt()).isEqualTo(1);
        assertThat(log.view().logEndOffset()).isEqualTo(5);
        assertThat(new RecordBatch(second).partitionLeaderEpoch()).isEqualTo(5);

        assertThat(read(log, 1, 5, 1 << 20)).isEqualTo(first.readableBytes() + second.readableBytes());
        assertThat(read(log, 3, 5, 1 << 20)).isEqualTo(second.readableBytes());
        assertThat(read(log, 0, 4, 1 << 20)).isEqualTo(first.readableBytes());
        assertThat(read(log, 0, 2, 1 << 20)).isZero();
        assertThat(read(log, 5, 5, 1 << 20)).isZero();
        assertThat(log.read(log.view(), 6, 9, 1, true)).isEqualTo(new OffsetOutOfRange(0, 5));
        assertThat(log.read(log.view(), -1, 9, 1, true)).isEqualTo(new OffsetOutOfRange(0, 5));
    }

    @Test
    void boundsReadsByBytes() throws IOException {
        PartitionLog log = open();
        append(log, 5);
        assertThat(read(log, 0, 5, 2 * BATCH - 1)).isEqualTo(BATCH);
        assertThat(read(log, 0, 5, 2 * BATCH)).isEqualTo(2 * BATCH);
        assertThat(read(log, 0, 5, 2 * BATCH + 1)).isEqualTo(2 * BATCH);
        assertThat(read(log, 0, 5, 0)).isEqualTo(BATCH);
        FetchSlice none = (FetchSlice) log.read(log.view(), 0, 5, BATCH - 1, false);
        assertThat(none.records().sizeInBytes()).isZero();
        none.records().release();
        assertThat(read(log, 0, 5, Integer.MAX_VALUE)).isEqualTo(5 * BATCH);
    }

    @Test
    void rollsWhenASegmentIsFull() throws IOException {
        PartitionLog log = open();
        append(log, 10);
        assertThat(log.view().segmentCount()).isEqualTo(1);
        append(log, 1);
        assertThat(log.view().segmentCount()).isEqualTo(2);
        assertThat(log.view().segmentBaseOffset(1)).isEqualTo(10);
        assertThat(log.view().segmentSizeInBytes(0)).isEqualTo(10 * BATCH);
        assertThat(log.view().sizeInBytes()).isEqualTo(11 * BATCH);
        assertThat(disk.list(DIRECTORY))
                .contains("00000000000000000010.log", "00000000000000000010.index", "00000000000000000010.snapshot");
        for (int offset = 0; offset < 11; offset++) {
            assertThat(read(log, offset, 11, 1)).isEqualTo(BATCH);
        }
        // One more byte than fits, in one write that fills three segments.
        for (int i = 0; i < 22; i++) {
            log.stage(Batches.ofSize(BATCH + 1), 1, AppendOrigin.CLIENT);
        }
        log.write();
        assertThat(log.view().segmentCount()).isEqualTo(4);
        assertThat(log.view().segmentBaseOffset(2)).isEqualTo(19);
    }

    @Test
    void rollsByTimeAndByFullIndexes() throws IOException {
        PartitionLog log = open();
        log.stage(Batches.plain(1, 5000), 1, AppendOrigin.CLIENT);
        log.stage(Batches.plain(1, 6000), 1, AppendOrigin.CLIENT);
        log.write();
        assertThat(log.view().segmentCount()).isEqualTo(1);
        log.stage(Batches.plain(1, 6001), 1, AppendOrigin.CLIENT);
        log.write();
        assertThat(log.view().segmentCount()).isEqualTo(2);

        int indexMaxBytes = 2 * TimeIndex.ENTRY_BYTES;
        log.updateConfig(new LogConfig(1 << 20, 1_000_000, 0, 0, indexMaxBytes, TimestampType.CREATE_TIME));
        for (int i = 0; i < 20; i++) {
            log.stage(Batches.plain(1, 6100 + i), 1, AppendOrigin.CLIENT);
        }
        log.write();
        assertThat(log.view().segmentCount()).isGreaterThan(5);
        for (int i = 0; i < log.view().segmentCount() - 1; i++) {
            long base = log.view().segmentBaseOffset(i);
            assertThat(disk.readAll(LogFiles.index(DIRECTORY, base))).hasSizeLessThanOrEqualTo(indexMaxBytes);
            assertThat(disk.readAll(LogFiles.timeIndex(DIRECTORY, base))).hasSizeLessThanOrEqualTo(indexMaxBytes);
        }
    }

    @Test
    void refusesBatchesLargerThanASegment() throws IOException {
        PartitionLog log = open();
        assertThat(log.stage(Batches.ofSize(10 * BATCH), 1, AppendOrigin.CLIENT))
                .isInstanceOf(Staged.class);
        StageResult result = log.stage(Batches.ofSize(10 * BATCH + 1), 1, AppendOrigin.CLIENT);
        assertThat(((Rejected) result).error()).isEqualTo(ErrorCode.RECORD_LIST_TOO_LARGE);
    }

    @Test
    void stagedBatchesCountForTheNextOnes() throws IOException {
        PartitionLog log = open();
        log.stage(Batches.ofProducer(9, 0, 0, 2), 1, AppendOrigin.CLIENT);
        assertThat(log.stage(Batches.ofProducer(9, 0, 0, 2), 1, AppendOrigin.CLIENT))
                .isEqualTo(new Duplicate(0, 1, -1));
        assertThat(log.stage(Batches.ofProducer(9, 0, 2, 1), 1, AppendOrigin.CLIENT))
                .isEqualTo(new Staged(2, 2, -1));
        assertThat(log.stage(Batches.ofProducer(9, 0, 4, 1), 1, AppendOrigin.CLIENT))
                .isInstanceOf(Rejected.class);
        log.write();
        assertThat(log.view().logEndOffset()).isEqualTo(3);
    }

    @Test
    void stampsAppendTime() throws IOException {
        config = new LogConfig(1 << 20, 1000, 0, 0, 1 << 20, TimestampType.LOG_APPEND_TIME);
        PartitionLog log = open();
        ByteBuf batch = Batches.ofProducer(9, 0, 0, 2);
        long now = clock.wallMillis();
        assertThat(log.stage(batch, 1, AppendOrigin.CLIENT)).isEqualTo(new Staged(0, 1, now));
        log.write();
        clock.advance(Duration.ofMillis(5));
        RecordBatch header = new RecordBatch(batch);
        assertThat(header.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(header.maxTimestamp()).isEqualTo(now);
        assertThat(header.hasValidCrc()).isTrue();
        assertThat(log.stage(Batches.ofProducer(9, 0, 0, 2), 1, AppendOrigin.CLIENT))
                .isEqualTo(new Duplicate(0, 1, now));
        assertThat(log.offsetForTimestamp(log.view(), now, 2)).isEqualTo(new TimestampOffset(now, 0, 1));
        assertThat(log.offsetForTimestamp(log.view(), now + 1, 2)).isNull();
    }

    @Test
    void findsRecordsByTimestamp() throws IOException {
        PartitionLog log = open();
        assertThat(log.maxTimestampOffset(log.view())).isNull();
        for (long start : new long[] {100, 200, 150, 300}) {
            log.stage(Batches.plain(10, start), 4, AppendOrigin.CLIENT);
        }
        log.write();
        LogView view = log.view();
        assertThat(log.offsetForTimestamp(view, 0, 40)).isEqualTo(new TimestampOffset(100, 0, 4));
        assertThat(log.offsetForTimestamp(view, 105, 40)).isEqualTo(new TimestampOffset(105, 5, 4));
        assertThat(log.offsetForTimestamp(view, 110, 40)).isEqualTo(new TimestampOffset(200, 10, 4));
        assertThat(log.offsetForTimestamp(view, 210, 40)).isEqualTo(new TimestampOffset(300, 30, 4));
        assertThat(log.offsetForTimestamp(view, 210, 30)).isNull();
        assertThat(log.offsetForTimestamp(view, 310, 40)).isNull();
        assertThat(log.maxTimestampOffset(view)).isEqualTo(new TimestampOffset(309, 39, 4));
        log.advanceLogStart(6);
        assertThat(log.offsetForTimestamp(log.view(), 0, 40)).isEqualTo(new TimestampOffset(106, 6, 4));
    }

    @Test
    void syncsBesideAppending() throws IOException {
        PartitionLog log = open();
        append(log, 2);
        SyncRequest first = Objects.requireNonNull(log.captureSync());
        append(log, 20);
        assertThat(log.captureSync()).isNull();
        first.run();
        assertThat(log.completeSync(first, null)).isEqualTo(2);
        SyncRequest second = Objects.requireNonNull(log.captureSync());
        assertThat(second.endOffset()).isEqualTo(22);
        second.run();
        assertThat(log.completeSync(second, null)).isEqualTo(22);
        assertThat(log.captureSync()).isNull();
        // The closed segments went with their indexes.
        assertThat(log.recoveryPoint()).isEqualTo(20);
        SyncRequest checkpoint = Objects.requireNonNull(log.captureCheckpoint());
        checkpoint.run();
        log.completeSync(checkpoint, null);
        assertThat(log.recoveryPoint()).isEqualTo(22);
    }

    @Test
    void aSyncFromBeforeATruncationCountsForNothing() throws IOException {
        PartitionLog log = open();
        append(log, 25);
        SyncRequest request = Objects.requireNonNull(log.captureSync());
        log.truncateTo(3);
        runAndComplete(log, request);
        assertThat(log.durableEndOffset()).isLessThanOrEqualTo(3);
        append(log, 1);
        runAndComplete(log, Objects.requireNonNull(log.captureSync()));
        assertThat(log.durableEndOffset()).isEqualTo(4);
    }

    private static void runAndComplete(PartitionLog log, SyncRequest request) throws IOException {
        IOException error = null;
        try {
            request.run();
        } catch (IOException e) {
            error = e;
        }
        log.completeSync(request, error);
    }

    @Test
    void aFailedSyncTakesTheLogOffline() throws IOException {
        PartitionLog log = open();
        append(log, 2);
        disk.setFaults(new DiskFaults(0, 1000));
        runAndComplete(log, Objects.requireNonNull(log.captureSync()));
        disk.setFaults(DiskFaults.NONE);
        assertThat(log.durableEndOffset()).isZero();
        assertThatThrownBy(log::captureSync).isInstanceOf(LogFailedException.class);
        assertThatThrownBy(() -> append(log, 1)).isInstanceOf(LogFailedException.class);
        assertThat(read(log, 0, 2, 1 << 20)).isEqualTo(2 * BATCH);
    }

    @Test
    void aFullDiskIsToldFromABrokenOne() throws IOException {
        PartitionLog log = open();
        append(log, 1);
        disk.setCapacity(0);
        ByteBuf batch = Batches.ofSize(BATCH);
        log.stage(batch, 1, AppendOrigin.CLIENT);
        assertThatThrownBy(log::write)
                .isInstanceOfSatisfying(
                        LogFailedException.class,
                        e -> assertThat(e.outOfSpace()).isTrue());
        assertThat(batch.refCnt()).isEqualTo(1);
        assertThat(log.view().logEndOffset()).isEqualTo(1);
        assertThat(read(log, 0, 1, 1)).isEqualTo(BATCH);
        log.close(false);
        disk.setCapacity(Long.MAX_VALUE);
        assertThat(open().view().logEndOffset()).isEqualTo(1);
    }

    @Test
    void slicesOutliveTheirSegment() throws IOException {
        PartitionLog log = open();
        append(log, 11);
        FetchSlice slice = (FetchSlice) log.read(log.view(), 2, 11, 1, true);
        LogView old = log.view();
        log.advanceLogStart(10);
        assertThat(log.view().segmentCount()).isEqualTo(1);
        assertThat(log.view().logStartOffset()).isEqualTo(10);
        SegmentDeletion deletion = Objects.requireNonNull(log.takeDeletion());
        assertThat(log.takeDeletion()).isNull();
        assertThat(oldFiles()).allMatch(name -> !name.endsWith(LogFiles.DELETED_FILE));
        deletion.rename();
        assertThat(oldFiles()).hasSize(3).allMatch(name -> name.endsWith(LogFiles.DELETED_FILE));
        assertThat(deletion.run()).as("while it is read").isFalse();
        assertThat(oldFiles()).hasSize(3);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(slice.records().transferTo(0, Channels.newChannel(out))).isEqualTo(BATCH);
        assertThat(slice.records().transferTo(BATCH, Channels.newChannel(out))).isZero();
        assertThat(new RecordBatch(Unpooled.wrappedBuffer(out.toByteArray())).baseOffset())
                .isEqualTo(2);
        slice.records().release();
        assertThat(deletion.run()).isTrue();
        assertThat(oldFiles()).isEmpty();
        assertThat(deletion.run()).as("again").isTrue();
        assertThatThrownBy(() -> slice.records().transferTo(0, Channels.newChannel(out)))
                .isInstanceOf(IOException.class);
        // Whoever still has the old view is led to the new one.
        assertThat(log.read(old, 2, 11, 1, true)).isEqualTo(new OffsetOutOfRange(10, 11));
    }

    @Test
    void theActiveSegmentGoesOnlyIfNothingCameSince() throws IOException {
        PartitionLog log = open();
        append(log, 11);
        log.dropSegmentsBefore(10);
        assertThat(log.view().segmentCount()).isEqualTo(1);
        assertThat(log.view().logStartOffset()).isEqualTo(10);
        append(log, 1);
        log.dropSegmentsBefore(11);
        assertThat(log.view().segmentBaseOffset(0)).as("12 is there meanwhile").isEqualTo(10);
        assertThat(log.view().logStartOffset()).isEqualTo(11);
        log.dropSegmentsBefore(12);
        assertThat(log.view().segmentCount()).isEqualTo(1);
        assertThat(log.view().segmentBaseOffset(0)).isEqualTo(12);
        assertThat(log.view().sizeInBytes()).isZero();
        assertThat(log.view().logEndOffset()).isEqualTo(12);
        log.dropSegmentsBefore(12);
        assertThat(log.view().segmentBaseOffset(0)).isEqualTo(12);
        append(log, 1);
        assertThat(read(log, 12, 13, 1)).isEqualTo(BATCH);
    }

    @Test
    void aLogThatBeginsAtItsEndGivesItsActiveSegmentAway() throws IOException {
        PartitionLog log = open();
        append(log, 3);
        log.advanceLogStart(3);
        assertThat(log.view().sizeInBytes()).isEqualTo(3 * BATCH);
        assertThat(log.view().firstKept(RetentionConfig.KEEP_ALL, 3, 0)).isEqualTo(3);
        log.dropSegmentsBefore(3);
        assertThat(log.view().sizeInBytes()).isZero();
        assertThat(Objects.requireNonNull(log.takeDeletion()).run()).isTrue();
    }

    @Test
    void anIdempotentProducerGoesOnAfterAllItsRecordsAreGone() throws IOException {
        PartitionLog log = open();
        log.stage(Batches.ofProducer(7, 0, 0, 1), 1, AppendOrigin.CLIENT);
        log.write();
        log.dropSegmentsBefore(log.view().logEndOffset());
        log.close(false);
        PartitionLog reopened = open();
        assertThat(reopened.producerCount()).isEqualTo(1);
        assertThat(reopened.stage(Batches.ofProducer(7, 0, 1, 1), 1, AppendOrigin.CLIENT))
                .isInstanceOf(Staged.class);
    }

    @Test
    void nothingIsDoneByNameOnceTheLogIsClosed() throws IOException {
        PartitionLog log = open();
        append(log, 11);
        log.advanceLogStart(10);
        SegmentDeletion deletion = Objects.requireNonNull(log.takeDeletion());
        log.close(false);
        deletion.rename();
        assertThat(deletion.run()).isTrue();
        assertThat(oldFiles()).hasSize(3).allMatch(name -> !name.endsWith(LogFiles.DELETED_FILE));
    }

    @Test
    void timestampsAreLookedUpInWhatIsLeft() throws IOException {
        PartitionLog log = open();
        append(log, 31);
        LogView old = log.view();
        log.advanceLogStart(30);
        Objects.requireNonNull(log.takeDeletion()).run();
        assertThat(log.offsetForTimestamp(old, 0, 31))
                .extracting(TimestampOffset::offset)
                .isEqualTo(30L);
        assertThat(log.maxTimestampOffset(old))
                .extracting(TimestampOffset::offset)
                .isEqualTo(30L);
    }

    @Test
    void whatIsRenamedCanStillBeReadByAnOldView() throws IOException {
        PartitionLog log = open();
        append(log, 31);
        LogView old = log.view();
        log.advanceLogStart(10);
        SegmentDeletion deletion = Objects.requireNonNull(log.takeDeletion());
        deletion.rename();
        FetchSlice slice = (FetchSlice) log.read(old, 2, 31, 1, true);
        assertThat(slice.records().sizeInBytes()).isEqualTo(BATCH);
        slice.records().release();
        assertThat(deletion.run()).isTrue();
        assertThat(log.read(old, 2, 31, 1, true)).isEqualTo(new OffsetOutOfRange(10, 31));
    }

    private List<String> oldFiles() throws IOException {
        return disk.list(DIRECTORY).stream()
                .filter(name -> name.startsWith("00000000000000000000"))
                .toList();
    }

    @Test
    void aTruncatedSliceEndsLoudly() throws IOException {
        PartitionLog log = open();
        append(log, 4);
        FetchSlice slice = (FetchSlice) log.read(log.view(), 2, 4, BATCH, true);
        log.truncateTo(2);
        assertThatThrownBy(() -> slice.records().transferTo(0, Channels.newChannel(new ByteArrayOutputStream())))
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> slice.records().readInto(ByteBuffer.allocate(BATCH)))
                .isInstanceOf(EOFException.class);
        slice.records().release();
    }

    @Test
    void refusesAnEarlierLeader() throws IOException {
        PartitionLog log = open();
        log.assignEpochStart(5, 0);
        assertThat(log.view().epochEndOffset(5)).isEqualTo(new EpochEnd(5, 0));
        ByteBuf late = Batches.plain(1, 1);
        assertThatThrownBy(() -> log.stage(late, 4, AppendOrigin.CLIENT)).isInstanceOf(IllegalArgumentException.class);
        assertThat(late.refCnt()).isEqualTo(1);
        assertThat(log.stage(Batches.plain(1, 1), 5, AppendOrigin.CLIENT)).isEqualTo(new Staged(0, 0, -1));
        log.write();
        assertThat(log.view().logEndOffset()).isEqualTo(1);
    }

    @Test
    void aFollowerForgetsTheEpochInWhichItLedWithoutARecord() throws IOException {
        PartitionLog log = open();
        append(log, 2);
        log.assignEpochStart(5, 2);
        ByteBuf earlier = Batches.plain(2, 1);
        RecordBatch batch = new RecordBatch(earlier);
        batch.setBaseOffset(2);
        batch.setPartitionLeaderEpoch(3);
        log.appendAsFollower(earlier);
        assertThat(log.view().latestEpoch()).isEqualTo(3);
        assertThat(log.view().epochOf(2)).isEqualTo(3);
        batch.setBaseOffset(3);
        batch.setPartitionLeaderEpoch(2);
        assertThatThrownBy(() -> log.appendAsFollower(earlier)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBrokenBufferTakesTheLogOffline() throws IOException {
        PartitionLog log = open();
        append(log, 1);
        ByteBuf batch = Batches.ofSize(BATCH);
        log.stage(batch, 1, AppendOrigin.CLIENT);
        batch.release(2);
        assertThatThrownBy(log::write).isInstanceOf(Exception.class);
        assertThatThrownBy(log::write).isInstanceOf(LogFailedException.class);
        assertThat(log.view().logEndOffset()).isEqualTo(1);
    }

    @Test
    void followsALeaderWithGaps() throws IOException {
        PartitionLog log = open();
        ByteBuf batches = Unpooled.buffer();
        for (long offset : new long[] {3, 10, 11, 5_000_000_000L}) {
            ByteBuf batch = Batches.plain(1, offset);
            new RecordBatch(batch).setBaseOffset(offset);
            new RecordBatch(batch).setPartitionLeaderEpoch(offset < 11 ? 1 : 2);
            batches.writeBytes(batch);
        }
        log.appendAsFollower(batches);
        assertThat(batches.refCnt()).isEqualTo(1);
        LogView view = log.view();
        assertThat(view.logEndOffset()).isEqualTo(5_000_000_001L);
        assertThat(view.segmentCount()).isEqualTo(2);
        assertThat(view.epochEndOffset(1)).isEqualTo(new EpochEnd(1, 11));
        int size = batches.readableBytes() / 4;
        assertThat(read(log, 0, Long.MAX_VALUE, 1)).isEqualTo(size);
        assertThat(read(log, 4, Long.MAX_VALUE, 2 * size)).isEqualTo(2 * size);
        assertThat(read(log, 12, Long.MAX_VALUE, 9 * size)).isEqualTo(size);
        assertThatThrownBy(() -> log.appendAsFollower(batches)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void followsALeaderWhoseBatchesCameInPieces() throws IOException {
        PartitionLog log = open();
        CompositeByteBuf batches = Unpooled.compositeBuffer();
        for (int offset = 0; offset < 3; offset++) {
            ByteBuf batch = Batches.plain(1, offset);
            new RecordBatch(batch).setBaseOffset(offset);
            int middle = batch.readableBytes() / 2;
            batches.addComponent(true, batch.readRetainedSlice(middle)).addComponent(true, batch);
        }
        log.appendAsFollower(batches);
        assertThat(log.view().logEndOffset()).isEqualTo(3);
        assertThat(read(log, 0, Long.MAX_VALUE, 1 << 20)).isEqualTo(batches.readableBytes());
        assertThat(batches.release()).isTrue();
    }

    @Test
    void cleanCloseLeavesNothingToScan() throws IOException {
        disk.createDirectories(Path.of("/data"));
        disk.syncDirectory(Path.of("/"));
        PartitionLog log = open();
        append(log, 25);
        // What lies above the partition is made durable by whoever makes it.
        disk.syncDirectory(Path.of("/"));
        log.close(true);
        disk.losePower();
        // Were it scanned, this would be found.
        disk.flipBit(LogFiles.log(DIRECTORY, 20), 150, 1);
        PartitionLog again = open(new LogOpening(true, 0, 0, (recoveryPoint, logStart) -> {}));
        assertThat(again.view().logEndOffset()).isEqualTo(25);
        assertThat(again.durableEndOffset()).isEqualTo(25);
        again.close(false);
        assertThatThrownBy(() -> open(LogOpening.unknown())).isInstanceOf(CorruptLogException.class);
    }

    private void append(PartitionLog log, int batches) throws IOException {
        for (int i = 0; i < batches; i++) {
            log.stage(Batches.ofSize(BATCH), 1, AppendOrigin.CLIENT);
        }
        log.write();
    }

    private PartitionLog open() throws IOException {
        return open(LogOpening.unknown());
    }

    private PartitionLog open(LogOpening opening) throws IOException {
        LogEnvironment environment = new LogEnvironment(disk, clock, new SimRandom(3));
        return PartitionLog.open(environment, DIRECTORY, TOPIC, config, ProducerStateConfig.DEFAULT, opening);
    }

    private static int read(PartitionLog log, long offset, long upperBound, int maxBytes) throws IOException {
        FileRecords records = ((FetchSlice) log.read(log.view(), offset, upperBound, maxBytes, true)).records();
        ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
        records.readInto(bytes);
        records.release();
        return bytes.position();
    }
}
