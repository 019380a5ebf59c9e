package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.TimestampType;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A follower gets batches with holes between them where its leader was compacted. */
class FollowerOfCompactedLeaderTest {

    private static final Path DIRECTORY = Path.of("/data/t-0");
    private static final int BATCH = 200;

    /** Two batches fill a segment. */
    private static final LogConfig CONFIG = new LogConfig(2 * BATCH, 1000, 0, 0, 1 << 20, TimestampType.CREATE_TIME);

    private final SimDisk disk = new SimDisk(1);

    @Test
    void keepsWhatItSyncedBehindAHoleWhereASegmentBegins() throws IOException {
        PartitionLog log = open(0);
        for (long offset : new long[] {0, 1, 7, 9, 30, 31, 100}) {
            log.appendAsFollower(at(offset));
        }
        sync(log);
        disk.losePower();
        PartitionLog again = open(0);
        assertThat(again.view().logEndOffset()).isEqualTo(101);
        assertThat(again.view().segmentCount()).isEqualTo(4);
    }

    @Test
    void aSegmentBeginsWhereTheLogEndedAndReadsInTheHoleGiveWhatFollows() throws IOException {
        PartitionLog log = open(0);
        for (long offset : new long[] {0, 1, 7, 9, 30}) {
            log.appendAsFollower(at(offset));
        }
        for (int round = 0; round < 2; round++) {
            assertThat(log.view().segmentBaseOffset(1)).isEqualTo(2);
            assertThat(log.view().segmentBaseOffset(2)).isEqualTo(10);
            for (long offset = 0; offset <= 30; offset++) {
                long first = offset < 2 ? offset : offset <= 7 ? 7 : offset <= 9 ? 9 : 30;
                assertThat(firstOffset(log, offset)).as("read at %s", offset).isEqualTo(first);
            }
            sync(log);
            disk.losePower();
            log = open(0);
        }
    }

    /** Offsets in a segment are kept as 32-bit distances from its base. */
    @Test
    void aBatchThatASegmentFromTheLogsEndCannotReachBeginsItsOwn() throws IOException {
        long furthest = 2L + Integer.MAX_VALUE;
        for (long offset : new long[] {furthest - 1, furthest, furthest + 1, 5 * furthest}) {
            PartitionLog log = open(0);
            log.appendAsFollower(at(0));
            log.appendAsFollower(at(1));
            log.appendAsFollower(at(offset));
            assertThat(log.view().segmentBaseOffset(1)).isEqualTo(offset <= furthest ? 2 : offset);
            assertThat(log.view().segmentCount()).isEqualTo(2);
            assertThat(firstOffset(log, 3)).isEqualTo(offset);
            assertThat(firstOffset(log, offset)).isEqualTo(offset);
            log.truncateFullyAndStartAt(0);
            log.close(true);
        }
    }

    @Test
    void aNewFollowerFarBelowItsLeadersFirstBatchTakesIt() throws IOException {
        long far = 3L * Integer.MAX_VALUE;
        PartitionLog log = open(0);
        log.appendAsFollower(at(far));
        log.appendAsFollower(at(far + 1));
        assertThat(firstOffset(log, 0)).isEqualTo(far);
        assertThat(log.view().logEndOffset()).isEqualTo(far + 2);
    }

    @Test
    void aLogCutWithinAHoleIsOpenedAgain() throws IOException {
        for (long cut : new long[] {2, 3, 6, 7}) {
            PartitionLog log = open(0);
            for (long offset : new long[] {0, 1, 7, 9, 30}) {
                log.appendAsFollower(at(offset));
            }
            log.truncateTo(cut);
            log.roll();
            log.appendAsFollower(at(50));
            sync(log);
            assertThat(log.recoveryPoint()).isEqualTo(51);
            disk.losePower();
            PartitionLog again = open(0);
            assertThat(again.view().logEndOffset()).isEqualTo(51);
            again.truncateTo(cut);
            sync(again);
            disk.losePower();
            PartitionLog last = open(again.recoveryPoint());
            assertThat(last.view().logEndOffset()).isEqualTo(again.view().logEndOffset());
            last.truncateFullyAndStartAt(0);
            last.close(true);
        }
    }

    private PartitionLog open(long recoveryPoint) throws IOException {
        return PartitionLog.open(
                new LogEnvironment(disk, new SimClock(), new SimRandom(1)),
                DIRECTORY,
                new UUID(7, 8),
                CONFIG,
                ProducerStateConfig.DEFAULT,
                new LogOpening(false, recoveryPoint, 0, (point, logStart) -> {}));
    }

    private static ByteBuf at(long offset) {
        ByteBuf bytes = Batches.ofSize(BATCH);
        RecordBatch batch = new RecordBatch(bytes);
        batch.setBaseOffset(offset);
        batch.setPartitionLeaderEpoch(1);
        return bytes;
    }

    private static void sync(PartitionLog log) throws IOException {
        SyncRequest request = Objects.requireNonNull(log.captureCheckpoint());
        request.run();
        log.completeSync(request, null);
    }

    private static long firstOffset(PartitionLog log, long offset) throws IOException {
        FetchSlice slice = (FetchSlice) log.read(log.view(), offset, Long.MAX_VALUE, 1, true);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        slice.records().transferTo(0, Channels.newChannel(out));
        slice.records().release();
        return ByteBuffer.wrap(out.toByteArray()).getLong();
    }
}
