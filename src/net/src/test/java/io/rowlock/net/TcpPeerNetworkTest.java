package io.rowlock.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.Headers;
import io.rowlock.protocol.MessageWriter;
import io.rowlock.protocol.message.ApiVersionsRequest;
import io.rowlock.protocol.message.ApiVersionsResponse;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.MetadataRequest;
import io.rowlock.protocol.message.MetadataResponse;
import io.rowlock.protocol.message.RequestHeader;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The asking end, against a server that this test plays byte by byte. */
@Timeout(60)
class TcpPeerNetworkTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final short V18 = 18;

    private final PooledByteBufAllocator pool = TestSupport.pool();
    private MemoryBudget budget = new MemoryBudget(1 << 20);
    private final Vertx vertx = Vertx.vertx();
    private ServerSocket server = listen(50);

    private static ServerSocket listen(int backlog) {
        try {
            return new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void patience() throws Exception {
        server.setSoTimeout(30_000);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
        assertThat(pool.pinnedDirectMemory()).isZero();
        assertThat(budget.used()).isZero();
    }

    private TcpPeerNetwork network(ConnectionLimits limits) {
        return new TcpPeerNetwork(vertx, TestSupport.resources(limits, budget, pool), "node 7");
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static PeerUnreachableException unreachable(CompletionStage<?> stage) {
        return (PeerUnreachableException) failure(stage);
    }

    private static Throwable failure(CompletionStage<?> stage) {
        try {
            throw new AssertionError(
                    "no failure but " + stage.toCompletableFuture().join());
        } catch (CompletionException e) {
            return java.util.Objects.requireNonNull(e.getCause());
        }
    }

    /** Both ends of one connection. */
    private final class Pair implements AutoCloseable {
        final PeerConnection asking;
        final Socket serving;
        final DataInputStream in;
        final DataOutputStream out;

        Pair(ConnectionLimits limits) throws Exception {
            CompletionStage<PeerConnection> connecting =
                    network(limits).connect("127.0.0.1", server.getLocalPort(), LONG);
            serving = server.accept();
            asking = await(connecting);
            in = new DataInputStream(serving.getInputStream());
            out = new DataOutputStream(serving.getOutputStream());
        }

        Pair() throws Exception {
            this(ConnectionLimits.defaults());
        }

        CompletionStage<ApiMessage> fetch(Duration limit) {
            return asking.send(ApiKey.FETCH, V18, new FetchRequest(), limit);
        }

        ByteBuf request() throws IOException {
            return Unpooled.wrappedBuffer(in.readNBytes(in.readInt()));
        }

        int correlationOfNext() throws IOException {
            return Headers.correlationId(request());
        }

        @Override
        public void close() throws Exception {
            serving.close();
            asking.close();
            await(asking.closed());
        }
    }

    private static byte[] answer(ApiKey api, int version, int correlationId, ApiMessage body) {
        MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
        Headers.writeResponseHeader(out, api, (short) version, correlationId);
        body.write(out, (short) version);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int written = 0;
        for (MessageWriter.Insertion each : out.insertions()) {
            bytes.writeBytes(TestSupport.bytes(out.buffer().slice(written, each.position() - written)));
            bytes.writeBytes(TestSupport.bytes(((BufferRecords) each.records()).buffer()));
            written = each.position();
        }
        bytes.writeBytes(
                TestSupport.bytes(out.buffer().slice(written, out.buffer().writerIndex() - written)));
        out.release();
        return bytes.toByteArray();
    }

    private static byte[] fetchAnswer(int correlationId, byte[] records) {
        return answer(ApiKey.FETCH, V18, correlationId, fetchResponse(records));
    }

    private static FetchResponse fetchResponse(byte[] records) {
        FetchResponse.PartitionData partition = new FetchResponse.PartitionData()
                .setPartitionIndex(3)
                .setRecords(new BufferRecords(Unpooled.wrappedBuffer(records)));
        return new FetchResponse()
                .setResponses(List.of(new FetchResponse.FetchableTopicResponse().setPartitions(List.of(partition))));
    }

    private static BufferRecords recordsOf(ApiMessage answer) {
        FetchResponse fetch = (FetchResponse) answer;
        return (BufferRecords) java.util.Objects.requireNonNull(
                fetch.responses().get(0).partitions().get(0).records());
    }

    private static void send(Pair pair, byte[] frame) throws IOException {
        pair.out.writeInt(frame.length);
        pair.out.write(frame);
    }

    @Test
    void headersAreThoseOfTheirApiAndVersion() throws Exception {
        try (Pair pair = new Pair()) {
            CompletionStage<ApiMessage> metadata =
                    pair.asking.send(ApiKey.METADATA, (short) 1, new MetadataRequest().setTopics(List.of()), LONG);
            CompletionStage<ApiMessage> versions = pair.asking.send(
                    ApiKey.API_VERSIONS, (short) 3, new ApiVersionsRequest().setClientSoftwareName("x"), LONG);
            CompletionStage<ApiMessage> fetch = pair.fetch(LONG);
            expect(pair, ApiKey.METADATA, 1, 0, new MetadataResponse().setControllerId(5));
            expect(pair, ApiKey.API_VERSIONS, 3, 1, new ApiVersionsResponse().setErrorCode((short) 35));
            expect(pair, ApiKey.FETCH, 18, 2, new FetchResponse().setSessionId(9));
            assertThat(((MetadataResponse) await(metadata)).controllerId()).isEqualTo(5);
            assertThat(((ApiVersionsResponse) await(versions)).errorCode()).isEqualTo((short) 35);
            assertThat(((FetchResponse) await(fetch)).sessionId()).isEqualTo(9);
        }
    }

    private static void expect(Pair pair, ApiKey api, int version, int correlationId, ApiMessage answer)
            throws IOException {
        ByteBuf request = pair.request();
        assertThat(Headers.apiKeyId(request)).isEqualTo(api.id());
        assertThat(Headers.apiVersion(request)).isEqualTo((short) version);
        RequestHeader header = Headers.readRequestHeader(request, api);
        assertThat(header.clientId()).isEqualTo("node 7");
        assertThat(header.correlationId()).isEqualTo(correlationId);
        api.readRequest(request, (short) version);
        send(pair, answer(api, version, correlationId, answer));
    }

    @Test
    void manyRequestsAreAnsweredEachByItsOwnHoweverTheAnswersAreCut() throws Exception {
        ConnectionLimits limits =
                ConnectionLimits.defaults().withReceiveBytes(4096).withInFlight(300, 1);
        try (Pair pair = new Pair(limits)) {
            List<CompletionStage<ApiMessage>> sent =
                    IntStream.range(0, 300).mapToObj(i -> pair.fetch(LONG)).toList();
            Random random = new Random(3);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < sent.size(); i++) {
                byte[] frame = fetchAnswer(pair.correlationOfNext(), TestSupport.payload(random.nextInt(9000), i));
                new DataOutputStream(all).writeInt(frame.length);
                all.writeBytes(frame);
            }
            byte[] bytes = all.toByteArray();
            for (int at = 0; at < bytes.length; ) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(30_000));
                pair.out.write(bytes, at, length);
                at += length;
            }
            random.setSeed(3);
            for (int i = 0; i < sent.size(); i++) {
                ApiMessage answer = await(sent.get(i));
                assertThat(TestSupport.bytes(recordsOf(answer).buffer()))
                        .isEqualTo(TestSupport.payload(random.nextInt(9000), i));
                AnswerRecords.release(answer);
            }
        }
    }

    @Test
    void recordsStayAsTheyAreUntilTheCallerReleasesThem() throws Exception {
        try (Pair pair = new Pair(ConnectionLimits.defaults().withReceiveBytes(4096))) {
            CompletionStage<ApiMessage> first = pair.fetch(LONG);
            byte[] kept = TestSupport.payload(1000, 1);
            send(pair, fetchAnswer(pair.correlationOfNext(), kept));
            ApiMessage answer = await(first);
            for (int i = 0; i < 20; i++) {
                CompletionStage<ApiMessage> next = pair.fetch(LONG);
                send(pair, fetchAnswer(pair.correlationOfNext(), TestSupport.payload(3000, 100 + i)));
                AnswerRecords.release(await(next));
            }
            assertThat(TestSupport.bytes(recordsOf(answer).buffer())).isEqualTo(kept);
            AnswerRecords.release(answer);
        }
    }

    @Test
    void anAnswerToAnotherRequestClosesTheConnection() throws Exception {
        try (Pair pair = new Pair()) {
            CompletionStage<ApiMessage> first = pair.fetch(LONG);
            CompletionStage<ApiMessage> second = pair.fetch(LONG);
            pair.correlationOfNext();
            send(pair, fetchAnswer(pair.correlationOfNext(), new byte[0]));
            for (CompletionStage<ApiMessage> each : List.of(first, second, pair.fetch(LONG))) {
                assertThat(unreachable(each)).hasMessageContaining("an answer to request 1 came where one to 0");
                assertThat(unreachable(each).refused()).isFalse();
            }
            await(pair.asking.closed());
            // The third request may have gone out just before: what counts is that there is an end.
            pair.in.readAllBytes();
        }
    }

    @Test
    void anAnswerThatNobodyAskedForClosesTheConnection() throws Exception {
        try (Pair pair = new Pair()) {
            CompletionStage<ApiMessage> first = pair.fetch(LONG);
            byte[] frame = fetchAnswer(pair.correlationOfNext(), new byte[0]);
            send(pair, frame);
            await(first);
            send(pair, frame);
            await(pair.asking.closed());
            assertThat(unreachable(pair.fetch(LONG))).hasMessageContaining("nobody asked for");
        }
    }

    @Test
    void anAnswerThatCannotBeReadClosesTheConnection() throws Exception {
        byte[] good = fetchAnswer(0, TestSupport.payload(100, 1));
        for (byte[] bad : List.of(new byte[0], new byte[3], java.util.Arrays.copyOf(good, 50))) {
            try (Pair pair = new Pair()) {
                CompletionStage<ApiMessage> first = pair.fetch(LONG);
                pair.correlationOfNext();
                send(pair, bad);
                assertThat(unreachable(first).refused()).isFalse();
                await(pair.asking.closed());
            }
        }
    }

    @Test
    void anAnswerMayBeAsLongAsTheLimitAndNotLonger() throws Exception {
        byte[] frame = fetchAnswer(0, TestSupport.payload(20_000, 1));
        for (int limit : List.of(frame.length + 1, frame.length)) {
            try (Pair pair = new Pair(ConnectionLimits.defaults().withFrameBytesMax(limit))) {
                CompletionStage<ApiMessage> sent = pair.fetch(LONG);
                pair.correlationOfNext();
                send(pair, frame);
                AnswerRecords.release(await(sent));
            }
        }
        try (Pair pair = new Pair(ConnectionLimits.defaults().withFrameBytesMax(frame.length - 1))) {
            CompletionStage<ApiMessage> sent = pair.fetch(LONG);
            pair.correlationOfNext();
            pair.out.writeInt(frame.length);
            assertThat(unreachable(sent)).hasMessageContaining("at most " + (frame.length - 1) + " are accepted");
        }
        try (Pair pair = new Pair()) {
            CompletionStage<ApiMessage> sent = pair.fetch(LONG);
            pair.correlationOfNext();
            pair.out.writeInt(-1);
            assertThat(unreachable(sent)).hasMessageContaining("a frame of -1 bytes");
        }
    }

    @Test
    void memoryGrowsWithWhatArrivesAndNotWithWhatIsAnnounced() throws Exception {
        try (Pair pair = new Pair(ConnectionLimits.defaults().withReceiveBytes(4096))) {
            CompletionStage<ApiMessage> sent = pair.fetch(LONG);
            pair.correlationOfNext();
            pair.out.writeInt(90 << 20);
            pair.out.write(new byte[10_000]);
            CompletionStage<ApiMessage> limited = pair.fetch(Duration.ofMillis(500));
            while (!limited.toCompletableFuture().isDone()) {
                assertThat(budget.used()).isLessThan(100_000);
                pair.serving.setSoTimeout(10);
                try {
                    pair.in.read();
                } catch (SocketTimeoutException e) {
                    assertThat(sent.toCompletableFuture().isDone()
                                    && !limited.toCompletableFuture().isDone())
                            .isFalse();
                }
            }
            unreachable(sent);
            unreachable(limited);
        }
    }

    @Test
    void anAnswerThatNeedsMoreThanTheBudgetArrivesAllTheSame() throws Exception {
        budget = new MemoryBudget(10_000);
        try (Pair pair = new Pair(ConnectionLimits.defaults().withReceiveBytes(4096))) {
            for (int i = 0; i < 5; i++) {
                CompletionStage<ApiMessage> sent = pair.fetch(LONG);
                byte[] records = TestSupport.payload(100_000, i);
                send(pair, fetchAnswer(pair.correlationOfNext(), records));
                ApiMessage answer = await(sent);
                assertThat(TestSupport.bytes(recordsOf(answer).buffer())).isEqualTo(records);
                AnswerRecords.release(answer);
            }
        }
    }

    @Test
    void whoeverDoesNotAnswerInTimeLosesTheConnection() throws Exception {
        for (boolean half : List.of(false, true)) {
            try (Pair pair = new Pair()) {
                CompletionStage<ApiMessage> patient = pair.fetch(LONG);
                CompletionStage<ApiMessage> limited = pair.fetch(SHORT);
                if (half) {
                    byte[] frame = fetchAnswer(0, new byte[1000]);
                    pair.out.writeInt(frame.length);
                    pair.out.write(frame, 0, 500);
                }
                assertThat(unreachable(limited)).hasMessageContaining("did not answer Fetch v18 within 100 ms");
                unreachable(patient);
                await(pair.asking.closed());
            }
        }
    }

    @Test
    void anAnswerInTimeEndsTheLimit() throws Exception {
        try (Pair pair = new Pair()) {
            CompletionStage<ApiMessage> quick = pair.fetch(Duration.ofSeconds(1));
            send(pair, fetchAnswer(pair.correlationOfNext(), new byte[0]));
            await(quick);
            // Its limit passes while the next one waits.
            CompletionStage<ApiMessage> slow = pair.fetch(LONG);
            int correlationId = pair.correlationOfNext();
            pair.serving.setSoTimeout(1200);
            assertThatThrownBy(pair.in::read).isInstanceOf(SocketTimeoutException.class);
            send(pair, fetchAnswer(correlationId, new byte[0]));
            await(slow);
        }
    }

    @Test
    void whatWaitsFailsWhenEitherEndCloses() throws Exception {
        for (boolean byPeer : List.of(true, false)) {
            try (Pair pair = new Pair()) {
                CompletionStage<ApiMessage> first = pair.fetch(LONG);
                CompletionStage<ApiMessage> second = pair.fetch(LONG);
                if (byPeer) {
                    pair.serving.close();
                } else {
                    pair.asking.close();
                }
                assertThat(unreachable(first).refused()).isFalse();
                unreachable(second);
                await(pair.asking.closed());
                unreachable(pair.fetch(LONG));
            }
        }
    }

    @Test
    void noMoreIsAskedThanTheLimitUntilAnAnswerComes() throws Exception {
        try (Pair pair = new Pair(ConnectionLimits.defaults().withInFlight(3, 1))) {
            List<CompletionStage<ApiMessage>> sent = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                sent.add(pair.fetch(LONG));
            }
            assertThat(failure(pair.fetch(LONG))).isInstanceOf(RejectedExecutionException.class);
            send(pair, fetchAnswer(pair.correlationOfNext(), new byte[0]));
            await(sent.get(0));
            sent.add(pair.fetch(LONG));
            for (int i = 1; i < 4; i++) {
                send(pair, fetchAnswer(pair.correlationOfNext(), new byte[0]));
                await(sent.get(i));
            }
        }
    }

    @Test
    void nothingMoreIsSentToAPeerThatDoesNotTakeIt() throws Exception {
        String name = "n".repeat(200);
        MetadataRequest.MetadataRequestTopic topic = new MetadataRequest.MetadataRequestTopic().setName(name);
        MetadataRequest large = new MetadataRequest().setTopics(java.util.Collections.nCopies(2000, topic));
        try (Pair pair =
                new Pair(ConnectionLimits.defaults().withInFlight(1000, 1).withPendingWriteBytesMax(100_000))) {
            CompletionStage<ApiMessage> last;
            int sent = 0;
            do {
                last = pair.asking.send(ApiKey.METADATA, (short) 1, large, LONG);
                sent++;
                vertxTurn();
            } while (!last.toCompletableFuture().isDone());
            assertThat(failure(last)).isInstanceOf(RejectedExecutionException.class);
            assertThat(sent).isLessThan(1000);
            for (int i = 0; i < sent - 1; i++) {
                assertThat(pair.correlationOfNext()).isEqualTo(i);
            }
        }
    }

    private void vertxTurn() throws Exception {
        for (var loop : ((io.vertx.core.impl.VertxInternal) vertx).getEventLoopGroup()) {
            loop.submit(() -> {}).get();
        }
    }

    @Test
    void aRequestThatCannotBeWrittenHarmsNoOther() throws Exception {
        try (Pair pair = new Pair()) {
            assertThat(failure(pair.asking.send(ApiKey.FETCH, (short) 99, new FetchRequest(), LONG)))
                    .isNotInstanceOf(PeerUnreachableException.class);
            CompletionStage<ApiMessage> good = pair.fetch(LONG);
            send(pair, fetchAnswer(pair.correlationOfNext(), new byte[0]));
            await(good);
        }
    }

    @Test
    void onlyAnAddressWhereNobodyListensRefuses() throws Exception {
        int port = server.getLocalPort();
        server.close();
        PeerUnreachableException nobody =
                unreachable(network(ConnectionLimits.defaults()).connect("127.0.0.1", port, LONG));
        assertThat(nobody.refused()).isTrue();
        assertThat(nobody).hasMessageContaining("127.0.0.1:" + port);
        PeerUnreachableException unknown =
                unreachable(network(ConnectionLimits.defaults()).connect("no-such-host.invalid", port, SHORT));
        assertThat(unknown.refused()).isFalse();
    }

    @Test
    void aMachineThatIsSilentIsNotOneThatRefuses() throws Exception {
        List<Socket> before = new ArrayList<>();
        try (ServerSocket full = listen(1)) {
            InetSocketAddress address = (InetSocketAddress) full.getLocalSocketAddress();
            fill(address, before);
            PeerUnreachableException silent = unreachable(network(ConnectionLimits.defaults())
                    .connect("127.0.0.1", address.getPort(), Duration.ofMillis(300)));
            assertThat(silent.refused()).isFalse();
            assertThat(silent).hasMessageContaining("127.0.0.1:" + address.getPort());
        } finally {
            for (Socket each : before) {
                each.close();
            }
        }
    }

    /** The system drops what comes for a listener whose backlog is full. */
    private static void fill(InetSocketAddress address, List<Socket> into) throws IOException {
        for (int i = 0; i < 100; i++) {
            Socket socket = new Socket();
            into.add(socket);
            try {
                socket.connect(address, 200);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new AssertionError("the backlog takes all");
    }
}
