package io.rowlock.node.metadata;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.rowlock.broker.cluster.AddPartitionsResult;
import io.rowlock.broker.cluster.AlterConfigsResult;
import io.rowlock.broker.cluster.ConfigChange;
import io.rowlock.broker.cluster.CreateTopicResult;
import io.rowlock.broker.cluster.DeleteTopicResult;
import io.rowlock.broker.cluster.ElectionOutcome;
import io.rowlock.broker.cluster.ElectionType;
import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.InSyncResult;
import io.rowlock.broker.cluster.LeadershipStore;
import io.rowlock.broker.cluster.LeaseRenewal;
import io.rowlock.broker.cluster.MetadataDelta;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.NewPartitions;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.PartitionId;
import io.rowlock.broker.cluster.PartitionProgress;
import io.rowlock.broker.cluster.RegistrationResult;
import io.rowlock.broker.cluster.RetentionReport;
import io.rowlock.node.metadata.RefusalRows.Testimony;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The cluster's metadata in PostgreSQL. Leases have a thread and a connection of their own, so that no slow query can
 * make one lapse. Hints come from the changes of this node alone; other nodes' are found by polling.
 */
@Singleton
public class PostgresMetadataStore implements MetadataStore, LeadershipStore {

    private static final int THREADS = 3;
    private static final int QUEUED = 1_000;
    private static final int ATTEMPTS = 5;
    private static final int LEASES_QUEUED = 4;

    private static final String ALLOCATE_PRODUCER_IDS = """
            UPDATE rowlock.producer_id SET next_id = next_id + ? RETURNING next_id
            """;

    private final AgroalDataSource dataSource;
    private final AgroalDataSource leaseSource;
    private final MetadataAdministration administration;
    private final Leadership leadership;
    private final Depositions depositions;
    private final StoreThreads threads = new StoreThreads("metadata-store", THREADS, QUEUED, ATTEMPTS);
    private final StoreThreads leaseThread = new StoreThreads("metadata-lease", 1, LEASES_QUEUED, 2);
    private final List<Runnable> hints = new CopyOnWriteArrayList<>();

    @Inject
    PostgresMetadataStore(
            AgroalDataSource dataSource,
            @DataSource("lease") AgroalDataSource leaseSource,
            MetadataAdministration administration) {
        this.dataSource = dataSource;
        this.leaseSource = leaseSource;
        this.administration = administration;
        this.leadership = new Leadership(dataSource);
        this.depositions = new Depositions(dataSource);
    }

    @PreDestroy
    void close() {
        threads.close();
        leaseThread.close();
    }

    @Override
    public CompletionStage<RegistrationResult> register(NodeRegistration node) {
        return threads.call(() -> hinting(administration.register(node)));
    }

    @Override
    public CompletionStage<LeaseRenewal> renewLease(int nodeId, long brokerEpoch, Duration ttl) {
        return leaseThread.call(() -> {
            try (Connection connection = leaseSource.getConnection()) {
                return Leases.renew(connection, nodeId, brokerEpoch, ttl);
            }
        });
    }

    @Override
    public CompletionStage<Void> releaseLease(int nodeId, long brokerEpoch) {
        return threads.call(() -> hinting(leadership.release(nodeId, brokerEpoch)))
                .thenAccept(changed -> {});
    }

    @Override
    public CompletionStage<MetadataDelta> changesSince(long version) {
        return threads.call(() -> {
            try (Connection connection = dataSource.getConnection()) {
                return ChangeReader.since(connection, version);
            }
        });
    }

    @Override
    public CompletionStage<List<CreateTopicResult>> createTopics(List<NewTopic> topics) {
        return threads.call(() -> hinting(administration.create(topics)));
    }

    @Override
    public CompletionStage<List<DeleteTopicResult>> deleteTopics(List<UUID> topicIds) {
        return threads.callOnce(() -> hinting(administration.delete(topicIds)));
    }

    @Override
    public CompletionStage<List<AlterConfigsResult>> alterConfigs(List<ConfigChange> changes) {
        return threads.call(() -> hinting(administration.alter(changes)));
    }

    @Override
    public CompletionStage<List<AddPartitionsResult>> addPartitions(List<NewPartitions> additions) {
        return threads.callOnce(() -> hinting(administration.addPartitions(additions)));
    }

    @Override
    public CompletionStage<Long> allocateProducerIds(int count) {
        return threads.call(() -> {
            try (Connection connection = dataSource.getConnection()) {
                return allocate(connection, count);
            }
        });
    }

    private static long allocate(Connection connection, int count) throws SQLException {
        try (PreparedStatement allocate = connection.prepareStatement(ALLOCATE_PRODUCER_IDS)) {
            allocate.setInt(1, count);
            try (ResultSet row = allocate.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("rowlock.producer_id has lost its row");
                }
                return row.getLong(1) - count;
            }
        }
    }

    @Override
    public CompletionStage<Void> reportProgress(List<PartitionProgress> progress) {
        return threads.call(() -> {
                    try (Connection connection = dataSource.getConnection()) {
                        ProgressRows.report(connection, progress);
                        return progress.size();
                    }
                })
                .thenAccept(reported -> {});
    }

    @Override
    public CompletionStage<Void> reportRetention(List<RetentionReport> reports) {
        return threads.call(() -> {
                    try (Connection connection = dataSource.getConnection()) {
                        RetentionRows.report(connection, reports);
                        return reports.size();
                    }
                })
                .thenAccept(reported -> {});
    }

    @Override
    public CompletionStage<List<InSyncResult>> alterInSync(int nodeId, long brokerEpoch, List<InSyncChange> changes) {
        return threads.callOnce(() -> hinting(leadership.alterInSync(nodeId, brokerEpoch, changes)));
    }

    @Override
    public CompletionStage<Set<Integer>> deposeLapsed(int nodeId, long brokerEpoch) {
        return threads.callOnce(() -> {
            Set<Integer> deposed = depositions.lapsed(nodeId, brokerEpoch);
            return deposed.isEmpty() ? deposed : hinting(deposed);
        });
    }

    @Override
    public CompletionStage<Boolean> testifyRefused(int witness, long witnessEpoch, int refusing, long refusingEpoch) {
        Testimony testimony = new Testimony(witness, witnessEpoch, refusing, refusingEpoch);
        return threads.call(() -> {
            boolean deposed = depositions.refused(testimony);
            return deposed ? hinting(true) : false;
        });
    }

    @Override
    public CompletionStage<Long> handOver(int nodeId, long brokerEpoch) {
        return threads.call(() -> hinting(leadership.handOver(nodeId, brokerEpoch)));
    }

    @Override
    public CompletionStage<Map<PartitionId, ElectionOutcome>> elect(ElectionType type, Set<PartitionId> partitions) {
        return threads.callOnce(() -> hinting(leadership.elect(type, partitions)));
    }

    @Override
    public void onChangeHint(Runnable hint) {
        hints.add(hint);
    }

    /** After a commit: a hint too many costs one cheap question. */
    private <T> T hinting(T result) {
        hints.forEach(Runnable::run);
        return result;
    }
}
