package io.rowlock.broker.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.RecordBatch;
import io.rowlock.protocol.record.RecordBatchBuilder;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;

/** Record batches, whole and damaged; most of the damaged ones with a checksum that says they are whole. */
final class Batches {
    private static final int BOMB_BYTES = 4 << 20;
    private static final int CRC_POSITION = 17;
    private static final int[] LIES = {-1, 0, 1, 2, 0x7fff, 0xffff, Integer.MAX_VALUE, Integer.MIN_VALUE};
    /** Where the fields of a batch's header begin. */
    private static final int[] FIELDS = {0, 8, 12, 16, 17, 21, 23, 27, 35, 43, 51, 53, 57, 61};

    private static final java.util.List<CompressionType> COMPRESSIONS = java.util.List.of(CompressionType.values());
    private static final Map<CompressionType, byte[]> BOMBS = new EnumMap<>(CompressionType.class);

    private final Random random;

    Batches(Random random) {
        this.random = random;
    }

    byte[] next() {
        return switch (random.nextInt(12)) {
            case 0 -> new byte[random.nextInt(80)];
            case 1 -> random.nextInt(8) == 0 ? bomb() : batch();
            case 2, 3, 4, 5, 6 -> damaged(batch());
            case 7 -> twice(batch());
            default -> batch();
        };
    }

    private CompressionType compression() {
        return COMPRESSIONS.get(random.nextInt(COMPRESSIONS.size()));
    }

    private byte[] batch() {
        RecordBatchBuilder builder = new RecordBatchBuilder(compression()).baseOffset(random.nextInt(8) == 0 ? 7 : 0);
        if (random.nextInt(3) == 0) {
            builder.producer(random.nextInt(6), (short) random.nextInt(3), random.nextInt(5));
        }
        if (random.nextInt(12) == 0) {
            builder.transactional();
        }
        if (random.nextInt(12) == 0) {
            builder.control();
        }
        int records = random.nextInt(30) == 0 ? random.nextInt(500) : random.nextInt(4);
        for (int i = 0; i < records; i++) {
            byte[] key = random.nextInt(4) == 0 ? null : ("k" + random.nextInt(5)).getBytes(StandardCharsets.UTF_8);
            byte[] value = random.nextInt(6) == 0 ? null : new byte[random.nextInt(40)];
            builder.add(random.nextInt(10) == 0 ? random.nextLong() >> 2 : 1_700_000_000_000L + i, key, value);
        }
        return ByteBufUtil.getBytes(builder.build());
    }

    /** A few kilobytes that unpack to many. */
    private byte[] bomb() {
        return BOMBS.computeIfAbsent(
                        compression(),
                        type -> ByteBufUtil.getBytes(new RecordBatchBuilder(type)
                                .add(1, new byte[] {1}, new byte[type == CompressionType.NONE ? 1000 : BOMB_BYTES])
                                .build()))
                .clone();
    }

    private static byte[] twice(byte[] batch) {
        byte[] both = new byte[batch.length * 2];
        System.arraycopy(batch, 0, both, 0, batch.length);
        System.arraycopy(batch, 0, both, batch.length, batch.length);
        return both;
    }

    private byte[] damaged(byte[] batch) {
        ByteBuf bytes = Unpooled.wrappedBuffer(batch);
        for (int times = 1 + random.nextInt(2); times > 0; times--) {
            int header = FIELDS[random.nextInt(FIELDS.length)];
            int at = random.nextBoolean() ? random.nextInt(batch.length) : Math.min(header, batch.length - 1);
            switch (random.nextInt(3)) {
                case 0 -> batch[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> batch[at] = (byte) random.nextInt();
                default -> {
                    if (at + 4 <= batch.length) {
                        bytes.setInt(at, LIES[random.nextInt(LIES.length)]);
                    }
                }
            }
        }
        if (random.nextInt(5) != 0 && bytes.getByte(16) == RecordBatch.MAGIC) {
            seal(bytes);
        }
        return random.nextInt(10) == 0 ? java.util.Arrays.copyOf(batch, random.nextInt(batch.length)) : batch;
    }

    /** Makes the checksum right, where the length lets it be computed. */
    private static void seal(ByteBuf bytes) {
        if (bytes.getInt(8) == bytes.readableBytes() - RecordBatch.LENGTH_OVERHEAD) {
            bytes.setInt(CRC_POSITION, (int) new RecordBatch(bytes).computeCrc());
        }
    }
}
