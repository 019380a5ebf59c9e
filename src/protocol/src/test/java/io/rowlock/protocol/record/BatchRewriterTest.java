package io.rowlock.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Judged by Kafka's own reader. */
class BatchRewriterTest {

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static RecordBatch source(CompressionType compression, TimestampType type) {
        RecordBatchBuilder builder = new RecordBatchBuilder(compression)
                .baseOffset(100)
                .leaderEpoch(3)
                .producer(7, (short) 2, 11)
                .timestampType(type);
        for (int i = 0; i < 5; i++) {
            builder.add(
                    1000 + i * 10L,
                    Unpooled.wrappedBuffer(bytes("k" + i)),
                    i == 3 ? null : Unpooled.wrappedBuffer(bytes("v" + i)),
                    List.of(new RecordReader.Header(Unpooled.wrappedBuffer(bytes("h")), null)));
        }
        return new RecordBatch(builder.build());
    }

    /** Without the first, the third and the last record. */
    private static ByteBuf rewritten(RecordBatch source, long horizon) throws InvalidRecordsException {
        BatchRewriter rewriter = new BatchRewriter(source);
        try (RecordReader reader = RecordReader.open(source, 10_000)) {
            while (reader.next()) {
                if (reader.offsetDelta() % 2 == 1) {
                    rewriter.keep(reader);
                }
            }
        }
        assertThat(rewriter.count()).isEqualTo(2);
        return rewriter.build(horizon);
    }

    private static DefaultRecordBatch asKafkaSees(ByteBuf bytes) {
        DefaultRecordBatch batch = (DefaultRecordBatch) MemoryRecords.readableRecords(bytes.nioBuffer())
                .batches()
                .iterator()
                .next();
        batch.ensureValid();
        return batch;
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void keepsOffsetsTimesAndCodec(CompressionType compression) throws InvalidRecordsException {
        DefaultRecordBatch batch = asKafkaSees(rewritten(source(compression, TimestampType.CREATE_TIME), -1));
        assertThat(batch.baseOffset()).isEqualTo(100);
        assertThat(batch.lastOffset()).isEqualTo(104);
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(3);
        assertThat(batch.producerId()).isEqualTo(7);
        assertThat(batch.lastSequence()).isEqualTo(15);
        assertThat(batch.compressionType().name).isEqualTo(compression.kafkaName());
        assertThat(batch.deleteHorizonMs()).isEmpty();
        assertThat(batch.maxTimestamp()).isEqualTo(1030);
        assertRecords(batch, 1010, 1030);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void aHorizonTakesThePlaceOfTheBaseTimestamp(CompressionType compression) throws InvalidRecordsException {
        ByteBuf first = rewritten(source(compression, TimestampType.CREATE_TIME), 5_000_000_000_000L);
        DefaultRecordBatch batch = asKafkaSees(first);
        assertThat(batch.deleteHorizonMs()).hasValue(5_000_000_000_000L);
        assertRecords(batch, 1010, 1030);
        DefaultRecordBatch again = asKafkaSees(rewritten(new RecordBatch(first), 6));
        assertThat(again.deleteHorizonMs()).as("the first one stands").hasValue(5_000_000_000_000L);
        assertRecords(again, 1010, 1030);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void theLogsAppendTimeStays(CompressionType compression) throws InvalidRecordsException {
        DefaultRecordBatch batch = asKafkaSees(rewritten(source(compression, TimestampType.LOG_APPEND_TIME), -1));
        assertThat(batch.maxTimestamp()).isEqualTo(1040);
        assertRecords(batch, 1040, 1040);
    }

    private static void assertRecords(DefaultRecordBatch batch, long... timestamps) {
        List<Record> records = new ArrayList<>();
        batch.forEach(records::add);
        assertThat(records).extracting(Record::offset).containsExactly(101L, 103L);
        assertThat(records).extracting(Record::timestamp).containsExactly(timestamps[0], timestamps[1]);
        assertThat(records).extracting(Record::hasValue).containsExactly(true, false);
        assertThat(records.get(0).headers()).hasSize(1);
        assertThat(records.get(0).key())
                .isEqualTo(Unpooled.wrappedBuffer(bytes("k1")).nioBuffer());
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void anEmptyBatchIsTheOneThatKafkaWrites(CompressionType compression) {
        RecordBatch source = source(compression, TimestampType.CREATE_TIME);
        ByteBuf empty = BatchRewriter.empty(source);
        java.nio.ByteBuffer expected = java.nio.ByteBuffer.allocate(61);
        DefaultRecordBatch.writeEmptyHeader(
                expected,
                (byte) 2,
                7,
                (short) 2,
                11,
                100,
                104,
                3,
                org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                1040,
                false,
                false);
        assertThat(empty.nioBuffer()).isEqualTo(expected.flip());
    }
}
