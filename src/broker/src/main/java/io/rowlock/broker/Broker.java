package io.rowlock.broker;

import io.netty.util.internal.PlatformDependent;
import io.rowlock.broker.api.ApiTable;
import io.rowlock.broker.api.InitProducerIdHandler;
import io.rowlock.broker.api.ListenerKind;
import io.rowlock.broker.api.OffsetForLeaderEpochHandler;
import io.rowlock.broker.api.ProducerIds;
import io.rowlock.broker.api.configs.AlterConfigsHandler;
import io.rowlock.broker.api.configs.ConfigAlterer;
import io.rowlock.broker.api.configs.DescribeConfigsHandler;
import io.rowlock.broker.api.configs.IncrementalAlterConfigsHandler;
import io.rowlock.broker.api.configs.ListConfigResourcesHandler;
import io.rowlock.broker.api.configs.LogLevels;
import io.rowlock.broker.api.fetch.FetchHandler;
import io.rowlock.broker.api.fetch.SessionSlots;
import io.rowlock.broker.api.group.DeleteGroupsHandler;
import io.rowlock.broker.api.group.DescribeGroupsHandler;
import io.rowlock.broker.api.group.FindCoordinatorHandler;
import io.rowlock.broker.api.group.HeartbeatHandler;
import io.rowlock.broker.api.group.JoinGroupHandler;
import io.rowlock.broker.api.group.LeaveGroupHandler;
import io.rowlock.broker.api.group.ListGroupsHandler;
import io.rowlock.broker.api.group.OffsetCommitHandler;
import io.rowlock.broker.api.group.OffsetDeleteHandler;
import io.rowlock.broker.api.group.OffsetFetchHandler;
import io.rowlock.broker.api.group.SyncGroupHandler;
import io.rowlock.broker.api.metadata.DescribeClusterHandler;
import io.rowlock.broker.api.metadata.DescribeTopicPartitionsHandler;
import io.rowlock.broker.api.metadata.MetadataHandler;
import io.rowlock.broker.api.offsets.DeleteRecordsHandler;
import io.rowlock.broker.api.offsets.ListOffsetsHandler;
import io.rowlock.broker.api.produce.BatchOpener;
import io.rowlock.broker.api.produce.ProduceHandler;
import io.rowlock.broker.api.replicas.AlterPartitionReassignmentsHandler;
import io.rowlock.broker.api.replicas.AlterReplicaLogDirsHandler;
import io.rowlock.broker.api.replicas.DescribeLogDirsHandler;
import io.rowlock.broker.api.replicas.DescribeProducersHandler;
import io.rowlock.broker.api.replicas.ElectLeadersHandler;
import io.rowlock.broker.api.replicas.ListPartitionReassignmentsHandler;
import io.rowlock.broker.api.topics.AutoTopicCreation;
import io.rowlock.broker.api.topics.CreatePartitionsHandler;
import io.rowlock.broker.api.topics.CreateTopicsHandler;
import io.rowlock.broker.api.topics.DeleteTopicsHandler;
import io.rowlock.broker.api.topics.PartitionAdder;
import io.rowlock.broker.api.topics.TopicCreator;
import io.rowlock.broker.api.topics.TopicDeleter;
import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.group.CoordinatorSettings;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.group.GroupStore;
import io.rowlock.broker.partition.Checkpointer;
import io.rowlock.broker.partition.CleanerSettings;
import io.rowlock.broker.partition.DirectoryContents;
import io.rowlock.broker.partition.DiskReserve;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.partition.FileDeletions;
import io.rowlock.broker.partition.LogCleaner;
import io.rowlock.broker.partition.LogStarts;
import io.rowlock.broker.partition.OpeningProgress;
import io.rowlock.broker.partition.PartitionLogs;
import io.rowlock.broker.partition.PartitionOwner;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.broker.partition.ProducerExpiry;
import io.rowlock.broker.partition.ProgressReporter;
import io.rowlock.broker.partition.RetentionReporter;
import io.rowlock.broker.partition.RetentionRounds;
import io.rowlock.broker.wire.KafkaListener;
import io.rowlock.log.LogDirectory;
import io.rowlock.log.ProducerStateConfig;
import io.rowlock.net.BoundedLog;
import io.rowlock.net.Buffers;
import io.rowlock.net.ConnectionLimits;
import io.rowlock.net.ConnectionResources;
import io.rowlock.net.MemoryBudget;
import io.rowlock.net.TcpServer;
import io.rowlock.ports.Clock;
import io.rowlock.ports.RandomSource;
import io.rowlock.ports.Scheduler;
import io.rowlock.protocol.ApiKey;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * The engine of one node: partitions that follow the cluster's metadata, and the APIs that serve them. Thread-safe; to be
 * started once and stopped once.
 */
public final class Broker {

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(30);
    private static final int PRODUCERS_PER_PARTITION_MAX = 100_000;
    private static final int BACKLOG = 1024;
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

    private final Config config;
    private final Ports ports;
    private final BrokerThreads threads;
    private final LogDirectory directory;
    private final MetadataStore store;
    private final ClusterMetadata metadata;
    private final LiveSettings liveSettings;
    private final DiskReserve diskReserve;
    private final Partitions partitions;
    private final Checkpointer checkpointer;
    private final ProducerExpiry producerExpiry;
    private final FileDeletions files;
    private final LogStarts logStarts;
    private final RetentionRounds retention;
    private final OpeningProgress openingProgress;
    private final LogCleaner cleaner;
    private final ProgressReporter progressReporter;
    private final GroupCoordinator groups;
    private final ConnectionResources connections;
    private final long fetchNotesBytesMax;

    public Broker(
            Config config,
            Ports ports,
            BrokerThreads threads,
            LogDirectory directory,
            MetadataStore store,
            GroupStore groupStore,
            ClusterMetadata metadata) {
        this(
                config,
                ports,
                threads,
                directory,
                store,
                groupStore,
                metadata,
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
            MetadataStore store,
            GroupStore groupStore,
            ClusterMetadata metadata,
            BoundedLog log,
            long fetchNotesBytesMax) {
        this.fetchNotesBytesMax = fetchNotesBytesMax;
        this.config = config;
        this.ports = ports;
        this.threads = threads;
        this.directory = directory;
        this.store = store;
        this.metadata = metadata;
        BrokerSettings settings = config.settings();
        this.liveSettings = new LiveSettings(settings, config.nodeId(), this::settingsChanged);
        TopicMeanings meanings = new TopicMeanings(liveSettings, config.durability());
        this.openingProgress = new OpeningProgress(ports.clock(), ports.scheduler());
        PartitionLogs logs = new PartitionLogs(
                directory,
                threads.disk(),
                new ProducerStateConfig(() -> liveSettings.get().producerIdExpirationMs(), PRODUCERS_PER_PARTITION_MAX),
                openingProgress);
        List<PartitionOwner> owners = threads.owners().stream()
                .map(owner -> new PartitionOwner(owner, ports.clock(), ports.scheduler()))
                .toList();
        this.diskReserve = new DiskReserve(
                directory.disk(),
                directory.root(),
                config.diskReserveBytes(),
                ports.clock(),
                ports.scheduler(),
                threads.watcher());
        this.partitions = new Partitions(
                config.nodeId(), owners, logs, threads.syncs(), diskReserve, meanings::partitionSettings);
        this.checkpointer = new Checkpointer(partitions, logs, ports.scheduler(), threads.disk(), CHECKPOINT_INTERVAL);
        this.producerExpiry = new ProducerExpiry(partitions, ports.scheduler());
        this.files = new FileDeletions(ports.scheduler(), threads.disk());
        this.logStarts = new LogStarts(logs, threads.disk(), files);
        this.retention = new RetentionRounds(
                partitions,
                logStarts,
                ports.clock(),
                ports.scheduler(),
                threads.disk(),
                new RetentionReporter(partitions, store, ports.clock()),
                settings.logRetentionCheckInterval());
        this.cleaner = new LogCleaner(
                partitions,
                logs,
                files,
                () -> cleanerSettings(liveSettings.get()),
                ports.clock(),
                ports.scheduler(),
                ports.random(),
                threads.cleaners());
        this.progressReporter = new ProgressReporter(partitions, store, ports.clock(), ports.scheduler());
        this.groups = new GroupCoordinator(
                config.nodeId(),
                CoordinatorSettings.of(settings),
                groupStore,
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
    }

    private static CleanerSettings cleanerSettings(BrokerSettings settings) {
        BrokerSettings.CleanerValues values = settings.cleaner();
        return new CleanerSettings(
                values.threads(),
                values.keyBytesMax(),
                values.keyLoadFactor(),
                values.bufferBytes(),
                values.bytesPerSecondMax(),
                Duration.ofMillis(values.backoffMs()));
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

    /** Begins to follow the metadata; must be called before the follower is started. */
    public void start() {
        diskReserve.start();
        // The settings first: what topics do not set themselves comes from them.
        metadata.addListener(liveSettings::apply);
        metadata.addListener(partitions::apply);
        checkpointer.start();
        producerExpiry.start();
        retention.start(config.settings().logInitialTaskDelay());
        openingProgress.start();
        if (config.settings().cleaner().enabled()) {
            cleaner.start();
        }
        progressReporter.start();
    }

    private void settingsChanged(BrokerSettings before, BrokerSettings now) {
        if (!now.cleaner().equals(before.cleaner())) {
            cleaner.settingsChanged();
        }
    }

    /** Completes when everything that the metadata assigned to this node up to {@code version} is served. */
    public CompletionStage<Void> served(long version) {
        return metadata.awaitVersion(version).thenCompose(seen -> partitions.settled());
    }

    /**
     * Begins to coordinate groups.
     *
     * @param brokerEpoch from the node's registration
     * @param mayDepose whether this node may take over from one whose lease has lapsed at this moment; any thread asks
     * @return completes when the groups are loaded, which takes as long as the store is away; until then clients are told to
     *     try again
     */
    public CompletionStage<Void> startGroups(long brokerEpoch, BooleanSupplier mayDepose) {
        return groups.start(brokerEpoch, mayDepose);
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
        return new KafkaListener(
                vertx,
                name,
                ListenerKind.CLIENT,
                settings,
                connections,
                apis(metadata.image().clusterId()));
    }

    /** The one declaration of what this node serves. */
    private ApiTable apis(String clusterId) {
        int nodeId = config.nodeId();
        BrokerSettings settings = config.settings();
        Supplier<MetadataImage> image = metadata::image;
        LongFunction<CompletionStage<Void>> served = this::served;
        TopicCreator creator = new TopicCreator(store, served, ports.clock(), diskReserve::shortage);
        ConfigAlterer configs = new ConfigAlterer(store, image, served, settings, nodeId, ports.logLevels());
        TopicDeleter deleter = new TopicDeleter(store, served, creator, ports.clock());
        PartitionAdder adder =
                new PartitionAdder(store, image, served, ports.clock(), ports.random(), diskReserve::shortage);
        AutoTopicCreation autoCreation = new AutoTopicCreation(settings, creator, ports.random());
        FetchHandler fetch = new FetchHandler(
                partitions,
                threads.readers(),
                ports.random(),
                new SessionSlots(settings.maxIncrementalFetchSessionCacheSlots(), fetchNotesBytesMax),
                settings.fetchMaxBytes());
        DescribeConfigsHandler describeConfigs =
                new DescribeConfigsHandler(image, liveSettings, ports.logLevels(), nodeId);
        ProduceHandler produce = new ProduceHandler(
                partitions,
                ports.clock(),
                new BatchOpener(threads.openers(), ports.clock()),
                settings.validatesEveryRecord());
        OffsetCommitHandler offsetCommit =
                new OffsetCommitHandler(groups, image, settings.groups().offsetMetadataMax());
        ListenerKind client = ListenerKind.CLIENT;
        ApiTable.Builder apis = new ApiTable.Builder();
        serveReplicas(apis, image, client);
        return apis.serve(ApiKey.PRODUCE, produce, client)
                .serve(ApiKey.FETCH, fetch, client)
                .serve(ApiKey.LIST_OFFSETS, new ListOffsetsHandler(partitions, threads.readers()), client)
                .serve(ApiKey.DELETE_RECORDS, new DeleteRecordsHandler(partitions, logStarts), client)
                .serve(ApiKey.METADATA, new MetadataHandler(image, nodeId, autoCreation), client)
                .serve(ApiKey.DESCRIBE_TOPIC_PARTITIONS, new DescribeTopicPartitionsHandler(image, settings), client)
                .serve(ApiKey.DESCRIBE_CLUSTER, new DescribeClusterHandler(image, nodeId), client)
                .serve(
                        ApiKey.CREATE_TOPICS,
                        new CreateTopicsHandler(image, liveSettings, creator, ports.random()),
                        client)
                .serve(ApiKey.CREATE_PARTITIONS, new CreatePartitionsHandler(adder), client)
                .serve(ApiKey.DELETE_TOPICS, new DeleteTopicsHandler(image, settings, deleter), client)
                .serve(ApiKey.DESCRIBE_CONFIGS, describeConfigs, client)
                .serve(ApiKey.ALTER_CONFIGS, new AlterConfigsHandler(configs), client)
                .serve(ApiKey.INCREMENTAL_ALTER_CONFIGS, new IncrementalAlterConfigsHandler(configs), client)
                .serve(ApiKey.LIST_CONFIG_RESOURCES, new ListConfigResourcesHandler(image), client)
                .serve(ApiKey.INIT_PRODUCER_ID, new InitProducerIdHandler(new ProducerIds(store)), client)
                .serve(ApiKey.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(partitions), client)
                .serve(ApiKey.JOIN_GROUP, new JoinGroupHandler(groups), client)
                .serve(ApiKey.SYNC_GROUP, new SyncGroupHandler(groups), client)
                .serve(ApiKey.HEARTBEAT, new HeartbeatHandler(groups), client)
                .serve(ApiKey.LEAVE_GROUP, new LeaveGroupHandler(groups), client)
                .serve(ApiKey.DESCRIBE_GROUPS, new DescribeGroupsHandler(groups), client)
                .serve(ApiKey.LIST_GROUPS, new ListGroupsHandler(groups), client)
                .serve(ApiKey.DELETE_GROUPS, new DeleteGroupsHandler(groups), client)
                .serve(ApiKey.FIND_COORDINATOR, new FindCoordinatorHandler(groups, image, nodeId), client)
                .serve(ApiKey.OFFSET_COMMIT, offsetCommit, client)
                .serve(ApiKey.OFFSET_FETCH, new OffsetFetchHandler(groups, image), client)
                .serve(ApiKey.OFFSET_DELETE, new OffsetDeleteHandler(groups, image), client)
                .build(clusterId, nodeId);
    }

    private void serveReplicas(ApiTable.Builder apis, Supplier<MetadataImage> image, ListenerKind client) {
        DirectoryContents contents = new DirectoryContents(partitions, directory);
        apis.serve(ApiKey.DESCRIBE_LOG_DIRS, new DescribeLogDirsHandler(contents, threads.readers()), client)
                .serve(ApiKey.ALTER_REPLICA_LOG_DIRS, new AlterReplicaLogDirsHandler(partitions, contents), client)
                .serve(
                        ApiKey.DESCRIBE_PRODUCERS,
                        new DescribeProducersHandler(image, partitions, DescribeProducersHandler.PRODUCERS_MAX),
                        client)
                .serve(ApiKey.ELECT_LEADERS, new ElectLeadersHandler(image), client)
                .serve(ApiKey.ALTER_PARTITION_REASSIGNMENTS, new AlterPartitionReassignmentsHandler(image), client)
                .serve(ApiKey.LIST_PARTITION_REASSIGNMENTS, new ListPartitionReassignmentsHandler(), client);
    }

    /** Closes the partitions once the listeners are stopped; completes when the next start has nothing to recover. */
    public CompletionStage<Void> stop(long brokerEpoch) {
        diskReserve.stop();
        checkpointer.stop();
        producerExpiry.stop();
        retention.stop();
        files.stop();
        openingProgress.stop();
        cleaner.stop();
        progressReporter.stop();
        return partitions.close(brokerEpoch);
    }
}
