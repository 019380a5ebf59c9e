package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.log.ReadResult.OffsetOutOfRange;
import io.rowlock.log.StageResult.Staged;
import io.rowlock.ports.RealDisk;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLogTest {

    private static final LogEnvironment REAL =
            new LogEnvironment(new RealDisk(), new SystemClock(), new SystemRandom());
    private static final UUID TOPIC = new UUID(7, 8);

    @TempDir
    Path root;

    @Test
    void appendsReadsAndReopens() throws IOException {
        PartitionLog log = open(LogOpening.unknown());
        ByteBuf first = Batches.plain(3, 100);
        assertThat(log.stage(first, 5, AppendOrigin.CLIENT)).isEqualTo(new Staged(0, 2, -1));
        ByteBuf second = Batches.plain(2, 200);
        assertThat(log.stage(second, 5, AppendOrigin.CLIENT)).isEqualTo(new Staged(3, 4, -1));
        assertThat(log.view().logEndOffset()).isZero();
        log.write();
        assertThat(first.refCnt()).isEqualTo(1);
        assertThat(log.view().logEndOffset()).isEqualTo(5);
        assertThat(log.durableEndOffset()).isZero();

        ByteBuffer bytes = bytes(log.read(log.view(), 1, 5, 1 << 20, true));
        assertThat(bytes.remaining()).isEqualTo(first.readableBytes() + second.readableBytes());
        assertThat(bytes(log.read(log.view(), 3, 5, 1 << 20, true)).remaining()).isEqualTo(second.readableBytes());
        assertThat(bytes(log.read(log.view(), 0, 3, 1 << 20, true)).remaining()).isEqualTo(first.readableBytes());
        assertThat(bytes(log.read(log.view(), 5, 5, 1 << 20, true)).remaining()).isZero();
        assertThat(log.read(log.view(), 6, 9, 1, true)).isEqualTo(new OffsetOutOfRange(0, 5));
        assertThat(log.offsetForTimestamp(log.view(), 201, 5)).isEqualTo(new TimestampOffset(201, 4, 5));

        SyncRequest sync = Objects.requireNonNull(log.captureSync());
        sync.run();
        assertThat(log.completeSync(sync, null)).isEqualTo(5);
        assertThat(log.captureSync()).isNull();
        log.close(false);

        PartitionLog again = open(LogOpening.unknown());
        assertThat(again.view().logEndOffset()).isEqualTo(5);
        assertThat(again.view().latestEpoch()).isEqualTo(5);
        assertThat(bytes(again.read(again.view(), 0, 5, 1 << 20, true))).isEqualTo(bytes);
        again.close(true);
    }

    private PartitionLog open(LogOpening opening) throws IOException {
        return PartitionLog.open(
                REAL, root.resolve("t-0"), TOPIC, LogConfig.DEFAULT, ProducerStateConfig.DEFAULT, opening);
    }

    private static ByteBuffer bytes(ReadResult result) throws IOException {
        FileRecords records = ((FetchSlice) result).records();
        ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
        records.readInto(bytes);
        records.release();
        assertThat(bytes.hasRemaining()).isFalse();
        assertThat(RecordBatch.MAGIC).isEqualTo((byte) 2);
        return bytes.flip();
    }
}
