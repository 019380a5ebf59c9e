package io.rowlock.node.metadata;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.AddedPartitionsContract;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.PartitionProgress;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** The contract of every metadata store, kept by the one in PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class PostgresMetadataStoreTest extends AddedPartitionsContract {

    private final AgroalDataSource dataSource;
    private final PostgresMetadataStore store;
    private final PostgresMetadataStore second;

    @Inject
    PostgresMetadataStoreTest(
            AgroalDataSource dataSource,
            @DataSource("lease") AgroalDataSource leaseSource,
            PostgresMetadataStore store,
            MetadataAdministration administration) {
        this.dataSource = dataSource;
        this.store = store;
        this.second = new PostgresMetadataStore(dataSource, leaseSource, administration);
    }

    @BeforeEach
    void emptyTheCluster() throws SQLException {
        TestDatabase.empty(dataSource);
    }

    @Override
    protected MetadataStore store() {
        return store;
    }

    @Override
    protected MetadataStore secondStore() {
        return second;
    }

    @Override
    protected @Nullable PartitionProgress progress(UUID topicId, int partition) {
        String row = "SELECT leader_epoch, log_start_offset, high_watermark FROM rowlock.partition_progress"
                + " WHERE topic_id = ? AND partition_index = ?";
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(row)) {
            select.setObject(1, topicId);
            select.setInt(2, partition);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next()
                        ? new PartitionProgress(topicId, partition, rows.getInt(1), rows.getLong(2), rows.getLong(3))
                        : null;
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected void elapse(Duration time) {
        TestDatabase.ageLeases(dataSource, time);
    }
}
