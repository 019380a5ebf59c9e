package io.rowlock.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

/** Bytes made to harm: they may be refused, and nothing else. */
class HostileRecordsTest {

    private static final long LIMIT = 1 << 20;

    @Property(tries = 600, shrinking = ShrinkingMode.OFF)
    void damagedRecordsAreReadOrRefused(@ForAll long seed, @ForAll CompressionType codec) {
        Random random = new Random(seed);
        RecordBatchBuilder builder = new RecordBatchBuilder(codec);
        TestRecord.random(random, 1 + random.nextInt(10)).forEach(record -> record.addTo(builder));
        ByteBuf batch = builder.build();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = RecordBatch.HEADER_BYTES + random.nextInt(batch.readableBytes() - RecordBatch.HEADER_BYTES);
            batch.setByte(at, random.nextInt(256));
        }
        int records = 0;
        try {
            records = walk(new RecordBatch(batch));
        } catch (InvalidRecordsException expected) {
            assertThat(expected).hasMessageMatching("(?s).+");
        }
        assertThat(records).isLessThanOrEqualTo(new RecordBatch(batch).count());
    }

    @Test
    void aClaimedLengthMakesNoArray() {
        ByteBuf plain = Unpooled.buffer();
        Varint.writeInt(plain, Integer.MAX_VALUE);
        plain.writeByte(0);
        assertThatThrownBy(() -> walk(withRecords(CompressionType.NONE, plain)))
                .isInstanceOf(InvalidRecordsException.class)
                .hasMessageContaining("the records end");
    }

    @Test
    void aClaimedHeaderCountMakesNoList() {
        ByteBuf body = Unpooled.buffer();
        body.writeByte(0);
        for (int i = 0; i < 2; i++) {
            Varint.writeInt(body, 0);
        }
        Varint.writeInt(body, -1);
        Varint.writeInt(body, -1);
        Varint.writeInt(body, Integer.MAX_VALUE);
        ByteBuf plain = Unpooled.buffer();
        Varint.writeInt(plain, body.readableBytes());
        plain.writeBytes(body);
        assertThatThrownBy(() -> walk(withRecords(CompressionType.NONE, plain)))
                .isInstanceOf(InvalidRecordsException.class)
                .hasMessageContaining("headers");
    }

    @Test
    void aSnappyBlockMayNotClaimMoreThanItCanHold() throws IOException {
        ByteBuf lying = Unpooled.buffer();
        for (int shift = 0x7fffffff; shift > 0; shift >>>= 7) {
            lying.writeByte((shift & 0x7f) | (shift > 0x7f ? 0x80 : 0));
        }
        lying.writeZero(10);
        assertThatThrownBy(() -> new SnappyFramedInputStream(lying, LIMIT).read())
                .isInstanceOf(IOException.class)
                .hasMessageMatching(".*2,?147,?483,?647.*");

        byte[] dense = new byte[1 << 20];
        ByteBuf honest = Unpooled.wrappedBuffer(Snappy.compress(dense));
        assertThat(new SnappyFramedInputStream(honest, dense.length).readAllBytes())
                .isEqualTo(dense);
    }

    @Test
    void aSnappyBlockHoldsWhatMayBeOpenedAtOnce() throws InvalidRecordsException {
        for (int more : new int[] {-1, 0, 1}) {
            int plainBytes = RecordStream.BLOCK_BYTES_MAX + more;
            ByteBuf block = Unpooled.buffer();
            int rest = plainBytes;
            for (; rest > 0x7f; rest >>>= 7) {
                block.writeByte((rest & 0x7f) | 0x80);
            }
            block.writeByte(rest).writeZero(plainBytes / 20);
            try (RecordStream stream = new RecordStream(withRecords(CompressionType.SNAPPY, block), 1L << 40, null)) {
                var refused = assertThatThrownBy(stream::next).isInstanceOf(InvalidRecordsException.class);
                if (more > 0) {
                    refused.hasMessageContaining("at most " + RecordStream.BLOCK_BYTES_MAX);
                } else {
                    refused.hasMessageNotContaining("at most");
                }
            }
        }
    }

    @Test
    void readsSnappyWithoutFraming() throws IOException, InvalidRecordsException {
        ByteBuf plainBatch = new RecordBatchBuilder(CompressionType.NONE)
                .add(5, new byte[] {1}, new byte[] {2, 3})
                .build();
        byte[] records = ByteBufUtil.getBytes(
                plainBatch, RecordBatch.HEADER_BYTES, plainBatch.readableBytes() - RecordBatch.HEADER_BYTES);
        RecordBatch batch = withRecords(CompressionType.SNAPPY, Unpooled.wrappedBuffer(Snappy.compress(records)));
        assertThat(walk(batch)).isEqualTo(1);
    }

    @Test
    void varintsGoAllTheWay() throws InvalidRecordsException {
        for (long value :
                List.of(0L, -1L, 63L, 64L, -64L, -65L, (long) Integer.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE)) {
            ByteBuf buffer = Unpooled.buffer();
            Varint.writeLong(buffer, value);
            assertThat(Varint.readLong(buffer)).isEqualTo(value);
        }
        for (int value : new int[] {0, -1, 64, -65, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            ByteBuf buffer = Unpooled.buffer();
            Varint.writeInt(buffer, value);
            assertThat(Varint.readInt(buffer)).isEqualTo(value);
        }
        assertThatThrownBy(() -> Varint.readInt(Unpooled.buffer().writeInt(-1).writeInt(-1)))
                .isInstanceOf(InvalidRecordsException.class);
        assertThatThrownBy(() -> Varint.readLong(Unpooled.buffer().writeByte(0x80)))
                .isInstanceOf(InvalidRecordsException.class);
    }

    private static RecordBatch withRecords(CompressionType codec, ByteBuf records) {
        ByteBuf header = new RecordBatchBuilder(codec)
                .add(5, new byte[] {1}, new byte[] {2, 3})
                .build()
                .slice(0, RecordBatch.HEADER_BYTES);
        ByteBuf batch = Unpooled.buffer().writeBytes(header).writeBytes(records);
        batch.setInt(8, batch.readableBytes() - RecordBatch.LENGTH_OVERHEAD);
        return new RecordBatch(batch);
    }

    /** With and without holding the records: both must say the same. */
    private static int walk(RecordBatch batch) throws InvalidRecordsException {
        int records = 0;
        try (RecordStream stream = new RecordStream(batch, LIMIT, null)) {
            while (stream.next()) {
                records++;
            }
        } catch (InvalidRecordsException e) {
            assertThatThrownBy(() -> walkHolding(batch)).isInstanceOf(InvalidRecordsException.class);
            throw e;
        }
        assertThat(walkHolding(batch)).isEqualTo(records);
        return records;
    }

    private static int walkHolding(RecordBatch batch) throws InvalidRecordsException {
        int records = 0;
        try (RecordReader reader = RecordReader.open(batch, LIMIT)) {
            while (reader.next()) {
                records++;
            }
        }
        return records;
    }
}
