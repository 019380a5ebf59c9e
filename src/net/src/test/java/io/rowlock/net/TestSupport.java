package io.rowlock.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.rowlock.ports.Clock;
import io.rowlock.protocol.MessageWriter;
import io.rowlock.protocol.Records;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What the tests of connections share. */
final class TestSupport {
    /** Time stands still: only bounds on log lines depend on it. */
    static final Clock CLOCK = new Clock() {
        @Override
        public long wallMillis() {
            return 0;
        }

        @Override
        public long monotonicNanos() {
            return 0;
        }
    };

    private TestSupport() {}

    /** A pool without caches, so that its figure for pinned memory tells what was not released. */
    static PooledByteBufAllocator pool() {
        return new PooledByteBufAllocator(true, 0, 1, 8192, 8, 0, 0, false);
    }

    static ConnectionResources resources(ConnectionLimits limits, MemoryBudget budget, ByteBufAllocator pool) {
        System.Logger logger = System.getLogger("io.rowlock.net.test");
        return new ConnectionResources(limits, budget, pool, new BoundedLog(logger, CLOCK, 100, Duration.ofSeconds(1)));
    }

    static ByteBuf frame(byte[] payload) {
        return Unpooled.buffer().writeInt(payload.length).writeBytes(payload);
    }

    static byte[] payload(int length, int seed) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (seed + i * 31);
        }
        return bytes;
    }

    static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), bytes);
        return bytes;
    }

    /** An answer of these bytes and, after them, these records; counts how often it was released. */
    static final class Answer implements Response {
        final AtomicInteger releases = new AtomicInteger();
        final AtomicInteger encodings = new AtomicInteger();
        private final byte[] bytes;
        private final List<Records> records;

        Answer(byte[] bytes, Records... records) {
            this.bytes = bytes;
            this.records = List.of(records);
        }

        @Override
        public MessageWriter encode(ByteBufAllocator allocator) {
            encodings.incrementAndGet();
            MessageWriter writer = new MessageWriter(allocator);
            writer.writeInt(0);
            writer.buffer().writeBytes(bytes);
            for (Records each : records) {
                writer.writeRecords(each, false, false, "records");
            }
            return writer;
        }

        @Override
        public void release() {
            releases.incrementAndGet();
        }
    }
}
