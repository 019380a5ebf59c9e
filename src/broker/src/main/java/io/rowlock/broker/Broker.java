package io.rowlock.broker;

import io.netty.util.internal.PlatformDependent;
import io.rowlock.broker.api.ApiTable;
import io.rowlock.broker.api.ListenerKind;
import io.rowlock.broker.api.configs.LogLevels;
import io.rowlock.broker.api.fetch.SessionSlots;
import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.LeadershipStore;
import io.rowlock.broker.cluster.Membership;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.PeerWatch;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.group.CoordinatorSettings;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.GroupStore;
import io.rowlock.broker.group.MetadataCluster;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.broker.replication.FetcherLimits;
import io.rowlock.broker.replication.Replication;
import io.rowlock.broker.replication.Surroundings;
import io.rowlock.broker.wire.KafkaListener;
import io.rowlock.log.LogDirectory;
import io.rowlock.net.BoundedLog;
import io.rowlock.net.Buffers;
import io.rowlock.net.ConnectionLimits;
import io.rowlock.net.ConnectionResources;
import io.rowlock.net.MemoryBudget;
import io.rowlock.net.PeerNetwork;
import io.rowlock.net.TcpServer;
import io.rowlock.ports.Clock;
import io.rowlock.ports.RandomSource;
import io.rowlock.ports.Scheduler;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine of one node: partitions that follow the cluster's metadata, and the APIs that serve them. Thread-safe; to be
 * started once and stopped once.
 */
public final class Broker {

    private static final int BACKLOG = 1024;
    /** Each other node has one, or two while a broken one is not known to be gone. */
    private static final int PEER_CONNECTIONS_MAX = 1000;
    /** What requests of other nodes may take, apart from what clients' take. */
    private static final long PEER_REQUEST_BYTES = 64 << 20;
    /** Each has a connection to the store under way at most: more would only make the statements smaller. */
    private static final int GROUP_SHARDS_MAX = 4;
    /** What fetch sessions may take of the heap: a quarter. */
    private static final long FETCH_NOTES_BYTES_MAX = Runtime.getRuntime().maxMemory() / 4;
    /** What clients do wrong must not fill the log. */
    private static final int LOG_LINES_MAX = 20;

    private static final Duration LOG_LINES_PERIOD = Duration.ofMinutes(1);

    /**
     * What an operator decides.
     *
     * @param nodeId this node
     * @param durability what an acknowledgement promises where a topic does not say
     * @param diskReserveBytes what records leave free of the disk
     * @param settings Kafka's broker settings, as far as they are not changed at run time
     * @param eventLoops over how many event loops the connections of a listener are spread
     */
    public record Config(
            int nodeId, Durability durability, long diskReserveBytes, BrokerSettings settings, int eventLoops) {}

    /** What the broker takes from the world. */
    public record Ports(Clock clock, Scheduler scheduler, RandomSource random, LogLevels logLevels) {}

    /** Where nodes agree. */
    public record Stores(MetadataStore metadata, GroupStore groups, LeadershipStore leadership) {}

    /**
     * Where this process stands in the cluster. Any thread asks; neither blocks.
     *
     * @param brokerEpoch of its latest registration
     * @param leaseHeld whether the lease of the registration with that broker epoch is confirmed at this moment
     */
    public record Standing(LongSupplier brokerEpoch, LongPredicate leaseHeld) {

        public static Standing of(Membership membership) {
            return new Standing(membership::brokerEpoch, membership::isHeldUnder);
        }
    }

    private final Config config;
    private final Ports ports;
    private final Stores stores;
    private final BrokerThreads threads;
    private final ClusterMetadata metadata;
    private final LiveSettings liveSettings;
    private final PartitionUpkeep upkeep;
    private final GroupCoordinator groups;
    private final ConnectionResources connections;
    private final ConnectionResources peerConnections;
    private final long fetchNotesBytesMax;
    private volatile @Nullable ClusterDuties duties;
    private volatile @Nullable Replication replication;

    public Broker(
            Config config,
            Ports ports,
            BrokerThreads threads,
            LogDirectory directory,
            Stores stores,
            ClusterMetadata metadata,
            Standing standing) {
        this(
                config,
                ports,
                threads,
                directory,
                stores,
                metadata,
                standing,
                new BoundedLog(
                        System.getLogger(KafkaListener.class.getName()),
                        ports.clock(),
                        LOG_LINES_MAX,
                        LOG_LINES_PERIOD),
                FETCH_NOTES_BYTES_MAX);
    }

    /**
     * With bounds of the caller's choice.
     *
     * @param log for what clients do wrong
     * @param fetchNotesBytesMax what fetch sessions may take of the heap
     */
    Broker(
            Config config,
            Ports ports,
            BrokerThreads threads,
            LogDirectory directory,
            Stores stores,
            ClusterMetadata metadata,
            Standing standing,
            BoundedLog log,
            long fetchNotesBytesMax) {
        this.config = config;
        this.ports = ports;
        this.stores = stores;
        this.threads = threads;
        this.metadata = metadata;
        this.fetchNotesBytesMax = fetchNotesBytesMax;
        BrokerSettings settings = config.settings();
        this.liveSettings = new LiveSettings(settings, config.nodeId(), this::settingsChanged);
        this.upkeep = new PartitionUpkeep(config, ports, stores, standing, threads, directory, liveSettings);
        this.groups = new GroupCoordinator(
                config.nodeId(),
                CoordinatorSettings.of(settings),
                stores.groups(),
                threads.owners()
                        .subList(0, Math.min(GROUP_SHARDS_MAX, threads.owners().size())),
                ports.clock(),
                ports.scheduler(),
                ports.random());
        this.connections = new ConnectionResources(
                ConnectionLimits.defaults()
                        .withFrameBytesMax(settings.socketRequestMaxBytes())
                        .withIdleMax(Duration.ofMillis(Math.max(0, settings.connectionsMaxIdleMs()))),
                new MemoryBudget(requestBytesMax(settings)),
                Buffers.pool(config.eventLoops()),
                log);
        this.peerConnections = new ConnectionResources(
                ConnectionLimits.defaults(), new MemoryBudget(PEER_REQUEST_BYTES), connections.allocator(), log);
    }

    /** Kafka's -1 means no limit, which no process can keep: then requests may take half of what buffers may. */
    private static long requestBytesMax(BrokerSettings settings) {
        long configured = settings.queuedMaxRequestBytes();
        return configured > 0 ? configured : PlatformDependent.maxDirectMemory() / 2;
    }

    /** What requests take of the node's memory for them. */
    MemoryBudget requestMemory() {
        return connections.budget();
    }

    /** The replicas that this node has. */
    Partitions partitions() {
        return upkeep.partitions();
    }

    /** Begins to follow the metadata; must be called before the follower is started. */
    public void start() {
        upkeep.watchDisk();
        // The settings first: what topics do not set themselves comes from them.
        metadata.addListener(liveSettings::apply);
        metadata.addListener(upkeep.partitions()::apply);
        upkeep.start();
    }

    /**
     * Begins to follow the leaders of what this node has a replica of. To be called once, after {@link #start}.
     *
     * @param brokerEpoch of this node's registration at the moment of the call; any thread asks
     * @param peers told what is seen of other nodes
     */
    public void startReplication(PeerNetwork network, LongSupplier brokerEpoch, PeerWatch peers) {
        Surroundings world = new Surroundings(
                config.nodeId(),
                brokerEpoch,
                metadata::image,
                metadata::refresh,
                peers,
                network,
                ports.clock(),
                ports.scheduler(),
                ports.random(),
                FetcherLimits.of(config.settings().replication()));
        Replication started = new Replication(upkeep.partitions(), world);
        replication = started;
        metadata.addListener(started::apply);
    }

    /**
     * Begins to take part in elections. To be called once, after {@link #start}.
     *
     * @return to be told what this node sees of its peers
     */
    public PeerWatch takePart(Membership membership) {
        ClusterDuties started =
                new ClusterDuties(membership, stores.leadership(), metadata, liveSettings, ports, this::served);
        duties = started;
        started.start();
        return started.peerWatch();
    }

    /**
     * Prepares a stop by plan, while the listeners still serve: has others lead what this node leads, and takes part in no
     * elections any more. Never fails, and takes no longer than {@code limit}; a node that is alone has nothing to wait for.
     */
    public CompletionStage<Void> handOver(Duration limit) {
        ClusterDuties mine = duties;
        return mine == null ? CompletableFuture.completedFuture(null) : mine.handOver(limit);
    }

    private void settingsChanged(BrokerSettings before, BrokerSettings now) {
        upkeep.settingsChanged(before, now);
    }

    /** Completes when everything that the metadata assigned to this node up to {@code version} is served. */
    public CompletionStage<Void> served(long version) {
        return metadata.awaitVersion(version)
                .thenCompose(seen -> upkeep.partitions().settled());
    }

    /**
     * Begins to coordinate groups.
     *
     * @param brokerEpoch of the node's latest registration; any thread asks
     * @param mayDepose whether this node may take over from one whose lease has lapsed at this moment; any thread asks
     * @return completes when the groups are loaded, which takes as long as the store is away; until then clients are told to
     *     try again
     */
    public CompletionStage<Void> startGroups(LongSupplier brokerEpoch, BooleanSupplier mayDepose) {
        CompletionStage<Void> loaded =
                groups.start(new MetadataCluster(config.nodeId(), metadata::image, brokerEpoch, mayDepose));
        metadata.addListener((previous, next, delta) -> {
            if (!delta.nodes().isEmpty()) {
                groups.nodesChanged();
            }
        });
        return loaded;
    }

    /**
     * Coordinates groups no longer; completes when all that was accepted is kept or refused. To be called while the listeners
     * still serve, because members may wait for each other for long, and are told here not to.
     */
    public CompletionStage<Void> stopGroups() {
        return groups.stop();
    }

    /** A listener for clients, not started yet. */
    public KafkaListener listener(Vertx vertx, String name, String host, int port) {
        TcpServer.Settings settings = new TcpServer.Settings(
                host, port, config.eventLoops(), () -> liveSettings.get().maxConnections(), BACKLOG);
        return new KafkaListener(vertx, name, ListenerKind.CLIENT, settings, connections, apis());
    }

    /** The listener for the other nodes, not started yet. What bounds clients' connections does not count here. */
    public KafkaListener peerListener(Vertx vertx, String name, String host, int port) {
        TcpServer.Settings settings =
                new TcpServer.Settings(host, port, config.eventLoops(), PEER_CONNECTIONS_MAX, BACKLOG);
        return new KafkaListener(vertx, name, ListenerKind.PEER, settings, peerConnections, apis());
    }

    /** What listeners serve; with fetch sessions of its own. */
    ApiTable apis() {
        SessionSlots fetchSessions =
                new SessionSlots(config.settings().maxIncrementalFetchSessionCacheSlots(), fetchNotesBytesMax);
        SessionSlots replicaSessions = new SessionSlots(PEER_CONNECTIONS_MAX, fetchNotesBytesMax);
        return new ServedApis(
                        config,
                        ports,
                        stores,
                        threads,
                        liveSettings,
                        upkeep,
                        groups,
                        metadata::image,
                        this::served,
                        fetchSessions,
                        replicaSessions)
                .table(metadata.image().clusterId());
    }

    /** Closes the partitions once the listeners are stopped; completes when the next start has nothing to recover. */
    public CompletionStage<Void> stop(long brokerEpoch) {
        ClusterDuties mine = duties;
        if (mine != null) {
            mine.stop();
        }
        groups.close();
        Replication following = replication;
        if (following != null) {
            following.stop();
        }
        return upkeep.stop(brokerEpoch);
    }
}
