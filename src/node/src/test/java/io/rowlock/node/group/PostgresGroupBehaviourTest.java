package io.rowlock.node.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import io.rowlock.broker.group.Bytes;
import io.rowlock.broker.group.CommittedOffset;
import io.rowlock.broker.group.GroupPhase;
import io.rowlock.broker.group.GroupSlots;
import io.rowlock.broker.group.GroupSnapshot;
import io.rowlock.broker.group.JoinProtocol;
import io.rowlock.broker.group.MemberSnapshot;
import io.rowlock.broker.group.OffsetCommit;
import io.rowlock.broker.group.OffsetKey;
import io.rowlock.broker.group.OffsetQuery;
import io.rowlock.broker.group.SlotGrant;
import io.rowlock.node.metadata.PostgresMetadataStore;
import io.rowlock.node.metadata.PostgresResource;
import io.rowlock.node.metadata.TestDatabase;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only the store of groups in PostgreSQL has: locks that statements wait for, outages, and a table that stays small. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@Timeout(60)
class PostgresGroupBehaviourTest {

    private static final String OF_COMMITS = " FROM pg_stat_user_tables WHERE relname = 'committed_offset'";

    private final AgroalDataSource dataSource;
    private final AgroalDataSource coordinatorSource;
    private final PostgresMetadataStore metadata;
    private final PostgresGroupStore groups;
    private long brokerEpoch;

    @Inject
    PostgresGroupBehaviourTest(
            AgroalDataSource dataSource,
            @DataSource("coordinator") AgroalDataSource coordinatorSource,
            PostgresMetadataStore metadata,
            PostgresGroupStore groups) {
        this.dataSource = dataSource;
        this.coordinatorSource = coordinatorSource;
        this.metadata = metadata;
        this.groups = groups;
    }

    @BeforeEach
    void emptyTheCluster() throws Exception {
        TestDatabase.empty(dataSource);
        NodeRegistration node = new NodeRegistration(1, new UUID(1, 1), null, Map.of(), Duration.ofMinutes(5));
        brokerEpoch = ((Registered) get(metadata.register(node))).brokerEpoch();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Map<Integer, Long> acquire() throws Exception {
        return SlotGrant.epochs(get(groups.takeSlots(1, brokerEpoch, PostgresGroupViewsTest.epochs(groups), true)));
    }

    private UUID topic(String name) throws Exception {
        UUID id = UUID.randomUUID();
        get(metadata.createTopics(List.of(new NewTopic(id, name, false, List.of(List.of(1)), Map.of()))));
        return id;
    }

    private static OffsetCommit commit(String group, UUID topic, int partition, long offset) {
        return new OffsetCommit(new OffsetKey(group, topic, partition), offset, -1, "", null);
    }

    private List<Long> offsetsOf(String group) throws Exception {
        return get(groups.fetchOffsets(List.of(new OffsetQuery(group, null)))).get(0).stream()
                .map(CommittedOffset::offset)
                .toList();
    }

    /** Until so many of the store's statements wait for a lock. */
    private void awaitWaiting(int statements) throws SQLException {
        String waiting = "SELECT count(*) FROM pg_stat_activity, pg_sleep(0.01)"
                + " WHERE application_name = 'rowlock-coordinator' AND wait_event_type = 'Lock'";
        while (Integer.parseInt(TestDatabase.ask(dataSource, waiting)) < statements) {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    // Fencing

    @Test
    void whoTakesASlotWaitsForTheWriteThatIsUnderWay() throws Exception {
        UUID topic = topic("t");
        Map<Integer, Long> held = acquire();
        get(groups.commitOffsets(held, List.of(commit("g", topic, 0, 1))));
        try (Connection blocker = dataSource.getConnection();
                Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("SELECT 1 FROM rowlock.committed_offset FOR UPDATE");
            CompletionStage<Set<Integer>> write = groups.commitOffsets(held, List.of(commit("g", topic, 0, 2)));
            awaitWaiting(1);
            CompletionStage<Map<Integer, SlotGrant>> taken = groups.acquireSlots(1, brokerEpoch);
            awaitWaiting(2);
            blocker.rollback();
            assertThat(get(write)).isEmpty();
            assertThat(get(taken)).hasSize(GroupSlots.COUNT);
        }
        assertThat(offsetsOf("g")).containsExactly(2L);
    }

    @Test
    void aWriteThatComesAfterTheTakeoverIsVoid() throws Exception {
        UUID topic = topic("t");
        Map<Integer, Long> held = acquire();
        get(groups.commitOffsets(held, List.of(commit("g", topic, 0, 1), commit("h", topic, 0, 1))));
        Map<Integer, Long> slotOfG = Map.of(GroupSlots.of("g"), held.getOrDefault(GroupSlots.of("g"), 0L));
        try (Connection taker = dataSource.getConnection();
                Statement statement = taker.createStatement()) {
            taker.setAutoCommit(false);
            statement.execute(
                    "UPDATE rowlock.coordinator_slot SET epoch = epoch + 1 WHERE slot = " + GroupSlots.of("g"));
            // Their statements began before the takeover was committed.
            List<CompletionStage<Set<Integer>>> late = List.of(
                    groups.commitOffsets(held, List.of(commit("g", topic, 0, 2), commit("h", topic, 0, 2))),
                    groups.commitOffsets(slotOfG, List.of(commit("g", topic, 0, 3))),
                    groups.deleteGroups(slotOfG, Set.of("g")));
            awaitWaiting(3);
            taker.commit();
            for (CompletionStage<Set<Integer>> one : late) {
                assertThat(get(one)).isEqualTo(slotOfG.keySet());
            }
        }
        assertThat(offsetsOf("g")).containsExactly(1L);
        assertThat(offsetsOf("h")).containsExactly(2L);
    }

    @Test
    void aLookForExpiredOffsetsPassesByACommitThatIsUnderWay() throws Exception {
        UUID topic = topic("t");
        Map<Integer, Long> held = acquire();
        get(groups.commitOffsets(held, List.of(commit("g", topic, 0, 1), commit("g", topic, 1, 1))));
        TestDatabase.ageGroups(dataSource, Duration.ofDays(1));
        try (Connection committer = dataSource.getConnection();
                Statement statement = committer.createStatement()) {
            committer.setAutoCommit(false);
            statement.execute("UPDATE rowlock.committed_offset SET committed_offset = 2,"
                    + " committed_at = clock_timestamp() WHERE partition_index = 0");
            assertThat(get(groups.expireOffsets(held, Duration.ofDays(1)))).isEmpty();
            committer.commit();
        }
        assertThat(offsetsOf("g")).containsExactly(2L);
    }

    @Test
    void aGroupIsNotForgottenBetweenACommitsBeginningAndItsEnd() throws Exception {
        UUID topic = topic("t");
        Map<Integer, Long> held = acquire();
        get(groups.writeGroups(held, List.of(GroupSnapshot.empty("g"))));
        try (Connection committer = dataSource.getConnection();
                Statement statement = committer.createStatement()) {
            committer.setAutoCommit(false);
            statement.execute(
                    "SELECT 1 FROM rowlock.coordinator_slot WHERE slot = " + GroupSlots.of("g") + " FOR SHARE");
            CompletionStage<Set<String>> expiry = groups.expireOffsets(held, Duration.ofDays(1));
            awaitWaiting(1);
            statement.execute("INSERT INTO rowlock.committed_offset VALUES ('g', '" + topic
                    + "', 0, 1, -1, '', clock_timestamp())");
            committer.commit();
            assertThat(get(expiry)).isEmpty();
        }
        assertThat(offsetsOf("g")).containsExactly(1L);
    }

    // What changes beside

    @Test
    void aTopicThatIsDeletedUnderACommitIsLeftOut() throws Exception {
        UUID gone = topic("gone");
        UUID stays = topic("stays");
        Map<Integer, Long> held = acquire();
        get(groups.writeGroups(held, List.of(GroupSnapshot.empty("one"), GroupSnapshot.empty("many"))));
        Map<Integer, Long> slotOfOne = Map.of(GroupSlots.of("one"), held.getOrDefault(GroupSlots.of("one"), 0L));
        try (Connection deleter = dataSource.getConnection();
                Statement statement = deleter.createStatement()) {
            deleter.setAutoCommit(false);
            statement.execute("DELETE FROM rowlock.topic WHERE name = 'gone'");
            CompletionStage<Set<Integer>> one = groups.commitOffsets(slotOfOne, List.of(commit("one", gone, 0, 1)));
            CompletionStage<Set<Integer>> many = groups.commitOffsets(
                    held, List.of(commit("many", gone, 0, 1), commit("many", stays, 0, 2), commit("new", stays, 0, 3)));
            awaitWaiting(2);
            deleter.commit();
            assertThat(get(one)).isEmpty();
            assertThat(get(many)).isEmpty();
        }
        assertThat(offsetsOf("one")).isEmpty();
        assertThat(offsetsOf("many")).containsExactly(2L);
        assertThat(offsetsOf("new")).containsExactly(3L);
    }

    @Test
    void aMetadataChangeThatHangsHindersNoCommit() throws Exception {
        UUID topic = topic("t");
        Map<Integer, Long> held = acquire();
        try (Connection blocker = dataSource.getConnection();
                Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("SELECT 1 FROM rowlock.cluster FOR UPDATE");
            assertThat(get(groups.commitOffsets(held, List.of(commit("g", topic, 0, 1)))))
                    .isEmpty();
            assertThat(acquire()).hasSize(GroupSlots.COUNT);
            blocker.rollback();
        }
    }

    @Test
    void aWriteWhoseConnectionBreaksIsNotRepeatedAndTheNextTakeoverSetsAllRight() throws Exception {
        UUID topic = topic("t");
        Map<Integer, Long> held = acquire();
        get(groups.commitOffsets(held, List.of(commit("g", topic, 0, 1))));
        try (Connection blocker = dataSource.getConnection();
                Statement statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("SELECT 1 FROM rowlock.committed_offset FOR UPDATE");
            CompletionStage<Set<Integer>> write = groups.commitOffsets(held, List.of(commit("g", topic, 0, 2)));
            awaitWaiting(1);
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE application_name = 'rowlock-coordinator'");
            assertThatThrownBy(() -> get(write)).hasCauseInstanceOf(MetadataUnavailableException.class);
            blocker.rollback();
        }
        Map<Integer, Long> again = acquire();
        assertThat(offsetsOf("g")).containsExactly(1L);
        assertThat(get(groups.commitOffsets(again, List.of(commit("g", topic, 0, 3)))))
                .isEmpty();
        assertThat(offsetsOf("g")).containsExactly(3L);
        coordinatorSource.flush(AgroalDataSource.FlushMode.ALL);
    }

    // Cost

    @Test
    void commitsWithoutEndAreHeapOnlyUpdatesOfASmallTable() throws Exception {
        UUID topic = topic("t");
        Map<Integer, Long> held = acquire();
        long notHot = Long.parseLong(ask("SELECT n_tup_upd - n_tup_hot_upd" + OF_COMMITS));
        long updates = Long.parseLong(ask("SELECT n_tup_upd" + OF_COMMITS));
        for (int round = 0; round <= 500; round++) {
            long offset = round;
            List<OffsetCommit> commits = IntStream.range(0, 64)
                    .mapToObj(i -> commit("group-" + i, topic, 0, offset))
                    .toList();
            get(groups.commitOffsets(held, commits));
        }
        assertThat(Long.parseLong(ask("SELECT n_tup_upd" + OF_COMMITS)) - updates)
                .isEqualTo(500 * 64);
        // A page that filled up before anything on it could be cleaned lets a row move, now and then.
        assertThat(Long.parseLong(ask("SELECT n_tup_upd - n_tup_hot_upd" + OF_COMMITS)) - notHot)
                .isLessThan(64);
        assertThat(Long.parseLong(ask("SELECT pg_total_relation_size('rowlock.committed_offset')")))
                .isLessThan(500_000);
    }

    @Test
    void noCommitAndNoQuestionReadsTheWholeTable() throws Exception {
        UUID topic = topic("t");
        Map<Integer, Long> held = acquire();
        // Statements are planned when they are first run, for a table that is still empty.
        get(groups.fetchOffsets(List.of(new OffsetQuery("g1", null), new OffsetQuery("g2", Set.of(topic)))));
        get(groups.commitOffsets(
                held,
                IntStream.range(0, 10_000)
                        .mapToObj(i -> commit("g" + i % 1_000, topic, i / 1_000, 1))
                        .toList()));
        String scans = "SELECT seq_scan" + OF_COMMITS;
        String before = ask(scans);
        get(groups.commitOffsets(held, List.of(commit("g1", topic, 0, 2))));
        get(groups.commitOffsets(
                Map.of(GroupSlots.of("g1"), held.getOrDefault(GroupSlots.of("g1"), 0L)),
                List.of(commit("g1", topic, 0, 3))));
        get(groups.commitOffsets(held, List.of(commit("not-yet-there", topic, 0, 3))));
        get(groups.fetchOffsets(List.of(new OffsetQuery("g1", null), new OffsetQuery("g2", Set.of(topic)))));
        get(groups.deleteOffsets(held, List.of(new OffsetKey("g1", topic, 0))));
        get(groups.deleteGroups(held, Set.of("g2")));
        assertThat(ask(scans)).isEqualTo(before);
    }

    /** The statistics of a session are seen by others when it is told to show them: so each one that there may be is. */
    private String ask(String sql) throws SQLException {
        showStatistics(coordinatorSource);
        showStatistics(dataSource);
        return TestDatabase.ask(dataSource, sql);
    }

    private static void showStatistics(AgroalDataSource source) throws SQLException {
        List<Connection> sessions = new ArrayList<>();
        try {
            for (int i = 0;
                    i < source.getConfiguration().connectionPoolConfiguration().maxSize();
                    i++) {
                Connection session = source.getConnection();
                sessions.add(session);
                try (Statement statement = session.createStatement()) {
                    statement.execute("SELECT pg_stat_force_next_flush()");
                }
            }
        } finally {
            for (Connection session : sessions) {
                session.close();
            }
        }
    }

    @Test
    void aMemberThatStaysAsItIsIsNotWrittenAgain() throws Exception {
        Map<Integer, Long> held = acquire();
        get(groups.writeGroups(held, List.of(group(1, member("a"), member("b")))));
        String version = "SELECT xmin FROM rowlock.group_member WHERE member_id = 'a'";
        String before = TestDatabase.ask(dataSource, version);
        get(groups.writeGroups(held, List.of(group(2, member("a"), member("c")))));
        assertThat(TestDatabase.ask(dataSource, version)).isEqualTo(before);
        assertThat(TestDatabase.ask(
                        dataSource, "SELECT string_agg(member_id, ' ' ORDER BY place) FROM rowlock.group_member"))
                .isEqualTo("a c");
    }

    private static GroupSnapshot group(int generation, MemberSnapshot... members) {
        return new GroupSnapshot(
                "g", GroupPhase.STABLE, "consumer", generation, "range", "a", Set.of(), List.of(members));
    }

    private static MemberSnapshot member(String id) {
        List<JoinProtocol> protocols = List.of(new JoinProtocol("range", Bytes.of(new byte[] {0, 1})));
        return new MemberSnapshot(id, null, "c", "/127.0.0.1", 10_000, 60_000, protocols, Bytes.EMPTY);
    }
}
