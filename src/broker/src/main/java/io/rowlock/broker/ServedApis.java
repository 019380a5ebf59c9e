package io.rowlock.broker;

import io.rowlock.broker.api.ApiHandler;
import io.rowlock.broker.api.ApiTable;
import io.rowlock.broker.api.InitProducerIdHandler;
import io.rowlock.broker.api.LeaderHints;
import io.rowlock.broker.api.ListenerKind;
import io.rowlock.broker.api.OffsetForLeaderEpochHandler;
import io.rowlock.broker.api.ProducerIds;
import io.rowlock.broker.api.configs.AlterConfigsHandler;
import io.rowlock.broker.api.configs.ConfigAlterer;
import io.rowlock.broker.api.configs.DescribeConfigsHandler;
import io.rowlock.broker.api.configs.IncrementalAlterConfigsHandler;
import io.rowlock.broker.api.configs.ListConfigResourcesHandler;
import io.rowlock.broker.api.fetch.FetchHandler;
import io.rowlock.broker.api.fetch.ReplicaFetchHandler;
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
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.group.GroupCoordinator;
import io.rowlock.broker.partition.DirectoryContents;
import io.rowlock.broker.partition.Partitions;
import io.rowlock.ports.Clock;
import io.rowlock.ports.RandomSource;
import io.rowlock.protocol.ApiKey;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The one declaration of what a node serves, and of what its handlers work on. */
final class ServedApis {

    private final Broker.Config config;
    private final Broker.Ports ports;
    private final Broker.Stores stores;
    private final BrokerThreads threads;
    private final LiveSettings liveSettings;
    private final PartitionUpkeep upkeep;
    private final Partitions partitions;
    private final GroupCoordinator groups;
    private final Supplier<MetadataImage> image;
    private final LongFunction<CompletionStage<Void>> served;
    private final SessionSlots fetchSessions;
    private final SessionSlots replicaSessions;
    private final ApiTable.Builder apis = new ApiTable.Builder();

    /**
     * @param image the newest
     * @param served completes when this node serves what the given version of the metadata assigned to it
     * @param fetchSessions those of all clients' connections
     * @param replicaSessions those of all other nodes
     */
    ServedApis(
            Broker.Config config,
            Broker.Ports ports,
            Broker.Stores stores,
            BrokerThreads threads,
            LiveSettings liveSettings,
            PartitionUpkeep upkeep,
            GroupCoordinator groups,
            Supplier<MetadataImage> image,
            LongFunction<CompletionStage<Void>> served,
            SessionSlots fetchSessions,
            SessionSlots replicaSessions) {
        this.config = config;
        this.ports = ports;
        this.stores = stores;
        this.threads = threads;
        this.liveSettings = liveSettings;
        this.upkeep = upkeep;
        this.partitions = upkeep.partitions();
        this.groups = groups;
        this.image = image;
        this.served = served;
        this.fetchSessions = fetchSessions;
        this.replicaSessions = replicaSessions;
    }

    /** To be called once. */
    ApiTable table(String clusterId) {
        serveRecords();
        serveCluster();
        serveTopics();
        serveConfigs();
        serveGroups();
        serveReplicas();
        serveFollowers();
        return apis.build(clusterId, config.nodeId());
    }

    private void forClients(ApiKey key, ApiHandler<?, ?> handler) {
        apis.serve(key, handler, ListenerKind.CLIENT);
    }

    private void serveRecords() {
        BrokerSettings settings = config.settings();
        BatchOpener opener = new BatchOpener(threads.openers(), ports.clock());
        LeaderHints hints = new LeaderHints(image);
        forClients(
                ApiKey.PRODUCE,
                hints.inProduce(
                        new ProduceHandler(partitions, ports.clock(), opener, settings.validatesEveryRecord())));
        forClients(
                ApiKey.FETCH,
                hints.inFetch(new FetchHandler(
                        partitions, threads.readers(), ports.random(), fetchSessions, settings.fetchMaxBytes())));
        forClients(ApiKey.LIST_OFFSETS, new ListOffsetsHandler(partitions, threads.readers()));
        forClients(ApiKey.DELETE_RECORDS, new DeleteRecordsHandler(partitions, upkeep.logStarts()));
        forClients(ApiKey.INIT_PRODUCER_ID, new InitProducerIdHandler(new ProducerIds(stores.metadata())));
        forClients(ApiKey.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(partitions));
    }

    private void serveCluster() {
        forClients(ApiKey.DESCRIBE_TOPIC_PARTITIONS, new DescribeTopicPartitionsHandler(image, config.settings()));
        forClients(ApiKey.DESCRIBE_CLUSTER, new DescribeClusterHandler(image, config.nodeId()));
    }

    private void serveTopics() {
        Clock clock = ports.clock();
        RandomSource random = ports.random();
        BrokerSettings settings = config.settings();
        MetadataStore store = stores.metadata();
        Supplier<@Nullable String> shortage = upkeep.diskReserve()::shortage;
        TopicCreator creator = new TopicCreator(store, served, clock, shortage);
        TopicDeleter deleter = new TopicDeleter(store, served, creator, clock);
        PartitionAdder adder = new PartitionAdder(store, image, served, clock, random, shortage);
        AutoTopicCreation autoCreation = new AutoTopicCreation(settings, creator, random);
        forClients(ApiKey.METADATA, new MetadataHandler(image, config.nodeId(), autoCreation));
        forClients(ApiKey.CREATE_TOPICS, new CreateTopicsHandler(image, liveSettings, creator, random));
        forClients(ApiKey.CREATE_PARTITIONS, new CreatePartitionsHandler(adder));
        forClients(ApiKey.DELETE_TOPICS, new DeleteTopicsHandler(image, settings, deleter));
    }

    private void serveConfigs() {
        ConfigAlterer alterer = new ConfigAlterer(
                stores.metadata(), image, served, config.settings(), config.nodeId(), ports.logLevels());
        forClients(
                ApiKey.DESCRIBE_CONFIGS,
                new DescribeConfigsHandler(image, liveSettings, ports.logLevels(), config.nodeId()));
        forClients(ApiKey.ALTER_CONFIGS, new AlterConfigsHandler(alterer));
        forClients(ApiKey.INCREMENTAL_ALTER_CONFIGS, new IncrementalAlterConfigsHandler(alterer));
        forClients(ApiKey.LIST_CONFIG_RESOURCES, new ListConfigResourcesHandler(image));
    }

    private void serveGroups() {
        int metadataMax = config.settings().groups().offsetMetadataMax();
        forClients(ApiKey.FIND_COORDINATOR, new FindCoordinatorHandler(groups, image));
        forClients(ApiKey.JOIN_GROUP, new JoinGroupHandler(groups));
        forClients(ApiKey.SYNC_GROUP, new SyncGroupHandler(groups));
        forClients(ApiKey.HEARTBEAT, new HeartbeatHandler(groups));
        forClients(ApiKey.LEAVE_GROUP, new LeaveGroupHandler(groups));
        forClients(ApiKey.DESCRIBE_GROUPS, new DescribeGroupsHandler(groups));
        forClients(ApiKey.LIST_GROUPS, new ListGroupsHandler(groups));
        forClients(ApiKey.DELETE_GROUPS, new DeleteGroupsHandler(groups));
        forClients(ApiKey.OFFSET_COMMIT, new OffsetCommitHandler(groups, image, metadataMax));
        forClients(ApiKey.OFFSET_FETCH, new OffsetFetchHandler(groups, image));
        forClients(ApiKey.OFFSET_DELETE, new OffsetDeleteHandler(groups, image));
    }

    private void serveReplicas() {
        DirectoryContents contents = upkeep.contents();
        forClients(ApiKey.DESCRIBE_LOG_DIRS, new DescribeLogDirsHandler(contents, threads.readers()));
        forClients(ApiKey.ALTER_REPLICA_LOG_DIRS, new AlterReplicaLogDirsHandler(partitions, contents));
        forClients(
                ApiKey.DESCRIBE_PRODUCERS,
                new DescribeProducersHandler(image, partitions, DescribeProducersHandler.PRODUCERS_MAX));
        forClients(ApiKey.ELECT_LEADERS, new ElectLeadersHandler(image, stores.leadership()));
        forClients(ApiKey.ALTER_PARTITION_REASSIGNMENTS, new AlterPartitionReassignmentsHandler(image));
        forClients(ApiKey.LIST_PARTITION_REASSIGNMENTS, new ListPartitionReassignmentsHandler());
    }

    private void serveFollowers() {
        apis.serve(
                ApiKey.FETCH,
                ReplicaFetchHandler.LOWEST_VERSION,
                ApiKey.FETCH.highestStableVersion(),
                new ReplicaFetchHandler(
                        partitions,
                        threads.readers(),
                        ports.clock(),
                        ports.random(),
                        replicaSessions,
                        upkeep.followerLiveness(),
                        image,
                        config.nodeId()),
                ListenerKind.PEER);
    }
}
