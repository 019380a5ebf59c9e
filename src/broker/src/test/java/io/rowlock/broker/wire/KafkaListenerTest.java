package io.rowlock.broker.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.ApiTable;
import io.rowlock.broker.api.ListenerKind;
import io.rowlock.broker.api.RequestContext;
import io.rowlock.net.BoundedLog;
import io.rowlock.net.ConnectionLimits;
import io.rowlock.net.ConnectionResources;
import io.rowlock.net.ListenException;
import io.rowlock.net.MemoryBudget;
import io.rowlock.net.TcpServer;
import io.rowlock.ports.Clock;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import io.rowlock.protocol.BufferRecords;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.TransferableRecords;
import io.rowlock.protocol.message.ApiVersionsRequest;
import io.rowlock.protocol.message.ApiVersionsResponse;
import io.rowlock.protocol.message.ApiVersionsResponse.ApiVersion;
import io.rowlock.protocol.message.FetchRequest;
import io.rowlock.protocol.message.FetchResponse;
import io.rowlock.protocol.message.FetchResponse.FetchableTopicResponse;
import io.rowlock.protocol.message.FetchResponse.PartitionData;
import io.rowlock.protocol.message.MetadataRequest;
import io.rowlock.protocol.message.MetadataResponse;
import io.rowlock.protocol.message.ProduceRequest;
import io.rowlock.protocol.message.ProduceRequest.PartitionProduceData;
import io.rowlock.protocol.message.ProduceRequest.TopicProduceData;
import io.rowlock.protocol.message.ProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.rowlock.protocol.message.ProduceResponse.TopicProduceResponse;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class KafkaListenerTest {
    private static final String CLUSTER = "AAAAAAAAAAAAAAAAAAAAAQ";
    private static final int NODE = 7;
    private static final Clock CLOCK = new Clock() {
        @Override
        public long wallMillis() {
            return 0;
        }

        @Override
        public long monotonicNanos() {
            return 0;
        }
    };

    private final PooledByteBufAllocator pool = new PooledByteBufAllocator(true, 0, 1, 8192, 8, 0, 0, false);
    private final MemoryBudget budget = new MemoryBudget(1 << 22);
    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private final BlockingQueue<Consumer<MetadataResponse>> waiting = new LinkedBlockingQueue<>();
    private final AtomicInteger closes = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private ApiHandler<FetchRequest, FetchResponse> fetch =
            (context, request, reply) -> reply.accept(new FetchResponse());
    private final KafkaListener listener = listener(0);
    private int port;

    @BeforeEach
    void start() throws Exception {
        port = listener.start().toCompletableFuture().get();
    }

    @AfterEach
    void stop() throws Exception {
        listener.stop(Duration.ZERO).toCompletableFuture().get();
        other.shutdown();
        assertThat(other.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        vertx.close().toCompletionStage().toCompletableFuture().get();
        assertThat(pool.pinnedDirectMemory()).isZero();
        assertThat(budget.used()).isZero();
    }

    private KafkaListener listener(int onPort) {
        BoundedLog log =
                new BoundedLog(System.getLogger("io.rowlock.broker.wire.test"), CLOCK, 100, Duration.ofSeconds(1));
        ApiTable apis = new ApiTable.Builder()
                .serve(ApiKey.PRODUCE, new Producing(), ListenerKind.CLIENT)
                .serve(ApiKey.FETCH, this::fetching, ListenerKind.CLIENT)
                .serve(ApiKey.METADATA, this::metadata, ListenerKind.CLIENT)
                .serve(ApiKey.WRITE_TXN_MARKERS, this::never, ListenerKind.PEER)
                .build(CLUSTER, NODE);
        return new KafkaListener(
                vertx,
                "client",
                ListenerKind.CLIENT,
                new TcpServer.Settings("127.0.0.1", onPort, 2, 100, 128),
                new ConnectionResources(ConnectionLimits.defaults(), budget, pool, log),
                apis);
    }

    private void never(RequestContext context, ApiMessage request, Consumer<ApiMessage> reply) {
        throw new AssertionError("a client must not get here");
    }

    private void fetching(RequestContext context, FetchRequest request, Consumer<FetchResponse> reply) {
        fetch.handle(context, request, reply);
    }

    private void metadata(RequestContext context, MetadataRequest request, Consumer<MetadataResponse> reply) {
        assertThat(context.clientId()).isEqualTo("raw");
        assertThat(context.listener()).isEqualTo("client");
        context.attachment(AtomicInteger.class, () -> {
            context.onClose(() -> {
                closes.incrementAndGet();
                closed.countDown();
            });
            return new AtomicInteger();
        });
        waiting.add(reply);
    }

    /** Fails a request whose transactional id says so. */
    private static final class Producing implements ApiHandler<ProduceRequest, ProduceResponse> {
        @Override
        public boolean expectsResponse(ProduceRequest request) {
            return request.acks() != 0;
        }

        @Override
        public void handle(RequestContext context, ProduceRequest request, Consumer<ProduceResponse> reply) {
            ErrorCode error =
                    "fail".equals(request.transactionalId()) ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NONE;
            reply.accept(new ProduceResponse()
                    .setResponses(List.of(new TopicProduceResponse()
                            .setPartitionResponses(
                                    List.of(new PartitionProduceResponse().setErrorCode(error.code()))))));
        }
    }

    private static ApiVersionsRequest versions() {
        return new ApiVersionsRequest().setClientSoftwareName("raw-client").setClientSoftwareVersion("1.0");
    }

    private static ApiVersionsResponse ask(RawClient client, int version, ApiVersionsRequest request)
            throws IOException {
        client.send(ApiKey.API_VERSIONS, version, 11, request);
        return (ApiVersionsResponse) client.receive(ApiKey.API_VERSIONS, version, 11);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void everyVersionOfApiVersionsTellsWhatIsServedToClients(int version) throws Exception {
        try (RawClient client = new RawClient(port)) {
            ApiVersionsResponse response = ask(client, version, versions());
            assertThat(response.errorCode()).isZero();
            assertThat(response.finalizedFeatures()).isEmpty();
            assertThat(response.finalizedFeaturesEpoch()).isEqualTo(-1);
            assertThat(response.apiKeys())
                    .containsExactly(
                            range(ApiKey.PRODUCE, 0, 13),
                            range(ApiKey.FETCH, 4, 18),
                            range(ApiKey.METADATA, 0, 13),
                            range(ApiKey.API_VERSIONS, 0, 5));
        }
    }

    private static ApiVersion range(ApiKey key, int min, int max) {
        return new ApiVersion().setApiKey(key.id()).setMinVersion((short) min).setMaxVersion((short) max);
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 99, Short.MAX_VALUE})
    void anUnknownVersionOfApiVersionsIsAnsweredInVersionZeroAndTheClientGoesOn(int version) throws Exception {
        try (RawClient client = new RawClient(port)) {
            client.send(ApiKey.API_VERSIONS, version, 3, versions(), 5);
            ApiVersionsResponse response = (ApiVersionsResponse) client.receive(ApiKey.API_VERSIONS, 0, 3);
            assertThat(response.errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
            assertThat(response.apiKeys()).containsExactly(range(ApiKey.API_VERSIONS, 0, 5));
            assertThat(ask(client, 5, versions()).errorCode()).isZero();
        }
    }

    @Test
    void clientSoftwareMustBeNamedProperly() throws Exception {
        try (RawClient client = new RawClient(port)) {
            for (String bad : List.of("", "-a", "a-", "a b", "a\n", ".")) {
                assertThat(ask(client, 3, versions().setClientSoftwareName(bad)).errorCode())
                        .isEqualTo(ErrorCode.INVALID_REQUEST.code());
                assertThat(ask(client, 4, versions().setClientSoftwareVersion(bad))
                                .errorCode())
                        .isEqualTo(ErrorCode.INVALID_REQUEST.code());
            }
            assertThat(ask(client, 3, versions().setClientSoftwareName("a").setClientSoftwareVersion("1.0-b.2"))
                            .errorCode())
                    .isZero();
        }
    }

    @Test
    void aClientThatMeantAnotherNodeIsToldSo() throws Exception {
        try (RawClient client = new RawClient(port)) {
            assertThat(ask(client, 5, versions().setClusterId(CLUSTER).setNodeId(NODE))
                            .errorCode())
                    .isZero();
            for (ApiVersionsRequest wrong : List.of(
                    versions().setClusterId(CLUSTER).setNodeId(NODE + 1),
                    versions().setClusterId("another").setNodeId(NODE))) {
                assertThat(ask(client, 5, wrong).errorCode()).isEqualTo(ErrorCode.REBOOTSTRAP_REQUIRED.code());
            }
            for (ApiVersionsRequest half :
                    List.of(versions().setClusterId(CLUSTER), versions().setNodeId(NODE))) {
                assertThat(ask(client, 5, half).errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
            }
        }
    }

    @Test
    void whatCannotBeUnderstoodClosesTheConnectionAndNobodyElseNotices() throws Exception {
        List<byte[]> frames = List.of(
                new byte[0],
                new byte[7],
                header(95, 0),
                header(-1, 0),
                header(ApiKey.WRITE_TXN_MARKERS.id(), 1),
                header(ApiKey.PRODUCE.id(), 2),
                header(ApiKey.PRODUCE.id(), 14),
                header(ApiKey.METADATA.id(), -1),
                header(ApiKey.METADATA.id(), 13),
                header(ApiKey.FETCH.id(), 4));
        try (RawClient unconcerned = new RawClient(port)) {
            for (byte[] frame : frames) {
                try (RawClient client = new RawClient(port)) {
                    client.send(frame);
                    assertThat(client.isClosedByPeer()).isTrue();
                }
                assertThat(ask(unconcerned, 3, versions()).errorCode()).isZero();
            }
        }
    }

    /** A request that ends with its header: no API here has an empty request. */
    private static byte[] header(int api, int version) {
        return ByteBuffer.allocate(11)
                .putShort((short) api)
                .putShort((short) version)
                .putInt(1)
                .putShort((short) -1)
                .array();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1})
    void aRequestWithoutRecordsMayTakeSoManyBytes(int beyond) throws Exception {
        int bytes = ClientConnection.PLAIN_REQUEST_BYTES_MAX + beyond;
        try (RawClient client = new RawClient(port)) {
            client.send(metadataRequest(bytes));
            if (beyond <= 0) {
                waiting.take().accept(new MetadataResponse());
                assertThat(client.receive(ApiKey.METADATA, 0, 5)).isNotNull();
            } else {
                assertThat(client.isClosedByPeer()).isTrue();
                assertThat(waiting).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1})
    void aRequestMayHaveSoManyElements(int beyond) throws Exception {
        int topics = ClientConnection.REQUEST_ELEMENTS_MAX + beyond;
        ByteBuffer frame = ByteBuffer.allocate(17 + 2 * topics);
        frame.putShort(ApiKey.METADATA.id()).putShort((short) 0).putInt(5);
        frame.putShort((short) 3).put("raw".getBytes(StandardCharsets.UTF_8));
        frame.putInt(topics);
        try (RawClient client = new RawClient(port)) {
            client.send(frame.array());
            if (beyond <= 0) {
                waiting.take().accept(new MetadataResponse());
                assertThat(client.receive(ApiKey.METADATA, 0, 5)).isNotNull();
            } else {
                assertThat(client.isClosedByPeer()).isTrue();
                assertThat(waiting).isEmpty();
            }
        }
    }

    /** Mostly bytes that are no records: refused before they are decoded. */
    @Test
    void aLongProduceRequestMustBeMostlyRecords() throws Exception {
        int name = 30_000;
        List<TopicProduceData> topics = new ArrayList<>();
        for (int bytes = 0; bytes <= ClientConnection.PLAIN_REQUEST_BYTES_MAX; bytes += name) {
            topics.add(new TopicProduceData().setName("x".repeat(name)));
        }
        try (RawClient client = new RawClient(port)) {
            client.send(
                    ApiKey.PRODUCE,
                    9,
                    1,
                    new ProduceRequest().setAcks((short) 1).setTopicData(topics));
            assertThat(client.isClosedByPeer()).isTrue();
        }
    }

    /** Of version 0, for topics with names so long that the frame has {@code bytes}. */
    private static byte[] metadataRequest(int bytes) {
        String clientId = "raw";
        int head = 2 + 2 + 4 + 2 + clientId.length() + 4;
        int topics = (bytes - head) / 1000;
        ByteBuffer frame = ByteBuffer.allocate(bytes);
        frame.putShort(ApiKey.METADATA.id()).putShort((short) 0).putInt(5);
        frame.putShort((short) clientId.length()).put(clientId.getBytes(StandardCharsets.UTF_8));
        frame.putInt(topics);
        for (int i = 0; i < topics; i++) {
            int length = i < topics - 1 ? 998 : frame.remaining() - 2;
            frame.putShort((short) length).position(frame.position() + length);
        }
        return frame.array();
    }

    @Test
    void aProduceRequestMayTakeMore() throws Exception {
        try (RawClient client = new RawClient(port)) {
            byte[] records = new byte[ClientConnection.PLAIN_REQUEST_BYTES_MAX];
            client.send(
                    ApiKey.PRODUCE,
                    9,
                    1,
                    new ProduceRequest()
                            .setAcks((short) 1)
                            .setTopicData(List.of(new TopicProduceData()
                                    .setPartitionData(List.of(new PartitionProduceData()
                                            .setRecords(new BufferRecords(Unpooled.wrappedBuffer(records))))))));
            assertThat(client.receive(ApiKey.PRODUCE, 9, 1)).isNotNull();
        }
    }

    @Test
    void answersKeepTheOrderOfTheRequestsWhoeverGivesThemWhenever() throws Exception {
        try (RawClient client = new RawClient(port)) {
            int requests = 40;
            for (int i = 0; i < requests; i++) {
                client.send(ApiKey.METADATA, i % 14, i, new MetadataRequest());
            }
            Consumer<?>[] replies = new Consumer<?>[requests];
            for (int i = 0; i < requests; i++) {
                replies[i] = waiting.take();
            }
            for (int i = requests - 1; i >= 0; i--) {
                @SuppressWarnings("unchecked")
                Consumer<MetadataResponse> reply = (Consumer<MetadataResponse>) replies[i];
                other.execute(() -> reply.accept(new MetadataResponse()));
            }
            for (int i = 0; i < requests; i++) {
                assertThat(client.receive(ApiKey.METADATA, i % 14, i)).isNotNull();
            }
        }
    }

    @Test
    void aProducerThatWantsNoAnswerGetsNone() throws Exception {
        try (RawClient client = new RawClient(port)) {
            client.send(ApiKey.PRODUCE, 9, 1, new ProduceRequest().setAcks((short) 0));
            client.send(ApiKey.PRODUCE, 9, 2, new ProduceRequest().setAcks((short) 1));
            assertThat(client.receive(ApiKey.PRODUCE, 9, 2)).isNotNull();
            client.send(
                    ApiKey.PRODUCE,
                    9,
                    3,
                    new ProduceRequest().setAcks((short) 0).setTransactionalId("fail"));
            assertThat(client.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void anExceptionOfAHandlerEndsItsConnectionAlone() throws Exception {
        fetch = (context, request, reply) -> {
            throw new IllegalStateException("on purpose");
        };
        try (RawClient unconcerned = new RawClient(port);
                RawClient client = new RawClient(port)) {
            client.send(ApiKey.FETCH, 12, 1, new FetchRequest());
            assertThat(client.isClosedByPeer()).isTrue();
            assertThat(ask(unconcerned, 3, versions()).errorCode()).isZero();
        }
    }

    @Test
    void recordsThatLeaveAreReleasedOnceAndSoAreThoseThatDoNot() throws Exception {
        BlockingQueue<Consumer<FetchResponse>> fetches = new LinkedBlockingQueue<>();
        fetch = (context, request, reply) -> fetches.add(reply);
        ZeroRecords sent = new ZeroRecords(3_000_000);
        ZeroRecords empty = new ZeroRecords(0);
        ZeroRecords dropped = new ZeroRecords(3_000_000);
        try (RawClient client = new RawClient(port)) {
            client.send(ApiKey.FETCH, 12, 1, new FetchRequest());
            fetches.take().accept(response(sent, empty));
            FetchResponse got = (FetchResponse) client.receive(ApiKey.FETCH, 12, 1);
            BufferRecords records =
                    (BufferRecords) got.responses().get(0).partitions().get(0).records();
            assertThat(records).isEqualTo(new BufferRecords(Unpooled.wrappedBuffer(new byte[3_000_000])));
            client.send(ApiKey.METADATA, 12, 2, new MetadataRequest());
            client.send(ApiKey.FETCH, 12, 3, new FetchRequest());
            waiting.take();
        }
        Consumer<FetchResponse> late = fetches.take();
        for (ZeroRecords each : List.of(sent, empty)) {
            assertThat(each.released.await(30, TimeUnit.SECONDS)).isTrue();
        }
        other.execute(() -> late.accept(response(dropped)));
        // The metadata request before it is never answered, so it can only be dropped with its connection.
        assertThat(dropped.released.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(closes).hasValue(1);
        assertThat(List.of(sent.releases.get(), empty.releases.get(), dropped.releases.get()))
                .containsOnly(1);
    }

    private static FetchResponse response(ZeroRecords... records) {
        FetchableTopicResponse topic = new FetchableTopicResponse().setTopic("t");
        topic.setPartitions(Arrays.stream(records)
                .map(each -> new PartitionData().setRecords(each))
                .toList());
        return new FetchResponse().setResponses(List.of(topic));
    }

    @Test
    void aPortInUseIsSaidInOneSentence() {
        // Another Vert.x, as another process would have.
        Vertx elsewhere = Vertx.vertx();
        BoundedLog log = new BoundedLog(System.getLogger("test"), CLOCK, 1, Duration.ofSeconds(1));
        KafkaListener second = new KafkaListener(
                elsewhere,
                "client",
                ListenerKind.CLIENT,
                new TcpServer.Settings("127.0.0.1", port, 2, 100, 128),
                new ConnectionResources(ConnectionLimits.defaults(), budget, pool, log),
                new ApiTable.Builder().build(CLUSTER, NODE));
        assertThatThrownBy(() -> second.start().toCompletableFuture().get())
                .hasCauseInstanceOf(ListenException.class)
                .hasMessageContaining("cannot listen on 127.0.0.1:" + port);
        assertThat(elsewhere.close().toCompletionStage().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(30));
    }

    /** As many zeros as if from a file. */
    private static final class ZeroRecords implements TransferableRecords {
        final AtomicInteger releases = new AtomicInteger();
        final CountDownLatch released = new CountDownLatch(1);
        private final int size;

        ZeroRecords(int size) {
            this.size = size;
        }

        @Override
        public int sizeInBytes() {
            return size;
        }

        @Override
        public long transferTo(long from, WritableByteChannel target) throws IOException {
            return target.write(ByteBuffer.allocate((int) Math.min(100_000, size - from)));
        }

        @Override
        public void release() {
            releases.incrementAndGet();
            released.countDown();
        }
    }
}
