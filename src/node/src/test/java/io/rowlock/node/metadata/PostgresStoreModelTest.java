package io.rowlock.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.StoreModelCheck;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The store in PostgreSQL does what the one in memory does, whatever happens. {@code -Drowlock.store.histories=<n>} goes through
 * more histories, from {@code -Drowlock.store.seed=<n>} on.
 */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class PostgresStoreModelTest {

    private static final int STEPS = 250;

    private final AgroalDataSource dataSource;
    private final PostgresMetadataStore store;

    @Inject
    PostgresStoreModelTest(AgroalDataSource dataSource, PostgresMetadataStore store) {
        this.dataSource = dataSource;
        this.store = store;
    }

    @Test
    @Timeout(3_600)
    void doesWhatTheOneInMemoryDoes() throws Exception {
        long first = Long.getLong("rowlock.store.seed", 0);
        int histories = Integer.getInteger("rowlock.store.histories", 4);
        Map<String, Integer> happened = new TreeMap<>();
        for (long seed = first; seed < first + histories; seed++) {
            TestDatabase.empty(dataSource);
            try {
                new StoreModelCheck(seed, store, store, time -> TestDatabase.ageLeases(dataSource, time))
                        .run(STEPS)
                        .forEach((what, times) -> happened.merge(what, times, Integer::sum));
            } catch (AssertionError e) {
                throw new AssertionError("-Drowlock.store.histories=1 -Drowlock.store.seed=" + seed, e);
            }
        }
        System.getLogger(getClass().getName()).log(System.Logger.Level.INFO, "compared: {0}", happened);
        assertThat(happened.keySet()).anyMatch(what -> what.matches("depose of [1-9]"));
        assertThat(happened)
                .containsKeys(
                        "alter ALTERED",
                        "alter INELIGIBLE",
                        "alter NOT_LEADER",
                        "alter STALE",
                        "depose of 0",
                        "elect PREFERRED PREFERRED_NOT_AVAILABLE",
                        "elect UNCLEAN ELECTED",
                        "register again",
                        "register elsewhere",
                        "register lacking",
                        "register refused",
                        "renew CONFIRMED",
                        "renew FENCED",
                        "renew REPLACED",
                        "testify false",
                        "testify true");
    }
}
