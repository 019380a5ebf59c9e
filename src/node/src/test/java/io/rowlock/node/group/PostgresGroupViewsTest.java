package io.rowlock.node.group;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.rowlock.broker.cluster.NewTopic;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.PartitionProgress;
import io.rowlock.broker.cluster.RegistrationResult.Registered;
import io.rowlock.broker.group.Bytes;
import io.rowlock.broker.group.GroupPhase;
import io.rowlock.broker.group.GroupSlots;
import io.rowlock.broker.group.GroupSnapshot;
import io.rowlock.broker.group.GroupStore;
import io.rowlock.broker.group.JoinProtocol;
import io.rowlock.broker.group.MemberSnapshot;
import io.rowlock.broker.group.OffsetCommit;
import io.rowlock.broker.group.OffsetKey;
import io.rowlock.broker.group.SlotGrant;
import io.rowlock.broker.group.SlotHolder;
import io.rowlock.node.metadata.PostgresMetadataStore;
import io.rowlock.node.metadata.PostgresResource;
import io.rowlock.node.metadata.TestDatabase;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an operator sees of groups. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@Timeout(60)
class PostgresGroupViewsTest {

    private static final Duration TTL = Duration.ofMinutes(5);
    private static final UUID ORDERS = new UUID(7, 7);

    private final AgroalDataSource dataSource;
    private final PostgresMetadataStore metadata;
    private final PostgresGroupStore groups;
    private Map<Integer, Long> held = Map.of();

    @Inject
    PostgresGroupViewsTest(AgroalDataSource dataSource, PostgresMetadataStore metadata, PostgresGroupStore groups) {
        this.dataSource = dataSource;
        this.metadata = metadata;
        this.groups = groups;
    }

    @BeforeEach
    void aNodeWithATopic() throws Exception {
        TestDatabase.empty(dataSource);
        long brokerEpoch = ((Registered)
                        get(metadata.register(new NodeRegistration(4, new UUID(1, 1), null, Map.of(), TTL))))
                .brokerEpoch();
        get(metadata.createTopics(
                List.of(new NewTopic(ORDERS, "orders", false, Collections.nCopies(4, List.of(4)), Map.of()))));
        held = SlotGrant.epochs(get(groups.takeSlots(4, brokerEpoch, epochs(groups), true)));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** Of all slots. */
    static Map<Integer, Long> epochs(GroupStore groups) throws Exception {
        List<SlotHolder> holders = get(groups.slotHolders());
        return IntStream.range(0, holders.size())
                .boxed()
                .collect(
                        Collectors.toMap(slot -> slot, slot -> holders.get(slot).epoch()));
    }

    /** Each row as one line. */
    private String ask(String columns, String view) throws SQLException {
        return TestDatabase.ask(
                dataSource,
                "SELECT coalesce(string_agg(concat_ws(' ', " + columns + "), E'\\n'), '') FROM rowlock." + view);
    }

    private void write(GroupSnapshot group) throws Exception {
        assertThat(get(groups.writeGroups(held, List.of(group)))).isEmpty();
    }

    private void commit(int partition, long offset) throws Exception {
        OffsetCommit commit = new OffsetCommit(new OffsetKey("billing", ORDERS, partition), offset, 2, "note", null);
        assertThat(get(groups.commitOffsets(held, List.of(commit)))).isEmpty();
    }

    private static GroupSnapshot billing() {
        ByteBuf assignment = Unpooled.buffer();
        assignment.writeShort(1).writeInt(1).writeShort(6).writeBytes("orders".getBytes(US_ASCII));
        assignment.writeInt(2).writeInt(0).writeInt(3).writeInt(-1);
        MemberSnapshot leader = new MemberSnapshot(
                "m-1",
                "till-1",
                "c-1",
                "/10.0.0.1",
                45_000,
                300_000,
                List.of(new JoinProtocol("range", Bytes.EMPTY), new JoinProtocol("sticky", Bytes.EMPTY)),
                Bytes.of(ByteBufUtil.getBytes(assignment)));
        MemberSnapshot idle = new MemberSnapshot(
                "m-2",
                null,
                "c-2",
                "/10.0.0.2",
                45_000,
                300_000,
                List.of(new JoinProtocol("range", Bytes.EMPTY)),
                Bytes.EMPTY);
        return new GroupSnapshot(
                "billing", GroupPhase.STABLE, "consumer", 3, "range", "m-1", Set.of("orders"), List.of(leader, idle));
    }

    @Test
    void groupsAreSeenWithTheirMembersAndOffsets() throws Exception {
        write(billing());
        commit(0, 5);
        commit(1, 6);
        assertThat(ask(
                        "group_id, phase, members, committed_offsets, protocol_type, protocol, generation,"
                                + " subscribed_topics, coordinator",
                        "v_groups"))
                .isEqualTo("billing Stable 2 2 consumer range 3 {orders} 4");
        assertThat(ask(
                        "group_id, member_id, instance_id, client_id, client_host, leads, protocols, assigned_partitions",
                        "v_group_members"))
                .isEqualTo("billing m-1 till-1 c-1 /10.0.0.1 t {range,sticky} {\"orders\": [0, 3]}\n"
                        + "billing m-2 c-2 /10.0.0.2 f {range}");
        assertThat(ask(
                        "group_id, topic, partition, committed_offset, leader_epoch, metadata, expires_at",
                        "v_committed_offsets"))
                .isEqualTo("billing orders 0 5 2 note\nbilling orders 1 6 2 note");
    }

    @Test
    void lagIsCountedToWhatWasLastReported() throws Exception {
        for (int partition = 0; partition < 3; partition++) {
            commit(partition, 10);
        }
        commit(3, -1);
        get(metadata.reportProgress(List.of(
                new PartitionProgress(ORDERS, 0, 0, 0, 25),
                new PartitionProgress(ORDERS, 1, 0, 0, 9),
                new PartitionProgress(ORDERS, 3, 0, 0, 9))));
        assertThat(ask(
                        "topic, partition, committed_offset, coalesce(high_watermark::text, '-'),"
                                + " coalesce(lag::text, '-'), reported_at IS NOT NULL",
                        "v_lag"))
                .isEqualTo("""
                        orders 0 10 25 15 t
                        orders 1 10 9 0 t
                        orders 2 10 - - f
                        orders 3 -1 9 - t""");
    }

    @Test
    void coordinatorsAreSeenWithTheirSlots() throws Exception {
        write(billing());
        assertThat(ask("slot, node_id, alive, groups", "v_coordinators WHERE groups > 0"))
                .isEqualTo(GroupSlots.of("billing") + " 4 t 1");
        TestDatabase.ageLeases(dataSource, TTL);
        assertThat(ask("node_id, alive", "v_coordinators WHERE slot = 0")).isEqualTo("4 f");
    }

    @Test
    void aPhaseBeginsWhenItChanges() throws Exception {
        write(billing());
        String since = "SELECT phase_since FROM rowlock.v_groups";
        String before = TestDatabase.ask(dataSource, since);
        write(billing());
        assertThat(TestDatabase.ask(dataSource, since)).isEqualTo(before);
        write(new GroupSnapshot("billing", GroupPhase.EMPTY, "consumer", 4, null, null, null, List.of()));
        assertThat(TestDatabase.ask(dataSource, since)).isNotEqualTo(before);
    }
}
