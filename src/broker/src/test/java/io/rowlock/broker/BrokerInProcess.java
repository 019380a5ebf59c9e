package io.rowlock.broker;

import io.rowlock.broker.api.configs.MapLogLevels;
import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.Membership;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.RegistrationResult;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.group.GroupStore;
import io.rowlock.broker.group.InMemoryGroupStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.wire.KafkaListener;
import io.rowlock.log.LogDirectory;
import io.rowlock.log.LogEnvironment;
import io.rowlock.net.BoundedLog;
import io.rowlock.net.TcpPeerNetwork;
import io.rowlock.ports.Disk;
import io.rowlock.ports.HostedOwner;
import io.rowlock.ports.RealDisk;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import io.rowlock.ports.SystemScheduler;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A whole broker in this process: real disk, real sockets, any metadata store. */
public final class BrokerInProcess implements AutoCloseable {

    private static final int FIRST_NODE = 1;
    private static final int ANSWER_BYTES_MAX = 128 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** So long that a test is over before it runs out. */
    private static final Duration LEASE = Duration.ofMinutes(10);

    final MapLogLevels logLevels = new MapLogLevels();
    private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private final SystemScheduler scheduler = new SystemScheduler("timers", uncaught::add);
    private final DistantTimers timers = new DistantTimers(scheduler);
    private final List<HostedOwner> owners = List.of(owner("owner-0"), owner("owner-1"));
    private final ExecutorService workers = Executors.newFixedThreadPool(4);
    private final HeldSyncs syncs = new HeldSyncs(workers);
    private final LogDirectory directory;
    private final ClusterMetadata metadata;
    private final Broker broker;
    private final KafkaListener listener;
    private @Nullable KafkaListener peerListener;
    private final CuttableNetwork network;
    private final Membership membership;
    private final int port;

    /** With groups that are gone when it ends. */
    BrokerInProcess(Path data, InMemoryMetadataStore store, Durability durability, Map<String, String> settings)
            throws IOException {
        this(data, store, new InMemoryGroupStore(store, new SystemClock()), durability, settings);
    }

    BrokerInProcess(
            Path data,
            InMemoryMetadataStore store,
            GroupStore groupStore,
            Durability durability,
            Map<String, String> settings)
            throws IOException {
        this(new RealDisk(), data, store, groupStore, durability, settings, new Bounds(20, 64 << 20));
    }

    /**
     * What a node derives from its size.
     *
     * @param logLinesMax how many lines a minute tell of what clients do wrong
     * @param fetchNotesBytesMax what fetch sessions may take of the heap
     */
    public record Bounds(int logLinesMax, long fetchNotesBytesMax) {}

    /** On a disk and with bounds of the caller's choice. */
    public BrokerInProcess(
            Disk disk,
            Path data,
            InMemoryMetadataStore store,
            GroupStore groupStore,
            Durability durability,
            Map<String, String> settings,
            Bounds bounds)
            throws IOException {
        this(FIRST_NODE, false, disk, data, store, groupStore, durability, settings, bounds);
    }

    /** One of several nodes: it serves the others, and follows them. */
    BrokerInProcess(
            int nodeId,
            Path data,
            InMemoryMetadataStore store,
            GroupStore groupStore,
            Durability durability,
            Map<String, String> settings)
            throws IOException {
        this(nodeId, true, new RealDisk(), data, store, groupStore, durability, settings, new Bounds(20, 64 << 20));
    }

    private BrokerInProcess(
            int nodeId,
            boolean withPeers,
            Disk disk,
            Path data,
            InMemoryMetadataStore store,
            GroupStore groupStore,
            Durability durability,
            Map<String, String> settings,
            Bounds bounds)
            throws IOException {
        SystemClock clock = new SystemClock();
        SystemRandom random = new SystemRandom();
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Map<String, Endpoint> endpoints = new HashMap<>();
        endpoints.put("client", new Endpoint("127.0.0.1", port, "PLAINTEXT"));
        if (withPeers) {
            try (ServerSocket free = new ServerSocket(0)) {
                endpoints.put("peer", new Endpoint("127.0.0.1", free.getLocalPort(), "PLAINTEXT"));
            }
        }
        directory = LogDirectory.open(new LogEnvironment(disk, clock, random), data);
        metadata = new ClusterMetadata(store, clock, scheduler, Duration.ofMillis(20));
        membership = new Membership(
                store,
                clock,
                scheduler,
                new NodeRegistration(nodeId, directory.id(), null, endpoints, LEASE),
                new Heard());
        await(membership.join());
        broker = new Broker(
                new Broker.Config(nodeId, durability, 0, BrokerSettings.of(settings), 2),
                new Broker.Ports(clock, timers, random, logLevels),
                new BrokerThreads(List.copyOf(owners), syncs, workers, workers, workers, workers, workers),
                directory,
                new Broker.Stores(store, groupStore, store),
                metadata,
                Broker.Standing.of(membership),
                new BoundedLog(
                        System.getLogger(KafkaListener.class.getName()),
                        clock,
                        bounds.logLinesMax(),
                        Duration.ofMinutes(1)),
                bounds.fetchNotesBytesMax());
        broker.start();
        network = new CuttableNetwork(new TcpPeerNetwork(vertx, clock, ANSWER_BYTES_MAX, "node-" + nodeId));
        if (withPeers) {
            openPeerListener(Objects.requireNonNull(endpoints.get("peer")).port());
            broker.startReplication(network, membership::brokerEpoch, broker.takePart(membership));
        }
        metadata.start();
        await(broker.served(membership.registered().version()));
        await(broker.startGroups(membership::brokerEpoch, () -> true));
        listener = broker.listener(vertx, "client", "127.0.0.1", port);
        await(listener.start());
    }

    public int port() {
        return port;
    }

    /** Opens the listener for other nodes, which most tests can do without. */
    int openPeerListener() {
        return openPeerListener(0);
    }

    private int openPeerListener(int wanted) {
        peerListener = broker.peerListener(vertx, "peer", "127.0.0.1", wanted);
        return await(peerListener.start());
    }

    long brokerEpoch() {
        return membership.brokerEpoch();
    }

    /** How many connections other nodes have to this one. */
    int peerConnections() {
        return Objects.requireNonNull(peerListener).connections();
    }

    /** Takes this node's way to all others: it follows nobody any more, but can be followed. */
    void cut() {
        network.cut();
    }

    void heal() {
        network.heal();
    }

    /** Returns once all that the metadata assigned to this node up to {@code version} is served. */
    void awaitServed(long version) {
        await(broker.served(version));
    }

    Vertx vertx() {
        return vertx;
    }

    HeldSyncs syncs() {
        return syncs;
    }

    /** Those that only the broker has. */
    DistantTimers timers() {
        return timers;
    }

    String bootstrap() {
        return "127.0.0.1:" + port;
    }

    /** Bytes that requests take of the node's memory for them. */
    public long requestBytes() {
        return broker.requestMemory().used();
    }

    /** What went wrong on a thread of the broker, and was caught by nobody. */
    public List<Throwable> uncaught() {
        return uncaught;
    }

    private HostedOwner owner(String name) {
        return new HostedOwner(name, Duration.ofMillis(50), Duration.ofSeconds(5), uncaught::add);
    }

    /** Stops as SIGTERM does. */
    @Override
    public void close() throws IOException {
        await(broker.stopGroups());
        await(listener.stop(Duration.ofSeconds(5)));
        if (peerListener != null) {
            await(peerListener.stop(Duration.ofSeconds(5)));
        }
        metadata.close();
        membership.close();
        await(broker.stop(membership.brokerEpoch()));
        owners.forEach(HostedOwner::close);
        workers.shutdown();
        scheduler.close();
        directory.close();
        await(vertx.close().toCompletionStage());
        if (!uncaught.isEmpty()) {
            throw new AssertionError("uncaught in a thread of the broker", uncaught.get(0));
        }
    }

    /** Nothing else is expected of a membership than that it goes on, or is registered anew. */
    private final class Heard implements Membership.Listener {
        @Override
        public void lapsed(@Nullable Throwable lastFailure) {
            uncaught.add(new AssertionError("the lease ran out", lastFailure));
        }

        @Override
        public void restored(Duration outage) {}

        @Override
        public void fenced(long brokerEpoch) {}

        @Override
        public void rejoined(RegistrationResult.Registered registered, Duration absence) {}

        @Override
        public void replaced() {
            uncaught.add(new AssertionError("another one has the node id"));
        }
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
