package io.rowlock.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.rowlock.net.TestSupport.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerConnectionTest {
    private final PooledByteBufAllocator pool = TestSupport.pool();
    private final List<Exchange> exchanges = new ArrayList<>();
    private final List<byte[]> requests = new ArrayList<>();
    private MemoryBudget budget = new MemoryBudget(1 << 20);
    private RequestHandler handler = exchange -> {
        requests.add(TestSupport.bytes(exchange.frame()));
        exchanges.add(exchange);
    };
    private final List<EmbeddedChannel> channels = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        for (EmbeddedChannel channel : channels) {
            channel.finishAndReleaseAll();
        }
        for (Exchange exchange : exchanges) {
            exchange.fail(new IllegalStateException("the test is over"));
        }
        assertThat(pool.pinnedDirectMemory()).isZero();
        assertThat(budget.used()).isZero();
        assertThat(budget.waiting()).isZero();
    }

    private EmbeddedChannel connect(ConnectionLimits limits) {
        EmbeddedChannel channel = new EmbeddedChannel();
        ServerConnection connection = new ServerConnection(
                channel, TestSupport.resources(limits, budget, pool), any -> exchange -> handler.handle(exchange));
        channel.pipeline().addLast(connection);
        channels.add(channel);
        return channel;
    }

    private ByteBuf received(ByteBuf bytes) {
        ByteBuf chunk = pool.directBuffer(Math.max(1, bytes.readableBytes()));
        chunk.writeBytes(bytes);
        bytes.release();
        return chunk;
    }

    private static ByteBuf two(byte[] first, byte[] second) {
        return Unpooled.wrappedBuffer(TestSupport.frame(first), TestSupport.frame(second));
    }

    @Test
    void framesArriveWholeWhereverTheyAreSplit() {
        byte[] first = TestSupport.payload(37, 1);
        byte[] second = TestSupport.payload(90, 2);
        byte[] all = TestSupport.bytes(two(first, second));
        for (int i = 0; i <= all.length; i++) {
            for (int j = i; j <= all.length; j += 7) {
                requests.clear();
                EmbeddedChannel channel = connect(ConnectionLimits.defaults().withReceiveBytes(64));
                channel.writeInbound(received(Unpooled.copiedBuffer(all, 0, i)));
                channel.writeInbound(received(Unpooled.copiedBuffer(all, i, j - i)));
                channel.writeInbound(received(Unpooled.copiedBuffer(all, j, all.length - j)));
                assertThat(requests).containsExactly(first, second);
                channel.finishAndReleaseAll();
            }
        }
    }

    @Test
    void framesThatLieInOneBufferAreSlicesOfIt() {
        List<Long> addresses = new ArrayList<>();
        handler = exchange -> {
            addresses.add(exchange.frame().memoryAddress());
            exchange.answerNothing();
        };
        ByteBuf chunk = received(two(TestSupport.payload(10, 1), TestSupport.payload(20, 2)));
        long start = chunk.memoryAddress();
        connect(ConnectionLimits.defaults()).writeInbound(chunk);
        assertThat(addresses).containsExactly(start + 4, start + 4 + 10 + 4);
    }

    @Test
    void aFrameOfTheLongestLengthPassesAndALongerOneClosesTheConnection() {
        ConnectionLimits limits = ConnectionLimits.defaults().withFrameBytesMax(100);
        for (int length : new int[] {0, 99, 100}) {
            requests.clear();
            EmbeddedChannel channel = connect(limits);
            channel.writeInbound(received(TestSupport.frame(new byte[length])));
            assertThat(requests).hasSize(1);
            assertThat(channel.isOpen()).isTrue();
        }
        for (int length : new int[] {101, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
            requests.clear();
            EmbeddedChannel channel = connect(limits);
            channel.writeInbound(received(Unpooled.buffer().writeInt(length)));
            assertThat(requests).isEmpty();
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void memoryGrowsWithWhatArrivesAndNotWithWhatIsClaimed() {
        EmbeddedChannel channel = connect(ConnectionLimits.defaults().withReceiveBytes(1024));
        channel.writeInbound(received(Unpooled.buffer().writeInt(100_000_000)));
        assertThat(budget.used()).isLessThanOrEqualTo(1024);
        channel.writeInbound(received(Unpooled.buffer().writeZero(2000)));
        assertThat(budget.used()).isLessThanOrEqualTo(4 * 2004);
    }

    @Test
    void answersLeaveInTheOrderOfTheRequests() {
        EmbeddedChannel channel = connect(ConnectionLimits.defaults());
        for (int i = 0; i < 4; i++) {
            channel.writeInbound(received(TestSupport.frame(new byte[] {(byte) i})));
        }
        exchanges.get(2).answer(new Answer(new byte[] {2}));
        exchanges.get(1).answerNothing();
        channel.runPendingTasks();
        assertThat(channel.outboundMessages()).isEmpty();
        exchanges.get(0).answer(new Answer(new byte[] {0}));
        exchanges.get(3).answer(new Answer(new byte[] {3}));
        channel.runPendingTasks();
        for (int i : new int[] {0, 2, 3}) {
            ByteBuf sent = channel.readOutbound();
            assertThat(TestSupport.bytes(sent)).containsExactly(0, 0, 0, 1, i);
            sent.release();
        }
        assertThat(channel.outboundMessages()).isEmpty();
    }

    @Test
    void readingPausesAtTheMostRequestsInFlightAndGoesOnBelow() {
        for (int limit : new int[] {1, 2, 3}) {
            exchanges.clear();
            EmbeddedChannel channel = connect(ConnectionLimits.defaults().withInFlight(limit, 1 << 20));
            for (int i = 0; i < limit - 1; i++) {
                channel.writeInbound(received(TestSupport.frame(new byte[8])));
            }
            assertThat(channel.config().isAutoRead()).isTrue();
            channel.writeInbound(received(two(new byte[8], new byte[8])));
            assertThat(exchanges).hasSize(limit);
            assertThat(channel.config().isAutoRead()).isFalse();
            exchanges.get(0).answerNothing();
            assertThat(exchanges).hasSize(limit + 1);
            exchanges.get(1).answerNothing();
            assertThat(channel.config().isAutoRead()).isTrue();
            exchanges.forEach(each -> each.fail(new IllegalStateException("done")));
        }
    }

    @Test
    void readingPausesWhileRequestsHoldTooManyBytes() {
        handler = exchange -> {
            exchange.frame().retain();
            exchanges.add(exchange);
        };
        EmbeddedChannel channel =
                connect(ConnectionLimits.defaults().withReceiveBytes(1024).withInFlight(100, 3000));
        for (int i = 0; i < 3; i++) {
            assertThat(channel.config().isAutoRead()).isTrue();
            channel.writeInbound(received(TestSupport.frame(new byte[996])));
        }
        assertThat(channel.config().isAutoRead()).isFalse();
        exchanges.forEach(each -> each.frame().release());
        exchanges.get(0).answerNothing();
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void aFrameStaysValidForItsHandlerAfterTheAnswer() {
        handler = exchange -> {
            exchange.answerNothing();
            requests.add(TestSupport.bytes(exchange.frame()));
        };
        byte[] request = TestSupport.payload(10, 5);
        connect(ConnectionLimits.defaults()).writeInbound(received(TestSupport.frame(request)));
        assertThat(requests).containsExactly(request);
    }

    @Test
    void aFrameThatNobodyRetainsCountsNoLongerThanItsHandlerTakes() {
        EmbeddedChannel channel = connect(ConnectionLimits.defaults());
        channel.writeInbound(received(TestSupport.frame(new byte[500])));
        assertThat(budget.used()).isZero();
        assertThat(pool.pinnedDirectMemory()).isZero();
    }

    @Test
    void readingPausesWhileAnswersAreNotTaken() {
        EmbeddedChannel channel = connect(ConnectionLimits.defaults().withPendingWriteBytesMax(1000));
        handler = exchange -> {
            exchange.answer(new Answer(new byte[997]));
            exchanges.add(exchange);
        };
        channel.writeInbound(received(two(new byte[1], new byte[1])));
        // The embedded channel takes what is flushed: the first answer stopped the second request until then.
        assertThat(exchanges).hasSize(2);
        ByteBuf first = channel.readOutbound();
        assertThat(first.readableBytes()).isEqualTo(1001);
        first.release();
    }

    @Test
    void anExceptionOfAHandlerClosesItsConnectionAlone() {
        EmbeddedChannel other = connect(ConnectionLimits.defaults());
        EmbeddedChannel channel = connect(ConnectionLimits.defaults());
        RequestHandler usual = handler;
        handler = exchange -> {
            throw new IllegalArgumentException("on purpose");
        };
        channel.writeInbound(received(two(new byte[1], new byte[1])));
        assertThat(channel.isOpen()).isFalse();
        handler = usual;
        other.writeInbound(received(TestSupport.frame(new byte[1])));
        assertThat(exchanges).hasSize(1);
        assertThat(other.isOpen()).isTrue();
    }

    @Test
    void anAnswerToAClosedConnectionIsReleasedOnceAndNotEncoded() {
        EmbeddedChannel channel = connect(ConnectionLimits.defaults());
        channel.writeInbound(received(two(new byte[1], new byte[1])));
        Answer waiting = new Answer(new byte[1]);
        Answer late = new Answer(new byte[1]);
        exchanges.get(1).answer(waiting);
        channel.close().syncUninterruptibly();
        channel.runPendingTasks();
        assertThat(waiting.releases).hasValue(1);
        exchanges.get(0).answer(late);
        assertThat(late.releases).hasValue(1);
        assertThat(late.encodings).hasValue(0);
    }

    @Test
    void aSecondAnswerIsRefusedAndReleased() {
        EmbeddedChannel channel = connect(ConnectionLimits.defaults());
        channel.writeInbound(received(TestSupport.frame(new byte[1])));
        exchanges.get(0).answerNothing();
        Answer second = new Answer(new byte[1]);
        assertThatThrownBy(() -> exchanges.get(0).answer(second)).isInstanceOf(IllegalStateException.class);
        assertThat(second.releases).hasValue(1);
        assertThat(exchanges.get(0).fail(new IllegalStateException("too late"))).isFalse();
    }

    @Test
    void aSpentBudgetLetsOneFrameAtATimeArrive() {
        budget = new MemoryBudget(3000);
        ConnectionLimits limits = ConnectionLimits.defaults().withReceiveBytes(1024);
        List<EmbeddedChannel> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            EmbeddedChannel channel = connect(limits);
            channel.writeInbound(received(Unpooled.buffer().writeInt(2000).writeZero(996)));
            channel.runPendingTasks();
            waiting.add(channel);
        }
        int finished = 0;
        for (int round = 0; round < 4; round++) {
            List<EmbeddedChannel> reading =
                    waiting.stream().filter(each -> each.config().isAutoRead()).toList();
            assertThat(reading).isNotEmpty();
            EmbeddedChannel channel = reading.get(0);
            channel.writeInbound(received(Unpooled.buffer().writeZero(1004)));
            assertThat(exchanges).hasSize(++finished);
            exchanges.get(finished - 1).answerNothing();
            waiting.remove(channel);
            waiting.forEach(EmbeddedChannel::runPendingTasks);
        }
        assertThat(waiting).isEmpty();
    }

    @Test
    void aFrameThatOverdrawsTheBudgetMustArriveInTime() {
        budget = new MemoryBudget(100);
        EmbeddedChannel channel = connect(ConnectionLimits.defaults().withReceiveBytes(1024));
        channel.writeInbound(received(Unpooled.buffer().writeInt(2000).writeZero(996)));
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.advanceTimeBy(29_999, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();
        channel.advanceTimeBy(1000, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void anIdleConnectionIsClosedButNotOneThatWaitsForAnAnswer() {
        ConnectionLimits limits = ConnectionLimits.defaults().withIdleMax(Duration.ofSeconds(40));
        EmbeddedChannel idle = connect(limits);
        EmbeddedChannel busy = connect(limits);
        idle.freezeTime();
        busy.freezeTime();
        busy.writeInbound(received(TestSupport.frame(new byte[1])));
        for (int second = 0; second < 60; second++) {
            if (second == 20) {
                idle.writeInbound(received(Unpooled.buffer().writeByte(0)));
            }
            assertThat(idle.isOpen()).isTrue();
            idle.advanceTimeBy(1, TimeUnit.SECONDS);
            busy.advanceTimeBy(1, TimeUnit.SECONDS);
            idle.runScheduledPendingTasks();
            busy.runScheduledPendingTasks();
        }
        idle.advanceTimeBy(11, TimeUnit.SECONDS);
        idle.runScheduledPendingTasks();
        assertThat(idle.isOpen()).isFalse();
        assertThat(busy.isOpen()).isTrue();
    }

    @Test
    void aMutedConnectionTakesNoRequestsUntilItsTimeIsOver() {
        handler = exchange -> {
            exchanges.add(exchange);
            exchange.connection().mute(Duration.ofSeconds(5));
            exchange.answerNothing();
        };
        EmbeddedChannel channel = connect(ConnectionLimits.defaults());
        channel.freezeTime();
        channel.writeInbound(received(two(new byte[1], new byte[1])));
        assertThat(exchanges).hasSize(1);
        channel.advanceTimeBy(4999, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(exchanges).hasSize(1);
        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(exchanges).hasSize(2);
    }

    @Test
    void drainingAnswersWhatIsInFlightAndThenCloses() {
        EmbeddedChannel channel = connect(ConnectionLimits.defaults());
        channel.writeInbound(received(TestSupport.frame(new byte[1])));
        exchanges.get(0).connection().drain();
        assertThat(channel.isOpen()).isTrue();
        assertThat(channel.config().isAutoRead()).isFalse();
        exchanges.get(0).answer(new Answer(new byte[] {7}));
        channel.runPendingTasks();
        ByteBuf sent = channel.readOutbound();
        assertThat(TestSupport.bytes(sent)).containsExactly(0, 0, 0, 1, 7);
        sent.release();
        assertThat(channel.isOpen()).isFalse();
    }
}
