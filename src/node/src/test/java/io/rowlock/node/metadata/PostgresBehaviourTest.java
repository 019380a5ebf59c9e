package io.rowlock.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.LeaseRenewal;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only the store in PostgreSQL has: its leases' cost, its outages, its views. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@Timeout(60)
class PostgresBehaviourTest {

    private static final Duration TTL = Duration.ofSeconds(6);

    private final AgroalDataSource dataSource;
    private final AgroalDataSource leaseSource;
    private final PostgresMetadataStore store;
    private final Flyway flyway;

    @Inject
    PostgresBehaviourTest(
            AgroalDataSource dataSource,
            @DataSource("lease") AgroalDataSource leaseSource,
            PostgresMetadataStore store,
            Flyway flyway) {
        this.dataSource = dataSource;
        this.leaseSource = leaseSource;
        this.store = store;
        this.flyway = flyway;
    }

    @BeforeEach
    void emptyTheCluster() throws SQLException {
        TestDatabase.empty(dataSource);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Registered register() throws Exception {
        return (Registered) get(store.register(new NodeRegistration(1, new UUID(1, 1), null, Map.of(), TTL)));
    }

    private static NewTopic topic(String name, int partitions) {
        return new NewTopic(UUID.randomUUID(), name, false, Collections.nCopies(partitions, List.of(1)), Map.of());
    }

    @Test
    void everyRenewalOfALeaseIsAHeapOnlyUpdate() throws Exception {
        Registered node = register();
        String updates = "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'node_lease'";
        String notHot = "SELECT n_tup_upd - n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'node_lease'";
        TestDatabase.run(leaseSource, "SELECT pg_stat_force_next_flush()");
        long before = Long.parseLong(TestDatabase.ask(dataSource, updates));
        for (int i = 0; i < 500; i++) {
            assertThat(get(store.renewLease(1, node.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.CONFIRMED);
        }
        // The statistics of a session are seen by others when it is told to show them.
        TestDatabase.run(leaseSource, "SELECT pg_stat_force_next_flush()");
        // Other sessions may show only now what they did before.
        assertThat(Long.parseLong(TestDatabase.ask(dataSource, updates)) - before)
                .isGreaterThanOrEqualTo(500);
        assertThat(TestDatabase.ask(dataSource, notHot)).isEqualTo("0");
        assertThat(Long.parseLong(TestDatabase.ask(dataSource, "SELECT pg_relation_size('rowlock.node_lease')")))
                .isLessThan(100_000);
    }

    @Test
    void aMetadataChangeThatHangsHindersNoRenewal() throws Exception {
        Registered node = register();
        try (Connection blocker = dataSource.getConnection();
                Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("SELECT 1 FROM rowlock.cluster FOR UPDATE");
            // More than there are threads for them: the store has nothing left but the lease's own.
            List<CompletionStage<?>> stuck = Collections.nCopies(5, "t").stream()
                    .<CompletionStage<?>>map(name -> store.createTopics(List.of(topic(name, 1))))
                    .toList();
            assertThat(get(store.renewLease(1, node.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.CONFIRMED);
            assertThat(stuck).noneMatch(one -> one.toCompletableFuture().isDone());
            blocker.rollback();
            blocker.setAutoCommit(true);
            for (CompletionStage<?> one : stuck) {
                get(one);
            }
        }
    }

    @Test
    void aRestartOfTheServerIsNotSeen() throws Exception {
        Registered node = register();
        fillThePool();
        String others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                + " WHERE pid <> pg_backend_pid() AND application_name LIKE 'rowlock%'";
        try (Connection killer = dataSource.getConnection();
                Statement statement = killer.createStatement()) {
            statement.execute(others);
        }
        // The pool holds broken connections now; nobody who asks is made to find them.
        assertThat(get(store.renewLease(1, node.brokerEpoch(), TTL))).isEqualTo(LeaseRenewal.CONFIRMED);
        assertThat(get(store.changesSince(0)).nodes()).hasSize(1);
        assertThat(get(store.createTopics(List.of(topic("t", 1))))).hasSize(1);
        dataSource.flush(AgroalDataSource.FlushMode.ALL);
    }

    /** As many connections as the store uses at once. */
    private void fillThePool() throws SQLException {
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            connections.add(dataSource.getConnection());
        }
        for (Connection connection : connections) {
            connection.close();
        }
    }

    @Test
    void aBrokenRuleOfTheSchemaIsADefectAndNotAnOutage() {
        NewTopic tooLong = new NewTopic(UUID.randomUUID(), "x".repeat(250), false, List.of(List.of(1)), Map.of());
        assertThatThrownBy(() -> get(store.createTopics(List.of(tooLong))))
                .cause()
                .isNotInstanceOf(MetadataUnavailableException.class);
    }

    @Test
    void aRegistrationRaisesManyPartitionsInOneStatement() throws Exception {
        register();
        for (int i = 0; i < 4; i++) {
            get(store.createTopics(List.of(topic("t" + i, 500))));
        }
        register();
        assertThat(TestDatabase.ask(dataSource, "SELECT count(*) FROM rowlock.topic_partition WHERE leader_epoch = 1"))
                .isEqualTo("2000");
    }

    @Test
    void operatorsSeeLeasesTopicsAndWhatIsWrong() throws Exception {
        Registered node = register();
        get(store.createTopics(List.of(
                new NewTopic(
                        UUID.randomUUID(),
                        "orders",
                        false,
                        List.of(List.of(1), List.of(1)),
                        Map.of("cleanup.policy", "compact")),
                topic("fine", 1))));
        assertThat(TestDatabase.ask(dataSource, "SELECT alive FROM rowlock.v_leases WHERE node_id = 1"))
                .isEqualTo("t");
        assertThat(TestDatabase.ask(
                        dataSource,
                        "SELECT partitions || ' ' || (settings ->> 'cleanup.policy') FROM rowlock.v_topics"
                                + " WHERE topic = 'orders'"))
                .isEqualTo("2 compact");
        assertThat(TestDatabase.ask(dataSource, "SELECT count(*) FROM rowlock.v_partitions WHERE leader = 1"))
                .isEqualTo("3");
        assertThat(TestDatabase.ask(dataSource, "SELECT partitions_led FROM rowlock.v_leaders"))
                .isEqualTo("3");
        assertThat(TestDatabase.ask(dataSource, "SELECT count(*) FROM rowlock.v_under_replicated"))
                .isEqualTo("0");

        TestDatabase.ageLeases(dataSource, TTL);
        assertThat(TestDatabase.ask(dataSource, "SELECT alive FROM rowlock.v_leases WHERE node_id = 1"))
                .isEqualTo("f");
        get(store.register(new NodeRegistration(1, new UUID(2, 2), null, Map.of(), TTL)));
        assertThat(TestDatabase.ask(dataSource, "SELECT count(*) FROM rowlock.v_under_replicated"))
                .isEqualTo("3");
        assertThat(TestDatabase.ask(dataSource, "SELECT leaderless FROM rowlock.v_topics WHERE topic = 'orders'"))
                .isEqualTo("2");
        assertThat(node.brokerEpoch()).isPositive();
    }

    @Test
    void migratingAgainChangesNothing() {
        assertThat(flyway.migrate().migrationsExecuted).isZero();
    }
}
