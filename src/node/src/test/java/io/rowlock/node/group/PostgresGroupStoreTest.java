package io.rowlock.node.group;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.group.GroupStore;
import io.rowlock.broker.group.GroupStoreContract;
import io.rowlock.node.metadata.PostgresMetadataStore;
import io.rowlock.node.metadata.PostgresResource;
import io.rowlock.node.metadata.TestDatabase;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;

/** The contract of every store of groups, kept by the one in PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class PostgresGroupStoreTest extends GroupStoreContract {

    private final AgroalDataSource dataSource;
    private final PostgresMetadataStore metadata;
    private final PostgresGroupStore groups;
    private final PostgresGroupStore second;

    @Inject
    PostgresGroupStoreTest(
            AgroalDataSource dataSource,
            @DataSource("coordinator") AgroalDataSource coordinatorSource,
            PostgresMetadataStore metadata,
            PostgresGroupStore groups) {
        this.dataSource = dataSource;
        this.metadata = metadata;
        this.groups = groups;
        this.second = new PostgresGroupStore(coordinatorSource);
    }

    @BeforeEach
    void emptyTheCluster() throws SQLException {
        TestDatabase.empty(dataSource);
    }

    @Override
    protected MetadataStore metadata() {
        return metadata;
    }

    @Override
    protected GroupStore groups() {
        return groups;
    }

    @Override
    protected GroupStore secondGroups() {
        return second;
    }

    @Override
    protected void elapse(Duration time) {
        TestDatabase.ageLeases(dataSource, time);
        TestDatabase.ageGroups(dataSource, time);
    }
}
