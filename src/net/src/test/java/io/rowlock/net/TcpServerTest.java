package io.rowlock.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.rowlock.net.TestSupport.Answer;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.TransferableRecords;
import io.vertx.core.Vertx;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TcpServerTest {
    private final PooledByteBufAllocator pool = TestSupport.pool();
    private final MemoryBudget budget = new MemoryBudget(1 << 20);
    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService others = Executors.newFixedThreadPool(3);
    private final BlockingQueue<Exchange> requests = new LinkedBlockingQueue<>();
    private RequestHandler handler = requests::add;
    private TcpServer server = server(ConnectionLimits.defaults(), 0, 100);
    private int port;

    @BeforeEach
    void start() throws Exception {
        port = start(server);
    }

    @AfterEach
    void stop() throws Exception {
        stop(server, Duration.ofSeconds(10));
        others.shutdown();
        assertThat(others.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        vertx.close().toCompletionStage().toCompletableFuture().get();
        assertThat(pool.pinnedDirectMemory()).isZero();
        assertThat(budget.used()).isZero();
    }

    private TcpServer server(ConnectionLimits limits, int onPort, int connectionsMax) {
        return server(TestSupport.resources(limits, budget, pool), onPort, connectionsMax);
    }

    private TcpServer server(ConnectionResources resources, int onPort, int connectionsMax) {
        return new TcpServer(
                vertx,
                new TcpServer.Settings("127.0.0.1", onPort, 2, connectionsMax, 128),
                resources,
                connection -> exchange -> handler.handle(exchange));
    }

    private static int start(TcpServer server) throws Exception {
        return server.start().toCompletableFuture().get();
    }

    private static void stop(TcpServer server, Duration limit) throws Exception {
        server.stop(limit).toCompletableFuture().get();
    }

    private void restart(ConnectionLimits limits, int connectionsMax) throws Exception {
        stop(server, Duration.ofSeconds(10));
        server = server(limits, port, connectionsMax);
        assertThat(start(server)).isEqualTo(port);
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static void send(OutputStream out, byte[] payload) throws IOException {
        new DataOutputStream(out).writeInt(payload.length);
        out.write(payload);
    }

    private static byte[] receive(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }

    private static Answer echo(Exchange exchange) {
        return new Answer(TestSupport.bytes(exchange.frame()));
    }

    @Test
    void framesOfAllSizesComeBackInOrderHoweverTheyAreCut() throws Exception {
        restart(ConnectionLimits.defaults().withReceiveBytes(4096).withInFlight(20, 30_000), 100);
        handler = exchange -> {
            Answer answer = echo(exchange);
            others.execute(() -> exchange.answer(answer));
        };
        Random random = new Random(7);
        int frames = 3000;
        byte[][] payloads = new byte[frames][];
        for (int i = 0; i < frames; i++) {
            int length = random.nextInt(20) == 0 ? random.nextInt(60_000) : random.nextInt(1000);
            payloads[i] = TestSupport.payload(length, i);
        }
        try (Socket socket = connect()) {
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> sendCut(socket, payloads), others);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int i = 0; i < frames; i++) {
                assertThat(receive(in)).isEqualTo(payloads[i]);
            }
            sender.get();
        }
    }

    private static void sendCut(Socket socket, byte[][] payloads) {
        try {
            Random random = new Random(8);
            java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
            for (byte[] payload : payloads) {
                send(all, payload);
            }
            byte[] bytes = all.toByteArray();
            for (int at = 0; at < bytes.length; ) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(20_000));
                socket.getOutputStream().write(bytes, at, length);
                at += length;
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void manyConnectionsShareABudgetSmallerThanTheirFrames() throws Exception {
        MemoryBudget small = new MemoryBudget(50_000);
        ConnectionLimits limits = ConnectionLimits.defaults().withReceiveBytes(8192);
        TcpServer tight = new TcpServer(
                vertx,
                new TcpServer.Settings("127.0.0.1", 0, 2, 100, 128),
                TestSupport.resources(limits, small, pool),
                connection -> exchange -> {
                    Answer answer = echo(exchange);
                    others.execute(() -> exchange.answer(answer));
                });
        int tightPort = start(tight);
        int clients = 12;
        ExecutorService senders = Executors.newFixedThreadPool(clients);
        try {
            CompletableFuture<?>[] all = new CompletableFuture<?>[clients];
            for (int c = 0; c < clients; c++) {
                int seed = c;
                all[c] = CompletableFuture.runAsync(() -> echoes(tightPort, seed), senders);
            }
            CompletableFuture.allOf(all).get();
        } finally {
            senders.shutdown();
            stop(tight, Duration.ofSeconds(10));
        }
        assertThat(small.used()).isZero();
    }

    private static void echoes(int port, int seed) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int i = 0; i < 40; i++) {
                byte[] payload = TestSupport.payload(20_000 + 1000 * seed + i, seed + i);
                send(socket.getOutputStream(), payload);
                assertThat(receive(in)).isEqualTo(payload);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void recordsLeaveFromMemoryAndFromTheirFile(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("records");
        byte[] inFile = TestSupport.payload(5_000_000, 3);
        byte[] inMemory = TestSupport.payload(2000, 4);
        Files.write(file, inFile);
        ByteBuf memory = pool.directBuffer(2000).writeBytes(inMemory);
        try (FileChannel channel = FileChannel.open(file);
                Socket socket = connect()) {
            FileRecords records = new FileRecords(channel, inFile.length);
            send(socket.getOutputStream(), new byte[] {1});
            Answer answer = new Answer(new byte[] {9}, records, new BufferRecords(memory));
            requests.take().answer(answer);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(in.readInt()).isEqualTo(1 + 4 + inFile.length + 4 + inMemory.length);
            assertThat(in.readByte()).isEqualTo((byte) 9);
            assertThat(receive(in)).isEqualTo(inFile);
            assertThat(receive(in)).isEqualTo(inMemory);
            send(socket.getOutputStream(), new byte[] {1});
            requests.take().answerNothing();
            assertThat(answer.releases).hasValue(1);
        }
        assertThat(memory.release()).isTrue();
    }

    @Test
    void aClientThatGoesAwayInTheMiddleOfAnAnswerLeavesNothingBehind(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("records");
        Files.write(file, new byte[20_000_000]);
        Answer answer;
        Exchange second;
        try (FileChannel channel = FileChannel.open(file)) {
            FileRecords records = new FileRecords(channel, 20_000_000);
            answer = new Answer(new byte[1], records);
            try (Socket socket = connect()) {
                send(socket.getOutputStream(), new byte[1]);
                send(socket.getOutputStream(), new byte[1]);
                Exchange first = requests.take();
                second = requests.take();
                first.answer(answer);
                assertThat(socket.getInputStream().readNBytes(100_000)).hasSize(100_000);
            }
            stop(server, Duration.ofMillis(1));
            Answer late = new Answer(new byte[1]);
            second.answer(late);
            others.submit(() -> {}).get();
            server = server(ConnectionLimits.defaults(), 0, 100);
            start(server);
        }
        vertxTurn();
        assertThat(answer.releases).hasValue(1);
    }

    private void vertxTurn() throws Exception {
        for (var loop : ((io.vertx.core.impl.VertxInternal) vertx).getEventLoopGroup()) {
            loop.submit(() -> {}).get();
        }
    }

    @Test
    void requestsWaitWhileTheClientTakesNoAnswers() throws Exception {
        restart(ConnectionLimits.defaults().withPendingWriteBytesMax(100_000), 100);
        AtomicInteger handled = new AtomicInteger();
        byte[] large = new byte[50_000];
        handler = exchange -> {
            handled.incrementAndGet();
            exchange.answer(new Answer(large));
        };
        int sent = 2000;
        try (Socket socket = connect()) {
            for (int i = 0; i < sent; i++) {
                send(socket.getOutputStream(), new byte[1]);
            }
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(receive(in)).isEqualTo(large);
            // What the two sockets' buffers take is the system's matter; 100 MB it is not.
            assertThat(handled.get()).isLessThan(sent);
            for (int i = 1; i < sent; i++) {
                assertThat(receive(in)).hasSize(large.length);
            }
        }
    }

    @Test
    void aPortInUseIsSaidClearly() {
        TcpServer second = server(ConnectionLimits.defaults(), port, 100);
        TcpServer foreign = new TcpServer(
                Vertx.vertx(),
                new TcpServer.Settings("127.0.0.1", port, 2, 100, 128),
                TestSupport.resources(ConnectionLimits.defaults(), budget, pool),
                connection -> requests::add);
        for (TcpServer each : List.of(foreign, second)) {
            assertThatThrownBy(() -> start(each))
                    .hasCauseInstanceOf(ListenException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + port);
        }
    }

    @Test
    void aConnectionBeyondTheLimitIsClosedAndTheOthersStay() throws Exception {
        restart(ConnectionLimits.defaults(), 2);
        handler = exchange -> exchange.answer(echo(exchange));
        try (Socket first = connect();
                Socket second = connect()) {
            for (Socket socket : List.of(first, second)) {
                send(socket.getOutputStream(), new byte[] {5});
                assertThat(receive(new DataInputStream(socket.getInputStream())))
                        .containsExactly(5);
            }
            try (Socket third = connect()) {
                assertThat(third.getInputStream().read()).isEqualTo(-1);
            }
            send(first.getOutputStream(), new byte[] {6});
            assertThat(receive(new DataInputStream(first.getInputStream()))).containsExactly(6);
        }
    }

    @Test
    void theLimitIsOneForAllAddresses() throws Exception {
        handler = exchange -> exchange.answer(echo(exchange));
        ConnectionResources shared = TestSupport.resources(ConnectionLimits.defaults(), budget, pool);
        TcpServer one = server(shared, 0, 1);
        TcpServer other = server(shared, 0, 1);
        int onePort = start(one);
        int otherPort = start(other);
        try (Socket first = new Socket(InetAddress.getLoopbackAddress(), onePort)) {
            send(first.getOutputStream(), new byte[] {5});
            assertThat(receive(new DataInputStream(first.getInputStream()))).containsExactly(5);
            try (Socket second = new Socket(InetAddress.getLoopbackAddress(), otherPort)) {
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
        } finally {
            stop(one, Duration.ofSeconds(10));
            stop(other, Duration.ofSeconds(10));
        }
        assertThat(shared.open()).hasValue(0);
    }

    @Test
    void theSamePortCanBeListenedOnAgainAtOnce() throws Exception {
        for (int i = 0; i < 50; i++) {
            restart(ConnectionLimits.defaults(), 2);
        }
    }

    @Test
    void stoppingAnswersWhatIsInFlight() throws Exception {
        try (Socket socket = connect()) {
            send(socket.getOutputStream(), new byte[] {1});
            Exchange exchange = requests.take();
            var stopped = server.stop(Duration.ofSeconds(30)).toCompletableFuture();
            exchange.answer(new Answer(new byte[] {2}));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(receive(in)).containsExactly(2);
            assertThat(in.read()).isEqualTo(-1);
            stopped.get();
        }
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
    }

    /** Records in a file, as the log will have them. */
    private record FileRecords(FileChannel channel, int sizeInBytes) implements TransferableRecords {
        @Override
        public long transferTo(long from, WritableByteChannel target) throws IOException {
            return channel.transferTo(from, sizeInBytes - from, target);
        }

        @Override
        public void release() {}
    }
}
