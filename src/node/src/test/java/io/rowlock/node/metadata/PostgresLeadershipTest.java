package io.rowlock.node.metadata;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.FailoverContract;
import io.rowlock.broker.cluster.LeadershipStore;
import io.rowlock.broker.cluster.MetadataStore;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;

/** The contract of every store that leaders are agreed on in, kept by the one in PostgreSQL. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class PostgresLeadershipTest extends FailoverContract {

    private final AgroalDataSource dataSource;
    private final PostgresMetadataStore store;

    @Inject
    PostgresLeadershipTest(AgroalDataSource dataSource, PostgresMetadataStore store) {
        this.dataSource = dataSource;
        this.store = store;
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
    protected LeadershipStore leadership() {
        return store;
    }

    @Override
    protected void elapse(Duration time) {
        TestDatabase.ageLeases(dataSource, time);
    }
}
