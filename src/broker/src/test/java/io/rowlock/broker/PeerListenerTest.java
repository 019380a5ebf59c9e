package io.rowlock.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.net.PeerConnection;
import io.rowlock.net.PeerUnreachableException;
import io.rowlock.net.TcpPeerNetwork;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.message.ApiVersionsRequest;
import io.rowlock.protocol.message.ApiVersionsResponse;
import io.rowlock.protocol.message.ProduceRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What other nodes meet, by the connection that nodes use. */
@Timeout(60)
class PeerListenerTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path data;

    private final InMemoryMetadataStore store = new InMemoryMetadataStore(new SystemClock(), new SystemRandom());

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static PeerConnection connect(BrokerInProcess broker, int port) throws Exception {
        return await(new TcpPeerNetwork(broker.vertx(), new SystemClock(), 1 << 20, "node-2")
                .connect("127.0.0.1", port, LIMIT));
    }

    private static List<Short> served(PeerConnection peer) throws Exception {
        ApiVersionsRequest request =
                new ApiVersionsRequest().setClientSoftwareName("rowlock").setClientSoftwareVersion("1");
        ApiVersionsResponse answer =
                (ApiVersionsResponse) await(peer.send(ApiKey.API_VERSIONS, (short) 4, request, LIMIT));
        assertThat(answer.errorCode()).isZero();
        return answer.apiKeys().stream()
                .map(ApiVersionsResponse.ApiVersion::apiKey)
                .toList();
    }

    @Test
    void servesWhatNodesAskAndNotWhatClientsAsk() throws Exception {
        try (BrokerInProcess broker = new BrokerInProcess(data, store, Durability.ASYNC, Map.of())) {
            PeerConnection peer = connect(broker, broker.openPeerListener());
            assertThat(served(peer)).contains(ApiKey.API_VERSIONS.id()).doesNotContain(ApiKey.PRODUCE.id());
            assertThatThrownBy(() -> await(peer.send(ApiKey.PRODUCE, (short) 13, new ProduceRequest(), LIMIT)))
                    .hasCauseInstanceOf(PeerUnreachableException.class);
            await(peer.closed());
        }
    }

    @Test
    void clientsThatTakeAllTheirConnectionsShutNoNodeOut() throws Exception {
        try (BrokerInProcess broker =
                        new BrokerInProcess(data, store, Durability.ASYNC, Map.of("max.connections", "1"));
                BrokerClient only = new BrokerClient(broker)) {
            only.create("topic", 1, Map.of());
            int port = broker.openPeerListener();
            PeerConnection first = connect(broker, port);
            PeerConnection second = connect(broker, port);
            assertThat(served(first)).isNotEmpty();
            assertThat(served(second)).isNotEmpty();
            only.create("another", 1, Map.of());
            first.close();
            second.close();
        }
    }
}
