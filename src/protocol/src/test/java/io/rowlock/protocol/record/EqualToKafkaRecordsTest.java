package io.rowlock.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/** What Kafka's own classes write we read, and the other way round, in every codec. */
class EqualToKafkaRecordsTest {

    private static final long NO_LIMIT = Long.MAX_VALUE;

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void readsWhatKafkaWrites(@ForAll long seed, @ForAll CompressionType codec) throws InvalidRecordsException {
        Random random = new Random(seed);
        List<TestRecord> records = TestRecord.random(random, 1 + random.nextInt(40));
        boolean transactional = random.nextBoolean();
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(100_000),
                (byte) 2,
                Compression.of(codec.kafkaName()).build(),
                org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                1000,
                -1,
                77,
                (short) 3,
                Integer.MAX_VALUE - 5,
                transactional,
                9);
        records.forEach(record -> builder.append(record.toKafka()));
        MemoryRecords written = builder.build();

        for (ByteBuf buffer : placements(written.buffer())) {
            RecordBatch batch = new RecordBatch(buffer);
            MutableRecordBatch expected = written.batches().iterator().next();
            assertSameHeader(batch, expected);
            assertThat(batch.lastSequence()).isEqualTo(expected.lastSequence());
            assertThat(read(batch)).isEqualTo(records);
            buffer.release();
        }
    }

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void writesWhatKafkaReads(@ForAll long seed, @ForAll CompressionType codec) throws InvalidRecordsException {
        Random random = new Random(seed);
        List<TestRecord> records = TestRecord.random(random, 1 + random.nextInt(40));
        RecordBatchBuilder builder =
                new RecordBatchBuilder(codec).baseOffset(500).leaderEpoch(4);
        if (random.nextBoolean()) {
            builder.producer(5, (short) 1, 10);
        }
        records.forEach(record -> record.addTo(builder));
        ByteBuf built = builder.build();

        MutableRecordBatch batch = MemoryRecords.readableRecords(built.nioBuffer())
                .batches()
                .iterator()
                .next();
        assertThat(batch.isValid()).isTrue();
        assertSameHeader(new RecordBatch(built), batch);
        List<TestRecord> read = new ArrayList<>();
        for (Record record : batch) {
            assertThat(record.offset()).isEqualTo(500 + read.size());
            read.add(TestRecord.of(record));
        }
        assertThat(read).isEqualTo(records);
        assertThat(read(new RecordBatch(built))).isEqualTo(records);
    }

    @Property(tries = 50, shrinking = ShrinkingMode.OFF)
    void rewritesHeadersAsKafkaDoes(@ForAll long seed, @ForAll boolean appendTime) {
        Random random = new Random(seed);
        List<TestRecord> records = TestRecord.random(random, 1 + random.nextInt(10));
        RecordBatchBuilder builder = new RecordBatchBuilder(CompressionType.LZ4);
        records.forEach(record -> record.addTo(builder));
        ByteBuf ours = builder.build();
        ByteBuffer theirs = ByteBuffer.wrap(ByteBufUtil.getBytes(ours));

        long base = random.nextInt(Integer.MAX_VALUE);
        long timestamp = random.nextInt(Integer.MAX_VALUE);
        RecordBatch batch = new RecordBatch(ours);
        batch.setBaseOffset(base);
        batch.setPartitionLeaderEpoch(12);
        batch.setTimestamp(appendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME, timestamp);
        MutableRecordBatch expected =
                MemoryRecords.readableRecords(theirs).batches().iterator().next();
        expected.setLastOffset(base + records.size() - 1);
        expected.setPartitionLeaderEpoch(12);
        expected.setMaxTimestamp(
                appendTime
                        ? org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME
                        : org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                timestamp);

        assertThat(ByteBufUtil.getBytes(ours)).isEqualTo(theirs.array());
        assertThat(batch.hasValidCrc()).isTrue();
    }

    /** The same bytes on the heap, off it, in the middle of a buffer, and in pieces. */
    private static List<ByteBuf> placements(ByteBuffer bytes) {
        ByteBuf direct = ByteBufAllocator.DEFAULT.directBuffer(bytes.remaining());
        direct.writeBytes(bytes.duplicate());
        ByteBuf middle = Unpooled.buffer(bytes.remaining() + 20).writeZero(13).writeBytes(bytes.duplicate());
        middle.readerIndex(13);
        int half = bytes.remaining() / 2;
        ByteBuf pieces = Unpooled.wrappedBuffer(
                Unpooled.wrappedBuffer(bytes.duplicate().limit(half)),
                Unpooled.wrappedBuffer(bytes.duplicate().position(half)));
        return List.of(Unpooled.copiedBuffer(bytes.duplicate()), direct, middle, pieces);
    }

    private static void assertSameHeader(RecordBatch batch, MutableRecordBatch expected) {
        assertThat(batch.baseOffset()).isEqualTo(expected.baseOffset());
        assertThat(batch.lastOffset()).isEqualTo(expected.lastOffset());
        assertThat(batch.nextOffset()).isEqualTo(expected.nextOffset());
        assertThat(batch.sizeInBytes()).isEqualTo(expected.sizeInBytes());
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(expected.partitionLeaderEpoch());
        assertThat(batch.magic()).isEqualTo(expected.magic());
        assertThat(batch.crc()).isEqualTo(expected.checksum());
        assertThat(batch.hasValidCrc()).isTrue();
        assertThat(batch.maxTimestamp()).isEqualTo(expected.maxTimestamp());
        assertThat(batch.producerId()).isEqualTo(expected.producerId());
        assertThat(batch.producerEpoch()).isEqualTo(expected.producerEpoch());
        assertThat(batch.baseSequence()).isEqualTo(expected.baseSequence());
        assertThat(batch.count()).isEqualTo(expected.countOrNull());
        assertThat(batch.isControl()).isEqualTo(expected.isControlBatch());
        assertThat(batch.isTransactional()).isEqualTo(expected.isTransactional());
        assertThat(String.valueOf(batch.compressionType()))
                .isEqualTo(expected.compressionType().name());
        assertThat(batch.deleteHorizon()).isEqualTo(expected.deleteHorizonMs().orElse(-1));
    }

    private static List<TestRecord> read(RecordBatch batch) throws InvalidRecordsException {
        List<TestRecord> read = new ArrayList<>();
        try (RecordReader reader = RecordReader.open(batch, NO_LIMIT)) {
            while (reader.next()) {
                assertThat(reader.offset()).isEqualTo(batch.baseOffset() + read.size());
                read.add(TestRecord.of(reader));
            }
        }
        return read;
    }
}
