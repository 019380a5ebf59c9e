package io.rowlock.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.FixedRandom;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.ManualTime;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.PeerWatch;
import io.rowlock.net.PeerConnection;
import io.rowlock.net.PeerNetwork;
import io.rowlock.net.PeerUnreachableException;
import io.rowlock.protocol.ApiKey;
import io.rowlock.protocol.ApiMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaderConnectionTest {

    private static final int LEADER = 2;
    private static final Duration BACKOFF = Duration.ofSeconds(1);
    private static final FetcherLimits LIMITS =
            new FetcherLimits(1, Duration.ofMillis(500), 400, 1000, BACKOFF, Duration.ofSeconds(30));

    /** A way on which the test says how each try ends. */
    private static final class Way implements PeerNetwork {
        final List<String> tries = new ArrayList<>();
        final List<CompletableFuture<PeerConnection>> open = new ArrayList<>();

        @Override
        public CompletionStage<PeerConnection> connect(String host, int port, Duration limit) {
            tries.add(host + ":" + port);
            CompletableFuture<PeerConnection> outcome = new CompletableFuture<>();
            open.add(outcome);
            return outcome;
        }

        CompletableFuture<PeerConnection> last() {
            return open.get(open.size() - 1);
        }

        void refuse() {
            last().completeExceptionally(new PeerUnreachableException("nobody listens", true, null));
        }

        Line open() {
            Line line = new Line();
            last().complete(line);
            return line;
        }
    }

    private static final class Line implements PeerConnection {
        final CompletableFuture<Void> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<ApiMessage> send(ApiKey api, short version, ApiMessage request, Duration limit) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletionStage<Void> closed() {
            return closed;
        }

        @Override
        public void close() {
            closed.complete(null);
        }
    }

    private final ManualTime time = new ManualTime();
    private final FixedRandom random = new FixedRandom();
    private final InMemoryMetadataStore store = new InMemoryMetadataStore(time, random);
    private final ClusterMetadata metadata = new ClusterMetadata(store, time, time, Duration.ofMillis(100));
    private final Way way = new Way();
    private final List<Integer> refused = new ArrayList<>();
    private final List<Integer> connected = new ArrayList<>();
    private final PeerWatch watch = new PeerWatch() {
        @Override
        public void connected(int nodeId) {
            connected.add(nodeId);
        }

        @Override
        public void refused(int nodeId) {
            refused.add(nodeId);
        }
    };
    private final List<String> events = new ArrayList<>();
    private final LeaderConnection connection = new LeaderConnection(
            LEADER,
            new Surroundings(1, () -> 1, metadata::image, () -> {}, watch, way, time, time, random, LIMITS),
            Runnable::run,
            () -> events.add("connected"),
            () -> events.add("lost"));

    @BeforeEach
    void follow() {
        metadata.start();
    }

    private void register(int port) {
        store.register(new NodeRegistration(
                LEADER,
                new UUID(2, 2),
                null,
                Map.of("client", new Endpoint("out", 1, "PLAINTEXT"), "peer", new Endpoint("in", port, "PLAINTEXT")),
                Duration.ofSeconds(6)));
        time.advance(Duration.ofMillis(100));
    }

    @Test
    void connectsToWhereTheLeaderServesItsPeers() {
        register(7);
        connection.want();
        connection.want();
        assertThat(way.tries).containsExactly("in:7");
        Line line = way.open();
        assertThat(connection.get()).isSameAs(line);
        assertThat(events).containsExactly("connected");
        connection.want();
        assertThat(way.tries).hasSize(1);
    }

    @Test
    void tellsWhoRefusedAndTriesAgainWithGrowingPausesUpToTheLongest() {
        register(7);
        connection.want();
        for (int i = 1; i <= 20; i++) {
            way.refuse();
            assertThat(refused).hasSize(i).containsOnly(LEADER);
            assertThat(way.tries).as("not at once").hasSize(i);
            if (i < 3) {
                time.advance(Duration.ofMillis(20L << (i - 1)));
            } else {
                time.advance(BACKOFF);
            }
            assertThat(way.tries).hasSize(i + 1);
        }
    }

    @Test
    void looksUpTheAddressAnewForEachTry() {
        connection.want();
        assertThat(way.tries).isEmpty();
        register(7);
        time.advance(BACKOFF);
        way.refuse();
        register(8);
        time.advance(BACKOFF);
        assertThat(way.tries).containsExactly("in:7", "in:8");
    }

    @Test
    void aConnectionThatWorkedIsReplacedAtOnceAndOneThatDidNotAfterAPause() {
        register(7);
        connection.want();
        Line first = way.open();
        connection.worked();
        first.close();
        assertThat(events).containsExactly("connected", "lost");
        assertThat(connection.get()).isNull();
        connection.want();
        assertThat(way.tries).hasSize(2);

        way.open().close();
        connection.want();
        assertThat(way.tries).as("it was of no use").hasSize(2);
        time.advance(BACKOFF);
        assertThat(way.tries).hasSize(3);
    }

    @Test
    void onceClosedItOpensNothing() {
        register(7);
        connection.want();
        connection.close();
        Line late = way.open();
        assertThat(late.closed).isDone();
        assertThat(events).isEmpty();
        connection.want();
        time.advance(BACKOFF);
        assertThat(way.tries).hasSize(1);
    }
}
