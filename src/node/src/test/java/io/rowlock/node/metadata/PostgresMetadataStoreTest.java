package io.rowlock.node.metadata;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.MetadataStoreContract;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;

/** The contract of every metadata store, kept by the one in PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class PostgresMetadataStoreTest extends MetadataStoreContract {

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
    protected void elapse(Duration time) {
        TestDatabase.ageLeases(dataSource, time);
    }
}
