package io.rowlock.net;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
    private static final int RECEIVE_BYTES = 1024;

    private final PooledByteBufAllocator pool = TestSupport.pool();

    @AfterEach
    void nothingIsLeft() {
        assertThat(pool.pinnedDirectMemory()).isZero();
    }

    /** A frame in somebody's hands. */
    private record Lent(ByteBuf frame, ReceiveBuffer source, ByteBuf content) {
        void check() {
            assertThat(frame).isEqualTo(content);
        }
    }

    /**
     * Frames of all sizes, read in pieces of all sizes, partly in place and partly from foreign buffers, given back in any
     * order: each is what was sent, also while later bytes are read, and in the end nothing is held.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyFrameIsWhatWasSentAndEverythingIsGivenBack(long seed) throws Exception {
        Random random = new Random(seed);
        boolean tight = seed % 2 == 0;
        MemoryBudget budget = new MemoryBudget(tight ? 4000 : 1 << 20);
        FrameReader reader =
                new FrameReader(pool, budget, ConnectionLimits.defaults().withReceiveBytes(RECEIVE_BYTES));
        List<byte[]> sent = new ArrayList<>();
        ByteBuf wire = Unpooled.buffer();
        for (int i = 0; i < 2000; i++) {
            int length = random.nextInt(30) == 0 ? random.nextInt(9000) : random.nextInt(300);
            sent.add(TestSupport.payload(length, i));
            wire.writeInt(length).writeBytes(sent.get(i));
        }
        ArrayDeque<byte[]> expected = new ArrayDeque<>(sent);
        List<Lent> lent = new ArrayList<>();
        while (wire.isReadable()) {
            receive(reader, wire, random);
            for (ByteBuf frame = reader.next(); frame != null; frame = reader.next()) {
                ByteBuf content = Unpooled.wrappedBuffer(expected.remove());
                lent.add(new Lent(frame, requireNonNull(reader.current()), content));
                lent.get(lent.size() - 1).check();
            }
            if (!reader.makeRoom()) {
                giveBack(reader, lent, 0);
                awaitMemory(reader, budget);
            }
            giveBack(reader, lent, random.nextInt(8));
            if (random.nextBoolean()) {
                reader.trim();
            }
            assertThat(reader.heldBytes()).isBetween(0L, budget.used());
        }
        assertThat(expected).isEmpty();
        giveBack(reader, lent, 0);
        reader.trim();
        assertThat(reader.heldBytes()).isZero();
        assertThat(budget.used()).isZero();
        assertThat(pool.pinnedDirectMemory()).isZero();
    }

    private void receive(FrameReader reader, ByteBuf wire, Random random) {
        int some = Math.min(wire.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 50 : 2000));
        ByteBuf buffer = random.nextInt(10) == 0 ? pool.directBuffer(some) : reader.bufferToReadInto();
        assertThat(buffer.isWritable()).isTrue();
        buffer.writeBytes(wire, Math.min(some, buffer.writableBytes()));
        reader.received(buffer);
    }

    private static void awaitMemory(FrameReader reader, MemoryBudget budget) {
        List<Boolean> grants = new ArrayList<>();
        int bytes = reader.claimBytes();
        budget.await(new MemoryBudget.Claim(bytes) {
            @Override
            void granted(boolean overdrawn) {
                grants.add(overdrawn);
            }
        });
        assertThat(grants).hasSize(1);
        reader.granted(bytes, grants.get(0));
    }

    /** Gives frames back, oldest first or last, until {@code left} remain. */
    private static void giveBack(FrameReader reader, List<Lent> lent, int left) {
        for (int i = 0; lent.size() > left; i++) {
            Lent back = lent.remove(i % 2 == 0 ? lent.size() - 1 : 0);
            back.check();
            back.frame().release();
            reader.takeBack(back.source());
        }
    }

    @Test
    void aBufferIsFilledFurtherSoThatFramesInPiecesAreNotCopied() throws Exception {
        MemoryBudget budget = new MemoryBudget(1 << 20);
        FrameReader reader =
                new FrameReader(pool, budget, ConnectionLimits.defaults().withReceiveBytes(RECEIVE_BYTES));
        ByteBuf wire = Unpooled.wrappedBuffer(
                TestSupport.frame(TestSupport.payload(300, 1)), TestSupport.frame(TestSupport.payload(300, 2)));
        long start = 0;
        int frames = 0;
        while (wire.isReadable()) {
            ByteBuf buffer = reader.bufferToReadInto();
            start = frames == 0 && start == 0 ? buffer.memoryAddress() : start;
            assertThat(buffer.memoryAddress()).isEqualTo(start);
            buffer.writeBytes(wire, Math.min(100, wire.readableBytes()));
            reader.received(buffer);
            for (ByteBuf frame = reader.next(); frame != null; frame = reader.next()) {
                assertThat(frame.memoryAddress()).isEqualTo(start + 4 + frames * 304L);
                frames++;
                frame.release();
                reader.takeBack(requireNonNull(reader.current()));
            }
        }
        assertThat(frames).isEqualTo(2);
        reader.close();
    }

    @Test
    void aLongFrameTakesNoMoreThanAFewTimesWhatHasArrived() throws Exception {
        MemoryBudget budget = new MemoryBudget(1 << 30);
        FrameReader reader =
                new FrameReader(pool, budget, ConnectionLimits.defaults().withReceiveBytes(RECEIVE_BYTES));
        ByteBuf head = reader.bufferToReadInto();
        reader.received(head.writeInt(50_000_000));
        int arrived = 4;
        while (arrived < 1_000_000) {
            assertThat(reader.next()).isNull();
            assertThat(reader.makeRoom()).isTrue();
            assertThat(budget.used()).isLessThanOrEqualTo(Math.max(RECEIVE_BYTES, 4L * arrived));
            ByteBuf buffer = reader.bufferToReadInto();
            int some = Math.min(10_000, buffer.writableBytes());
            reader.received(buffer.writeZero(some));
            arrived += some;
        }
        reader.close();
        assertThat(budget.used()).isZero();
        assertThat(pool.pinnedDirectMemory()).isZero();
    }

    @Test
    void smallRequestsPassWhenTheBudgetIsSpent() throws Exception {
        MemoryBudget budget = new MemoryBudget(100);
        assertThat(budget.tryReserve(100)).isTrue();
        FrameReader reader =
                new FrameReader(pool, budget, ConnectionLimits.defaults().withReceiveBytes(RECEIVE_BYTES));
        ByteBuf buffer = reader.bufferToReadInto();
        assertThat(buffer.writableBytes()).isEqualTo(FrameReader.SMALL_BYTES);
        reader.received(buffer.writeBytes(TestSupport.frame(new byte[FrameReader.SMALL_BYTES - 4])));
        requireNonNull(reader.next()).release();
        reader.takeBack(requireNonNull(reader.current()));
        reader.trim();
        assertThat(budget.used()).isEqualTo(100);
    }
}
