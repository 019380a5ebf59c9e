package io.rowlock.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.BatchValidation.Invalid;
import io.rowlock.protocol.record.BatchValidation.RecordError;
import io.rowlock.protocol.record.BatchValidation.Rewritten;
import io.rowlock.protocol.record.BatchValidation.Valid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RecordsValidatorTest {

    private static final long NOW = 1_780_000_000_000L;
    private static final long BEFORE = 10_000;
    private static final long AFTER = 500;
    private static final int MAX_BYTES = 10_000;
    private static final long PLAIN_MAX = 1 << 20;
    private static final TimestampBounds USUAL =
            new TimestampBounds(TimestampType.CREATE_TIME, Long.MAX_VALUE, 3_600_000);
    private static final TimestampBounds BOUNDED = new TimestampBounds(TimestampType.CREATE_TIME, BEFORE, AFTER);

    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int MAX_TIMESTAMP = 35;
    private static final int COUNT = 57;

    private static RecordsValidator validator(
            int maxBytes, TimestampBounds timestamps, boolean keyRequired, @Nullable Compression compression) {
        return new RecordsValidator(maxBytes, timestamps, keyRequired, compression);
    }

    private static BatchValidation open(ByteBuf batch, TimestampBounds timestamps) {
        return validator(MAX_BYTES, timestamps, false, null).open(batch, NOW, PLAIN_MAX);
    }

    @Test
    void opensOnlyWhatItMust() {
        RecordBatch batch = new RecordBatch(batch(CompressionType.LZ4, NOW));
        assertThat(validator(MAX_BYTES, USUAL, false, null).mustOpen(batch, NOW))
                .isFalse();
        assertThat(validator(MAX_BYTES, USUAL, true, null).mustOpen(batch, NOW)).isTrue();
        assertThat(validator(MAX_BYTES, BOUNDED, false, null).mustOpen(batch, NOW))
                .isTrue();
        TimestampBounds appendTime = new TimestampBounds(TimestampType.LOG_APPEND_TIME, BEFORE, AFTER);
        assertThat(validator(MAX_BYTES, appendTime, false, null).mustOpen(batch, NOW))
                .isFalse();
        TimestampBounds none = new TimestampBounds(TimestampType.CREATE_TIME, Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(validator(MAX_BYTES, none, false, null).mustOpen(batch, NOW)).isFalse();
        for (CompressionType codec : CompressionType.values()) {
            assertThat(validator(MAX_BYTES, USUAL, false, Compression.byDefault(codec))
                            .mustOpen(batch, NOW))
                    .isEqualTo(codec != CompressionType.LZ4);
        }
    }

    @Test
    void aHeaderGivesReasonToLookAtItsRecords() {
        RecordsValidator usual = validator(MAX_BYTES, USUAL, false, null);
        assertThat(usual.mustOpen(new RecordBatch(batch(CompressionType.NONE, NOW + 3_600_000)), NOW))
                .isFalse();
        assertThat(usual.mustOpen(new RecordBatch(batch(CompressionType.NONE, NOW + 3_600_001)), NOW))
                .isTrue();
        assertThat(usual.mustOpen(new RecordBatch(batch(CompressionType.NONE, -1)), NOW))
                .isFalse();
        assertThat(usual.mustOpen(new RecordBatch(batch(CompressionType.NONE, -2)), NOW))
                .isTrue();
        ByteBuf appendTime = new RecordBatchBuilder(CompressionType.NONE)
                .timestampType(TimestampType.LOG_APPEND_TIME)
                .add(NOW, null, null)
                .build();
        assertThat(usual.mustOpen(new RecordBatch(appendTime), NOW)).isTrue();
    }

    @Test
    void boundsTimestamps() {
        assertThat(at(NOW - BEFORE)).isEqualTo(Valid.VALID);
        assertThat(at(NOW - BEFORE + 1)).isEqualTo(Valid.VALID);
        assertThat(at(NOW - BEFORE - 1)).isInstanceOf(Invalid.class);
        assertThat(at(NOW + AFTER)).isEqualTo(Valid.VALID);
        assertThat(at(NOW + AFTER - 1)).isEqualTo(Valid.VALID);
        assertThat(at(NOW + AFTER + 1)).isInstanceOf(Invalid.class);
        assertThat(at(-1)).isEqualTo(Valid.VALID);
        assertThat(at(-2)).isInstanceOf(Invalid.class);
        assertThat(at(Long.MAX_VALUE)).isInstanceOf(Invalid.class);
        assertThat(at(Long.MIN_VALUE)).isInstanceOf(Invalid.class);
        assertThat(open(batch(CompressionType.NONE, -2), USUAL))
                .as("no bound in the past")
                .isEqualTo(Valid.VALID);
        TimestampBounds none = new TimestampBounds(TimestampType.CREATE_TIME, Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(open(batch(CompressionType.NONE, Long.MAX_VALUE), none)).isEqualTo(Valid.VALID);
        TimestampBounds appendTime = new TimestampBounds(TimestampType.LOG_APPEND_TIME, BEFORE, AFTER);
        assertThat(open(batch(CompressionType.NONE, 5), appendTime)).isEqualTo(Valid.VALID);
    }

    private static BatchValidation at(long timestamp) {
        return open(batch(CompressionType.NONE, timestamp), BOUNDED);
    }

    @ParameterizedTest
    @EnumSource
    void namesEveryRecordThatIsOutOfTime(CompressionType codec) {
        ByteBuf batch = new RecordBatchBuilder(codec)
                .add(NOW, null, new byte[1])
                .add(NOW - BEFORE - 1, null, new byte[1])
                .add(NOW, null, new byte[1])
                .add(NOW + AFTER + 1, null, new byte[1])
                .add(NOW, null, new byte[1])
                .build();
        Invalid invalid = (Invalid) open(batch, BOUNDED);
        assertThat(invalid.error()).isEqualTo(ErrorCode.INVALID_TIMESTAMP);
        assertThat(invalid.recordErrors()).extracting(RecordError::batchIndex).containsExactly(1, 3);
        assertThat(invalid.recordErrors().get(0).message()).contains(Long.toString(NOW - BEFORE - 1));
    }

    @Test
    void aProducerMayNotClaimTheLogsTime() {
        ByteBuf batch = new RecordBatchBuilder(CompressionType.NONE)
                .timestampType(TimestampType.LOG_APPEND_TIME)
                .add(NOW, null, null)
                .add(NOW, null, null)
                .build();
        TimestampBounds appendTime = new TimestampBounds(TimestampType.LOG_APPEND_TIME, BEFORE, AFTER);
        Invalid invalid = (Invalid) open(batch, appendTime);
        assertThat(invalid.error()).isEqualTo(ErrorCode.INVALID_TIMESTAMP);
        assertThat(invalid.recordErrors()).hasSize(2);
        assertThat(open(batch, USUAL)).as("as Kafka has it").isEqualTo(Valid.VALID);
    }

    @ParameterizedTest
    @EnumSource
    void namesRecordsWithoutKeys(CompressionType codec) {
        ByteBuf batch = new RecordBatchBuilder(codec)
                .add(NOW, new byte[1], new byte[2])
                .add(NOW, null, new byte[2])
                .add(NOW, new byte[0], null)
                .add(NOW, null, null)
                .build();
        RecordsValidator compacted = validator(MAX_BYTES, USUAL, true, null);
        Invalid invalid = (Invalid) compacted.open(batch, NOW, PLAIN_MAX);
        assertThat(invalid.error()).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(invalid.recordErrors()).extracting(RecordError::batchIndex).containsExactly(1, 3);
        assertThat(open(batch, USUAL)).isEqualTo(Valid.VALID);
    }

    @ParameterizedTest
    @CsvSource({"99,99", "100,100", "101,100"})
    void namesNoMoreThanAHundred(int atFault, int named) {
        RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.NONE);
        for (int i = 0; i < atFault; i++) {
            builder.add(NOW, null, null);
        }
        Invalid invalid = (Invalid) validator(MAX_BYTES, USUAL, true, null).open(builder.build(), NOW, PLAIN_MAX);
        assertThat(invalid.recordErrors()).hasSize(named);
    }

    @ParameterizedTest
    @EnumSource
    void findsRecordsThatContradictTheHeader(CompressionType codec) {
        for (int count : List.of(2, 4)) {
            ByteBuf batch = batch(codec, NOW);
            batch.setInt(COUNT, count).setInt(LAST_OFFSET_DELTA, count - 1);
            assertThat(open(reseal(batch), USUAL)).isInstanceOf(Invalid.class);
            for (CompressionType target : CompressionType.values()) {
                assertThat(rewrite(reseal(batch), Compression.byDefault(target), MAX_BYTES))
                        .isInstanceOf(Invalid.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void correctsTheLargestTimestamp(CompressionType codec) {
        ByteBuf wrong = batch(codec, NOW);
        wrong.setLong(MAX_TIMESTAMP, -1);
        assertThat(open(reseal(wrong), USUAL)).isEqualTo(Valid.VALID);
        assertThat(new RecordBatch(wrong).maxTimestamp()).isEqualTo(NOW);
        assertThat(new RecordBatch(wrong).hasValidCrc()).isTrue();
    }

    static Stream<Arguments> codecs() {
        return Stream.of(CompressionType.values())
                .flatMap(from -> Stream.of(CompressionType.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void boundsWhatABatchMayGrowTo(CompressionType from, CompressionType to) {
        int valueBytes = 3_000_000;
        ByteBuf batch = new RecordBatchBuilder(from)
                .add(NOW, null, new byte[valueBytes])
                .build();
        RecordsValidator large = validator(4_000_000, USUAL, false, Compression.byDefault(to));
        // Length prefix, attributes, two deltas, key, the value's length, the value, headers.
        int plainBytes = 4 + 1 + 1 + 1 + 1 + 4 + valueBytes + 1;
        assertThat(large.open(batch, NOW, plainBytes - 1)).isInstanceOf(Invalid.class);
        assertThat(large.open(batch, NOW, plainBytes)).isNotInstanceOf(Invalid.class);
        assertThat(large.open(batch, NOW, plainBytes + 1)).isNotInstanceOf(Invalid.class);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void writesTheSameRecordsWithAnotherCodec(CompressionType from, CompressionType to) {
        ByteBuf source = many(from);
        BatchValidation result =
                validator(1 << 20, USUAL, true, Compression.byDefault(to)).open(source, NOW, PLAIN_MAX);
        if (from == to) {
            assertThat(result).isEqualTo(Valid.VALID);
            return;
        }
        DefaultRecordBatch before = asKafkaSees(source);
        DefaultRecordBatch after = asKafkaSees(((Rewritten) result).batch());
        assertThat(after.compressionType().name).isEqualTo(to.kafkaName());
        assertThat(after.producerId()).isEqualTo(7);
        assertThat(after.producerEpoch()).isEqualTo((short) 2);
        assertThat(after.baseSequence()).isEqualTo(11);
        assertThat(after.lastSequence()).isEqualTo(before.lastSequence());
        assertThat(after.isTransactional()).isFalse();
        assertThat(after.maxTimestamp()).isEqualTo(NOW + 299);
        List<Record> records = records(before);
        assertThat(records).hasSize(300);
        assertThat(records(after)).isEqualTo(records);
    }

    @ParameterizedTest
    @CsvSource({"GZIP,1", "GZIP,9", "GZIP,-1", "LZ4,1", "LZ4,17", "ZSTD,-131072", "ZSTD,1", "ZSTD,19", "ZSTD,22"})
    void everyLevelIsReadable(CompressionType type, int level) {
        ByteBuf source = many(CompressionType.NONE);
        Rewritten result = (Rewritten) rewrite(source, new Compression(type, level), 1 << 20);
        assertThat(records(asKafkaSees(result.batch()))).isEqualTo(records(asKafkaSees(source)));
    }

    @Test
    void aHigherLevelTakesLessSpace() {
        for (CompressionType type : List.of(CompressionType.GZIP, CompressionType.LZ4, CompressionType.ZSTD)) {
            int low = type == CompressionType.ZSTD ? -1000 : 1;
            int high = type == CompressionType.GZIP ? 9 : type == CompressionType.LZ4 ? 17 : 19;
            assertThat(size(new Compression(type, high))).as(type.name()).isLessThan(size(new Compression(type, low)));
        }
    }

    private static int size(Compression compression) {
        Rewritten result = (Rewritten) rewrite(many(CompressionType.NONE), compression, 1 << 20);
        return result.batch().readableBytes();
    }

    @Test
    void theLimitHoldsForWhatIsWrittenAnew() {
        ByteBuf source = many(CompressionType.ZSTD);
        int size = ((Rewritten) rewrite(source, Compression.byDefault(CompressionType.NONE), 1 << 20))
                .batch()
                .readableBytes();
        assertThat(size).isGreaterThan(source.readableBytes());
        Invalid invalid = (Invalid) rewrite(source, Compression.byDefault(CompressionType.NONE), size - 1);
        assertThat(invalid.error()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
        assertThat(invalid.message()).contains(Integer.toString(size));
        assertThat(rewrite(source, Compression.byDefault(CompressionType.NONE), size))
                .isInstanceOf(Rewritten.class);
        assertThat(rewrite(source, Compression.byDefault(CompressionType.NONE), size + 1))
                .isInstanceOf(Rewritten.class);
        assertThat(rewrite(source, Compression.byDefault(CompressionType.NONE), 10))
                .isInstanceOf(Invalid.class);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void recordsThatAreNumberedWronglyAreNumberedAnew(CompressionType from, CompressionType to) {
        ByteBuf plain = batch(CompressionType.NONE, NOW);
        // Length, attributes, timestamp delta: then the second record's offset delta.
        int secondRecord = RecordBatch.HEADER_BYTES + (plain.readableBytes() - RecordBatch.HEADER_BYTES) / 3;
        assertThat(plain.getByte(secondRecord + 3)).as("1, in zigzag").isEqualTo((byte) 2);
        plain.setByte(secondRecord + 3, 126);
        ByteBuf source = reseal(plain);
        if (from != CompressionType.NONE) {
            ByteBuf records = source.slice(RecordBatch.HEADER_BYTES, source.readableBytes() - RecordBatch.HEADER_BYTES);
            ByteBuf compressed = source.copy(0, RecordBatch.HEADER_BYTES);
            compressed.capacity(1000);
            Compressor.write(from, copyOnHeap(records), compressed);
            compressed.setShort(ATTRIBUTES, from.id());
            source = BatchRewriter.seal(compressed);
        }
        Rewritten result = (Rewritten) rewrite(source, Compression.byDefault(to), MAX_BYTES);
        assertThat(records(asKafkaSees(result.batch())))
                .extracting(Record::offset)
                .containsExactly(0L, 1L, 2L);
    }

    /** As of a producer that reserves room for lengths which it does not know yet. */
    @ParameterizedTest
    @EnumSource
    void numbersThatTakeMoreBytesThanTheyMustDoNotDamageRecords(CompressionType to) {
        ByteBuf body = Unpooled.buffer();
        body.writeByte(0);
        padded(body, 0);
        padded(body, 0);
        padded(body, 1).writeByte('k');
        padded(body, 2).writeByte('v').writeByte('w');
        padded(body, 2);
        padded(body, 1).writeByte('h');
        padded(body, 1).writeByte('i');
        padded(body, 1).writeByte('j');
        padded(body, -1);
        ByteBuf header = batch(CompressionType.NONE, NOW).slice(0, RecordBatch.HEADER_BYTES);
        ByteBuf source = Unpooled.buffer().writeBytes(header);
        for (int i = 0; i < 3; i++) {
            padded(source, body.readableBytes()).writeBytes(body.duplicate());
        }
        BatchRewriter.seal(source);
        // Uncompressed ones are written anew for their numbers, which are all 0.
        Rewritten result = (Rewritten) rewrite(source, Compression.byDefault(to), MAX_BYTES);
        assertThat(records(asKafkaSees(result.batch()))).hasSize(3).allSatisfy(record -> {
            assertThat(record.key()).isEqualTo(ByteBuffer.wrap(new byte[] {'k'}));
            assertThat(record.value()).isEqualTo(ByteBuffer.wrap(new byte[] {'v', 'w'}));
            assertThat(record.headers()).extracting(Header::key).containsExactly("h", "j");
        });
    }

    /** A number of at most two bytes, in three. */
    private static ByteBuf padded(ByteBuf out, int value) {
        int zigzag = (value << 1) ^ (value >> 31);
        return out.writeByte((zigzag & 0x7f) | 0x80)
                .writeByte(((zigzag >>> 7) & 0x7f) | 0x80)
                .writeByte(0);
    }

    private static ByteBuf copyOnHeap(ByteBuf bytes) {
        return Unpooled.buffer(bytes.readableBytes()).writeBytes(bytes.duplicate());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void damagedCompressionIsRefusedWhateverIsDamaged(CompressionType from) {
        Random random = new Random(5);
        ByteBuf good = many(from);
        for (int i = 0; i < 300; i++) {
            ByteBuf bad = good.copy();
            int at = RecordBatch.HEADER_BYTES + random.nextInt(bad.readableBytes() - RecordBatch.HEADER_BYTES);
            bad.setByte(at, random.nextInt());
            for (CompressionType to : CompressionType.values()) {
                if (rewrite(reseal(bad), Compression.byDefault(to), 1 << 20) instanceof Rewritten survived) {
                    assertThat(records(asKafkaSees(survived.batch()))).hasSize(300);
                    survived.batch().release();
                }
            }
        }
        ByteBuf cut = good.copy(0, good.readableBytes() - 20);
        assertThat(rewrite(BatchRewriter.seal(cut), Compression.byDefault(CompressionType.NONE), 1 << 20))
                .isInstanceOf(Invalid.class);
    }

    private static BatchValidation rewrite(ByteBuf batch, Compression target, int maxBytes) {
        return validator(maxBytes, USUAL, false, target).open(batch, NOW, PLAIN_MAX);
    }

    private static DefaultRecordBatch asKafkaSees(ByteBuf bytes) {
        DefaultRecordBatch batch = (DefaultRecordBatch) MemoryRecords.readableRecords(bytes.nioBuffer())
                .batches()
                .iterator()
                .next();
        batch.ensureValid();
        return batch;
    }

    private static List<Record> records(DefaultRecordBatch batch) {
        List<Record> records = new ArrayList<>();
        batch.forEach(records::add);
        return records;
    }

    private static ByteBuf reseal(ByteBuf batch) {
        return batch.setInt(CRC, (int) new RecordBatch(batch).computeCrc());
    }

    private static ByteBuf batch(CompressionType codec, long timestamp) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec);
        for (int i = 0; i < 3; i++) {
            builder.add(timestamp, new byte[] {1, 2}, new byte[20]);
        }
        return builder.build();
    }

    /** Enough to fill buffers, of all shapes. */
    private static ByteBuf many(CompressionType codec) {
        Random random = new Random(3);
        RecordBatchBuilder builder = new RecordBatchBuilder(codec).producer(7, (short) 2, 11);
        for (int i = 0; i < 300; i++) {
            ByteBuf key = Unpooled.wrappedBuffer(("key " + i % 17).getBytes(StandardCharsets.UTF_8));
            byte[] value = new byte[random.nextInt(300)];
            for (int at = 0; at < value.length; at++) {
                value[at] = (byte) random.nextInt(at % 7 + 1);
            }
            builder.add(
                    NOW + i,
                    key,
                    i % 10 == 0 ? null : Unpooled.wrappedBuffer(value),
                    i % 3 == 0
                            ? List.of(new RecordReader.Header(key, null), new RecordReader.Header(key, key))
                            : List.of());
        }
        return builder.build();
    }
}
