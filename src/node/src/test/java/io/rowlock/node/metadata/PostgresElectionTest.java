package io.rowlock.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.LeaseRenewal;
import io.rowlock.broker.cluster.MetadataDelta;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.NodeState;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only PostgreSQL has of elections: locks, what large ones cost, and what operators see of them. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@Timeout(120)
class PostgresElectionTest {

    private static final Duration TTL = Duration.ofSeconds(60);

    private final AgroalDataSource dataSource;
    private final PostgresMetadataStore store;
    private final Map<Integer, Long> epochs = new HashMap<>();

    @Inject
    PostgresElectionTest(AgroalDataSource dataSource, PostgresMetadataStore store) {
        this.dataSource = dataSource;
        this.store = store;
    }

    @BeforeEach
    void emptyTheCluster() throws Exception {
        TestDatabase.empty(dataSource);
        join(1);
        join(2);
        join(3);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private void join(int id) throws Exception {
        Registered registered =
                (Registered) get(store.register(new NodeRegistration(id, new UUID(id, id), null, Map.of(), TTL)));
        epochs.put(id, registered.brokerEpoch());
    }

    private long epoch(int id) {
        return Objects.requireNonNull(epochs.get(id));
    }

    private LeaseRenewal renew(int id) throws Exception {
        return get(store.renewLease(id, epoch(id), TTL));
    }

    private void outlive(int... ids) throws Exception {
        for (int quarter = 0; quarter < 4; quarter++) {
            TestDatabase.ageLeases(dataSource, TTL.dividedBy(4));
            for (int id : ids) {
                renew(id);
            }
        }
    }

    private Set<Integer> depose(int by) throws Exception {
        return get(store.deposeLapsed(by, epoch(by)));
    }

    private List<NewTopic> topics(int count, int partitions, List<Integer> replicas) {
        List<NewTopic> topics = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            UUID id = UUID.randomUUID();
            topics.add(new NewTopic(id, "t" + id, false, Collections.nCopies(partitions, replicas), Map.of()));
        }
        return topics;
    }

    private MetadataImage image() throws Exception {
        return MetadataImage.EMPTY.apply(get(store.changesSince(0)));
    }

    /** A connection that holds what {@code sql} locks until it is rolled back. */
    private Connection holding(String sql) throws SQLException {
        Connection connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        return connection;
    }

    private static void commit(Connection connection) throws SQLException {
        connection.commit();
        connection.setAutoCommit(true);
        connection.close();
    }

    @Test
    void whileAllIsWellElectionsOnlyLook() throws Exception {
        Connection holder = holding("SELECT 1 FROM rowlock.cluster FOR UPDATE");
        assertThat(depose(1)).isEmpty();
        assertThat(get(store.testifyRefused(2, epoch(2), 1, epoch(1)))).isFalse();
        commit(holder);
    }

    @Test
    void aRenewalUnderWayWins() throws Exception {
        get(store.createTopics(topics(1, 1, List.of(1, 2))));
        outlive(2, 3);
        get(store.testifyRefused(2, epoch(2), 1, epoch(1)));
        Connection renewal = holding("UPDATE rowlock.node_lease SET renewed_at = clock_timestamp(),"
                + " lease_until = clock_timestamp() + interval '1 minute' WHERE node_id = 1");
        assertThat(depose(2)).isEmpty();
        assertThat(get(store.testifyRefused(3, epoch(3), 1, epoch(1)))).isFalse();
        commit(renewal);
        assertThat(depose(2)).isEmpty();
        assertThat(image().nodes()).allMatch(node -> node.state() == NodeState.ACTIVE);
    }

    @Test
    void aRenewalThatComesWhileItsNodeIsDeposedIsRefused() throws Exception {
        outlive(2, 3);
        // Holds the election up after it has locked the lease.
        Connection holder = holding("SELECT 1 FROM rowlock.node WHERE node_id = 1 FOR UPDATE");
        CompletableFuture<Set<Integer>> election =
                store.deposeLapsed(2, epoch(2)).toCompletableFuture();
        awaitWaiting(1);
        CompletableFuture<LeaseRenewal> renewal =
                store.renewLease(1, epoch(1), TTL).toCompletableFuture();
        awaitWaiting(2);
        commit(holder);
        assertThat(get(election)).containsExactly(1);
        assertThat(get(renewal)).isEqualTo(LeaseRenewal.FENCED);
    }

    /** Until so many sessions wait for a lock. */
    private void awaitWaiting(int sessions) throws Exception {
        String waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname ="
                + " current_database()";
        while (Integer.parseInt(TestDatabase.ask(dataSource, waiting)) < sessions) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void manyNodesThatElectAtOnceDeposeEachOnce() throws Exception {
        for (int id = 4; id <= 12; id++) {
            join(id);
        }
        get(store.createTopics(topics(20, 5, List.of(1, 2, 3))));
        outlive(2, 3, 4, 5, 6, 7, 8, 9, 10);
        List<CompletableFuture<Set<Integer>>> elections = new ArrayList<>();
        for (int id = 2; id <= 10; id++) {
            elections.add(store.deposeLapsed(id, epoch(id)).toCompletableFuture());
        }
        List<Integer> deposed = new ArrayList<>();
        for (CompletableFuture<Set<Integer>> election : elections) {
            deposed.addAll(get(election));
        }
        assertThat(deposed).containsExactlyInAnyOrder(1, 11, 12);
        assertThat(TestDatabase.ask(
                        dataSource,
                        "SELECT count(*) FROM rowlock.topic_partition WHERE leader = 2 AND leader_epoch = 1"
                                + " AND in_sync_replicas = '{2,3}'"))
                .isEqualTo("100");
    }

    @Test
    void twentyThousandLeadershipsMoveInOneStatement() throws Exception {
        // More topics than a change lists.
        get(store.createTopics(topics(2_000, 5, List.of(1, 2, 3))));
        get(store.createTopics(topics(2, 5_000, List.of(1, 3, 2))));
        MetadataImage before = image();
        TestDatabase.run(dataSource, "SELECT pg_stat_force_next_flush()", "VACUUM rowlock.topic_partition");
        outlive(2, 3);
        assertThat(depose(2)).containsExactly(1);
        assertThat(TestDatabase.ask(
                        dataSource,
                        "SELECT count(*) FILTER (WHERE leader = 2) || ' ' || count(*) FILTER (WHERE leader = 3)"
                                + " FROM rowlock.topic_partition WHERE leader_epoch = 1"))
                .isEqualTo("10000 10000");
        assertThat(TestDatabase.ask(
                        dataSource,
                        "SELECT cardinality(topics) || ' ' || cardinality(partition_topics) || ' ' || many_partitions"
                                + " || ' ' || everything FROM rowlock.change ORDER BY version DESC LIMIT 1"))
                .isEqualTo("0 0 true false");
        // Nearly everything stays on its page, and no index is touched.
        TestDatabase.run(dataSource, "SELECT pg_stat_force_next_flush()");
        String hot = "SELECT n_tup_hot_upd >= 0.9 * n_tup_upd FROM pg_stat_user_tables WHERE relname ="
                + " 'topic_partition'";
        while (!"t".equals(TestDatabase.ask(dataSource, hot))) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        // And a follower is told what changed, not everything.
        get(store.createTopics(topics(1, 1, List.of(2))));
        MetadataDelta delta = get(store.changesSince(before.version()));
        assertThat(delta.complete()).isFalse();
        assertThat(delta.topics()).hasSize(1);
        assertThat(delta.partitions()).hasSize(2_002);
        MetadataImage followed = before.apply(delta);
        assertThat(followed.topics()).containsExactlyInAnyOrderElementsOf(image().topics());
    }

    @Test
    void operatorsSeeWhoWasDeposedAndWhatWaits() throws Exception {
        get(store.createTopics(topics(1, 1, List.of(1, 2))));
        get(store.createTopics(topics(1, 1, List.of(1))));
        outlive(2, 3);
        depose(3);
        assertThat(TestDatabase.ask(dataSource, "SELECT state || ' ' || alive FROM rowlock.v_leases WHERE node_id = 1"))
                .isEqualTo("FENCED false");
        assertThat(TestDatabase.ask(
                        dataSource,
                        "SELECT node_id || ' ' || cause || ' ' || deposed_by || ' ' || changed_partitions"
                                + " FROM rowlock.v_depositions"))
                .isEqualTo("1 LEASE 3 2");
        assertThat(TestDatabase.ask(dataSource, "SELECT waits_for FROM rowlock.v_leaderless"))
                .isEqualTo("{1}");
        assertThat(TestDatabase.ask(dataSource, "SELECT count(*) FROM rowlock.v_under_replicated"))
                .isEqualTo("2");
        assertThat(TestDatabase.ask(
                        dataSource,
                        "SELECT string_agg(node_id || ':' || partitions_led || '/' || preferred || '/' ||"
                                + " preferred_by || '/' || replicas || '/' || in_sync, ' ' ORDER BY node_id) FROM"
                                + " rowlock.v_leaders"))
                .isEqualTo("1:0/0/2/2/1 2:1/0/0/1/1 3:0/0/0/0/0");
        get(store.testifyRefused(1, epoch(1), 2, epoch(2)));
        join(1);
        get(store.testifyRefused(1, epoch(1), 2, epoch(2)));
        get(store.testifyRefused(3, epoch(3), 2, epoch(2)));
        assertThat(TestDatabase.ask(dataSource, "SELECT cause || ' ' || deposed_by FROM rowlock.v_depositions"))
                .isEqualTo("REFUSED 3");
        get(store.register(new NodeRegistration(1, new UUID(1, 1), null, Map.of(), TTL, true)));
        assertThat(TestDatabase.ask(
                        dataSource,
                        "SELECT waits_for::text || ' ' || last_in_sync FROM rowlock.v_leaderless WHERE last_in_sync IS"
                                + " NOT NULL"))
                .isEqualTo("{} 1");
    }
}
