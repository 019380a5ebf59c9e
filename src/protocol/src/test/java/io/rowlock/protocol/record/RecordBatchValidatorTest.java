package io.rowlock.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.BatchValidation.Invalid;
import io.rowlock.protocol.record.BatchValidation.Valid;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordBatchValidatorTest {

    private static final long NOW = 1_780_000_000_000L;
    private static final int MAX_BYTES = 10_000;

    private static final int LENGTH = 8;
    private static final int MAGIC = 16;
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int PRODUCER_EPOCH = 51;
    private static final int BASE_SEQUENCE = 53;
    private static final int COUNT = 57;

    private final RecordBatchValidator validator = new RecordBatchValidator(MAX_BYTES);

    @ParameterizedTest
    @EnumSource
    void acceptsGoodBatches(CompressionType codec) {
        ByteBuf batch = batch(codec, 5, NOW);
        assertThat(validator.validate(batch)).isEqualTo(Valid.VALID);
        assertThat(batch.readerIndex()).isZero();
        assertThat(batch.refCnt()).isEqualTo(1);
    }

    @Test
    void refusesWhatIsNoSingleWholeBatch() {
        assertError(Unpooled.EMPTY_BUFFER, ErrorCode.INVALID_RECORD);
        ByteBuf batch = batch(CompressionType.NONE, 2, NOW);
        for (int length = 1; length < batch.readableBytes(); length++) {
            assertError(batch.slice(0, length), ErrorCode.INVALID_RECORD);
        }
        assertError(Unpooled.wrappedBuffer(batch, Unpooled.buffer(1).writeByte(0)), ErrorCode.INVALID_RECORD);
        assertError(Unpooled.wrappedBuffer(batch, batch(CompressionType.NONE, 1, NOW)), ErrorCode.INVALID_RECORD);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 13, 14, 48})
    void refusesLengthsThatCannotBe(int length) {
        assertError(changed(b -> b.setInt(LENGTH, length)), ErrorCode.CORRUPT_MESSAGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, Integer.MAX_VALUE - 11, Integer.MAX_VALUE})
    void refusesLengthsBeyondTheEnd(int length) {
        assertError(changed(b -> b.setInt(LENGTH, length)), ErrorCode.INVALID_RECORD);
    }

    @Test
    void knowsOlderFormatsFromGarbage() {
        assertError(changed(b -> b.setByte(MAGIC, 0)), ErrorCode.INVALID_RECORD);
        assertError(changed(b -> b.setByte(MAGIC, 1)), ErrorCode.INVALID_RECORD);
        assertError(changed(b -> b.setByte(MAGIC, 3)), ErrorCode.CORRUPT_MESSAGE);
        assertError(changed(b -> b.setByte(MAGIC, -1)), ErrorCode.CORRUPT_MESSAGE);
    }

    @Test
    void refusesEveryFlippedBitAfterTheChecksum() {
        ByteBuf good = batch(CompressionType.NONE, 2, NOW);
        for (int i = CRC; i < good.readableBytes(); i++) {
            ByteBuf bad = good.copy();
            bad.setByte(i, bad.getByte(i) ^ 1);
            assertError(bad, ErrorCode.CORRUPT_MESSAGE);
        }
    }

    @Test
    void boundsTheSize() {
        int size = batch(CompressionType.NONE, 2, NOW).readableBytes();
        ByteBuf batch = batch(CompressionType.NONE, 2, NOW);
        assertThat(bounded(size - 1).validate(batch)).isInstanceOf(Invalid.class);
        assertThat(bounded(size).validate(batch)).isEqualTo(Valid.VALID);
        assertThat(bounded(size + 1).validate(batch)).isEqualTo(Valid.VALID);
        assertThat(((Invalid) bounded(size - 1).validate(batch)).error()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
    }

    @Test
    void refusesCountsThatDoNotFit() {
        assertError(resealed(b -> b.setInt(COUNT, 0)), ErrorCode.INVALID_RECORD);
        assertError(resealed(b -> b.setInt(COUNT, -1)), ErrorCode.INVALID_RECORD);
        assertError(resealed(b -> b.setInt(COUNT, 3)), ErrorCode.INVALID_RECORD);
        assertError(resealed(b -> b.setInt(LAST_OFFSET_DELTA, 2)), ErrorCode.INVALID_RECORD);
        assertError(
                resealed(b -> b.setInt(COUNT, 1_000_000).setInt(LAST_OFFSET_DELTA, 999_999)), ErrorCode.INVALID_RECORD);
        assertError(changed(b -> b.setLong(0, 1)), ErrorCode.INVALID_RECORD);
    }

    @Test
    void refusesWhatClientsMayNotSend() {
        assertError(resealed(b -> b.setShort(ATTRIBUTES, 0x20)), ErrorCode.INVALID_RECORD);
        assertError(resealed(b -> b.setShort(ATTRIBUTES, 5)), ErrorCode.INVALID_RECORD);
        assertError(resealed(b -> b.setShort(ATTRIBUTES, 0x10)), ErrorCode.INVALID_RECORD);
        ByteBuf noSequence = idempotent();
        noSequence.setInt(BASE_SEQUENCE, -1);
        assertError(reseal(noSequence), ErrorCode.INVALID_RECORD);
        ByteBuf noEpoch = idempotent();
        noEpoch.setShort(PRODUCER_EPOCH, -1);
        assertError(reseal(noEpoch), ErrorCode.INVALID_RECORD);
        assertThat(validator.validate(idempotent())).isEqualTo(Valid.VALID);
    }

    private static RecordBatchValidator bounded(int maxBytes) {
        return new RecordBatchValidator(maxBytes);
    }

    private void assertError(ByteBuf records, ErrorCode expected) {
        BatchValidation result = validator.validate(records);
        assertThat(result).isInstanceOf(Invalid.class);
        assertThat(((Invalid) result).error()).as(((Invalid) result).message()).isEqualTo(expected);
    }

    private static ByteBuf changed(Consumer<ByteBuf> change) {
        ByteBuf batch = batch(CompressionType.NONE, 2, NOW);
        change.accept(batch);
        return batch;
    }

    private static ByteBuf resealed(Consumer<ByteBuf> change) {
        return reseal(changed(change));
    }

    private static ByteBuf reseal(ByteBuf batch) {
        return batch.setInt(CRC, (int) new RecordBatch(batch).computeCrc());
    }

    private static ByteBuf idempotent() {
        return new RecordBatchBuilder(CompressionType.NONE)
                .producer(4, (short) 0, 0)
                .add(NOW, null, new byte[3])
                .build();
    }

    private static ByteBuf batch(CompressionType codec, int count, long timestamp) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec);
        for (int i = 0; i < count; i++) {
            builder.add(timestamp, new byte[] {1, 2}, new byte[20]);
        }
        return builder.build();
    }
}
