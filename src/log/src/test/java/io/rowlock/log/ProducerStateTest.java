package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.rowlock.log.StageResult.Duplicate;
import io.rowlock.log.StageResult.Rejected;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ProducerStateTest {

    private static final long ID = 42;

    private final ProducerState state = new ProducerState(new ProducerStateConfig(1000, 3));
    private long nextOffset;

    @Test
    void takesAnySequenceOfAnUnknownProducer() {
        assertThat(state.check(batch(ID, 0, 17, 1), AppendOrigin.CLIENT)).isNull();
    }

    @Test
    void takesOnlyTheNextSequence() {
        append(ID, 0, 0, 3);
        assertRejected(batch(ID, 0, 4, 1), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertRejected(batch(ID, 0, 2, 1), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(state.check(batch(ID, 0, 3, 1), AppendOrigin.CLIENT)).isNull();
        assertThat(state.check(batch(ID, 0, 9, 1), AppendOrigin.COORDINATOR)).isNull();
    }

    @Test
    void knowsTheLastFiveBatchesAgain() {
        for (int i = 0; i < 6; i++) {
            append(ID, 0, i * 2, 2);
        }
        assertRejected(batch(ID, 0, 0, 2), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        for (int i = 1; i < 6; i++) {
            assertThat(state.check(batch(ID, 0, i * 2, 2), AppendOrigin.CLIENT))
                    .isEqualTo(new Duplicate(i * 2L, i * 2L + 1, 7));
        }
        assertRejected(batch(ID, 0, 2, 3), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void sequencesWrapAround() {
        append(ID, 0, Integer.MAX_VALUE - 1, 1);
        append(ID, 0, Integer.MAX_VALUE, 1);
        assertRejected(batch(ID, 0, 1, 1), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        append(ID, 0, 0, 1);
        append(ID + 1, 0, Integer.MAX_VALUE - 1, 4);
        assertThat(state.check(batch(ID + 1, 0, 2, 1), AppendOrigin.CLIENT)).isNull();
        assertThat(state.check(batch(ID + 1, 0, Integer.MAX_VALUE - 1, 4), AppendOrigin.CLIENT))
                .isEqualTo(new Duplicate(3, 6, 7));
    }

    @Test
    void epochsOnlyGrowAndStartAgain() {
        append(ID, 3, 0, 2);
        assertRejected(batch(ID, 2, 2, 1), ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(((Rejected) Objects.requireNonNull(state.check(batch(ID, 2, 2, 1), AppendOrigin.COORDINATOR)))
                        .error())
                .isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertRejected(batch(ID, 4, 2, 1), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        append(ID, 4, 0, 1);
        assertRejected(batch(ID, 3, 0, 2), ErrorCode.INVALID_PRODUCER_EPOCH);
        assertRejected(batch(ID, 4, 2, 1), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void forgetsTheSilentAndTheOldest() {
        append(1, 0, 0, 1);
        state.expire(1007);
        assertThat(state.count()).isEqualTo(1);
        state.expire(1008);
        assertThat(state.count()).isZero();
        for (long id = 1; id <= 3; id++) {
            append(id, 0, 0, 1);
        }
        append(1, 0, 1, 1);
        append(4, 0, 0, 1);
        assertThat(state.count()).isEqualTo(3);
        assertThat(state.check(batch(2, 0, 9, 1), AppendOrigin.CLIENT)).isNull();
        assertRejected(batch(1, 0, 9, 1), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void openTransactionsDoNotExpire() {
        ByteBuf bytes = new RecordBatchBuilder(CompressionType.NONE)
                .producer(ID, (short) 0, 0)
                .transactional()
                .baseOffset(5)
                .add(1, null, null)
                .build();
        state.append(new RecordBatch(bytes), 7);
        state.expire(Long.MAX_VALUE);
        assertThat(state.count()).isEqualTo(1);
        ByteBuf marker = new RecordBatchBuilder(CompressionType.NONE)
                .producer(ID, (short) 0, -1)
                .transactional()
                .control()
                .baseOffset(6)
                .add(1, null, null)
                .build();
        state.append(new RecordBatch(marker), 7);
        assertThat(state.check(batch(ID, 0, 0, 1), AppendOrigin.CLIENT)).isEqualTo(new Duplicate(5, 5, 7));
        state.expire(1008);
        assertThat(state.count()).isZero();
    }

    @Test
    void snapshotsKeepTheLastFiveBatches() {
        for (int i = 0; i < 6; i++) {
            append(ID, 2, 2 * i, 2);
        }
        append(ID + 1, 0, 9, 1);
        byte[] snapshot = state.encode();
        ProducerState other = new ProducerState(ProducerStateConfig.DEFAULT);
        other.load(Objects.requireNonNull(ProducerSnapshot.decode(snapshot)));
        assertThat(other.encode()).isEqualTo(snapshot);
        assertThat(other.count()).isEqualTo(2);
        for (int i = 1; i < 6; i++) {
            assertThat(other.check(batch(ID, 2, 2 * i, 2), AppendOrigin.CLIENT))
                    .isEqualTo(new Duplicate(2L * i, 2L * i + 1, 7));
        }
        assertThat(other.check(batch(ID, 2, 0, 2), AppendOrigin.CLIENT)).isInstanceOf(Rejected.class);
        assertThat(other.check(batch(ID, 2, 12, 1), AppendOrigin.CLIENT)).isNull();
    }

    @Test
    void damagedSnapshotsAreNone() {
        append(ID, 2, 0, 2);
        byte[] snapshot = state.encode();
        for (int i = 0; i < snapshot.length; i++) {
            byte[] damaged = snapshot.clone();
            damaged[i] ^= 1;
            assertThat(ProducerSnapshot.decode(damaged)).as("byte %s", i).isNull();
            assertThat(ProducerSnapshot.decode(Arrays.copyOf(snapshot, i))).isNull();
        }
        assertThat(ProducerSnapshot.decode(ProducerSnapshot.encode(Map.of()))).isEmpty();
    }

    private void append(long id, int epoch, int sequence, int count) {
        RecordBatch batch = batch(id, epoch, sequence, count);
        assertThat(state.check(batch, AppendOrigin.CLIENT)).isNull();
        batch.setBaseOffset(nextOffset);
        nextOffset += count;
        state.append(batch, 7);
    }

    private void assertRejected(RecordBatch batch, ErrorCode error) {
        StageResult result = state.check(batch, AppendOrigin.CLIENT);
        assertThat(result).isInstanceOf(Rejected.class);
        assertThat(((Rejected) Objects.requireNonNull(result)).error()).isEqualTo(error);
    }

    private static RecordBatch batch(long id, int epoch, int sequence, int count) {
        return new RecordBatch(Batches.ofProducer(id, epoch, sequence, count));
    }
}
