package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** KIP-345: members with an identity of their own, that restart without disturbing the others. */
@ExtendWith(SharedBroker.class)
@Proves(client = "kafka-clients", version = "4.4.0", what = "static members (KIP-345)")
class StaticMemberTest {
    private static final int PARTITIONS = 4;

    private final ServerProcess server;
    private final String group = Clients.uniqueName("group");
    private String topic = "";

    StaticMemberTest(ServerProcess server) {
        this.server = server;
    }

    @BeforeEach
    void createTopic() {
        topic = Clients.topic(server, "static", PARTITIONS, Map.of());
    }

    private GroupMember join(String instance, int sessionTimeout) {
        Map<String, Object> config = Map.of("group.instance.id", instance, "session.timeout.ms", sessionTimeout);
        return GroupMember.join(server, group, List.of(topic), config, (consumer, records) -> {
            if (!records.isEmpty()) {
                consumer.commitSync();
            }
        });
    }

    private static void awaitHalves(GroupMember a, GroupMember b) {
        Clients.until("half at each", () -> {
            a.assertNotFailed();
            b.assertNotFailed();
            return a.held().size() == PARTITIONS / 2 && b.held().size() == PARTITIONS / 2;
        });
    }

    /** The first member of a group is its leader, which alone computes who gets what; either may restart. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRestartGivesBackThePartitionsAndNobodyElseNotices(boolean restartTheLeader) {
        try (GroupMember leader = join("leader", 60_000)) {
            Clients.until("the leader is there", () -> leader.held().size() == PARTITIONS);
            try (GroupMember follower = join("follower", 60_000)) {
                awaitHalves(leader, follower);
                GroupMember restarted = restartTheLeader ? leader : follower;
                GroupMember other = restartTheLeader ? follower : leader;
                Set<TopicPartition> before = restarted.held();
                int rebalances = other.rebalances();
                int generation = other.generation();

                for (int restart = 0; restart < 3; restart++) {
                    if (restart % 2 == 0) {
                        restarted.close();
                    } else {
                        restarted.abandon();
                    }
                    GroupMember again = join(restartTheLeader ? "leader" : "follower", 60_000);
                    Clients.until(
                            "it has its partitions again", () -> again.held().equals(before));
                    assertThat(again.generation()).isEqualTo(generation);
                    assertThat(again.memberId()).isNotEqualTo(restarted.memberId());
                    restarted = again;
                }
                Clients.fill(server, Clients.partitions(topic, PARTITIONS), 3);
                try (Admin admin = Clients.admin(server)) {
                    Clients.until(
                            "both commit", () -> Clients.committed(admin, group).equals(allAt(3)));
                }
                assertThat(other.rebalances()).isEqualTo(rebalances);
                assertThat(other.generation()).isEqualTo(generation);
                restarted.close();
                restarted.assertNotFailed();
                other.assertNotFailed();
            }
        }
    }

    private Map<TopicPartition, Long> allAt(long offset) {
        Map<TopicPartition, Long> all = new HashMap<>();
        Clients.partitions(topic, PARTITIONS).forEach(partition -> all.put(partition, offset));
        return all;
    }

    @Test
    void theOlderOfTwoWithTheSameIdentityIsFenced() {
        GroupMember older = join("twin", 60_000);
        Clients.until("the older is there", () -> older.held().size() == PARTITIONS);
        try (GroupMember younger = join("twin", 60_000)) {
            Clients.until("the younger took over", () -> younger.held().size() == PARTITIONS);
            Clients.until("the older is told", () -> older.failure() != null);
            assertThat(older.failure()).isInstanceOf(FencedInstanceIdException.class);
            Clients.fill(server, Clients.partitions(topic, PARTITIONS), 3);
            try (Admin admin = Clients.admin(server)) {
                Clients.until(
                        "the younger works",
                        () -> Clients.committed(admin, group).equals(allAt(3)));
            }
            younger.assertNotFailed();
        } finally {
            older.close();
        }
    }

    @Test
    void aFencedMemberMayNotCommit() {
        Map<String, Object> config = Map.of(
                "group.id",
                group,
                "group.instance.id",
                "twin",
                "auto.offset.reset",
                "earliest",
                "heartbeat.interval.ms",
                3_000);
        try (Consumer<byte[], byte[]> older = Clients.consumer(server, config)) {
            older.subscribe(List.of(topic));
            Clients.until("the older is there", () -> {
                older.poll(Duration.ofMillis(20));
                return older.assignment().size() == PARTITIONS;
            });
            try (GroupMember younger = join("twin", 60_000)) {
                Clients.until("the younger took over", () -> younger.held().size() == PARTITIONS);
                assertThatThrownBy(
                                () -> older.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1))))
                        .isInstanceOf(FencedInstanceIdException.class);
            }
        }
    }

    @Test
    void whoDoesNotComeBackInTimeLosesItsPartitions() {
        try (GroupMember stays = join("stays", 60_000);
                GroupMember goes = join("goes", 1_000)) {
            awaitHalves(stays, goes);
            goes.close();
            Clients.until("the other has all", () -> stays.held().size() == PARTITIONS);
        }
    }

    @Test
    void whoLeavesOnPurposeIsNotWaitedFor() {
        try (GroupMember stays = join("stays", 60_000);
                GroupMember goes = join("goes", 60_000)) {
            awaitHalves(stays, goes);
            goes.leave();
            Clients.until("the other has all", () -> stays.held().size() == PARTITIONS);
        }
    }

    @Test
    void anOperatorRemovesAMember() {
        try (Admin admin = Clients.admin(server);
                GroupMember stays = join("stays", 60_000);
                GroupMember goes = join("goes", 60_000)) {
            awaitHalves(stays, goes);
            goes.abandon();
            remove(admin, "goes");
            Clients.until("the other has all", () -> stays.held().size() == PARTITIONS);
            assertThatThrownBy(() -> remove(admin, "nobody")).hasMessageContaining("UnknownMember");

            stays.abandon();
            Clients.done(admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
                    .all());
            Clients.done(admin.deleteConsumerGroups(List.of(group)).all());
        }
    }

    private void remove(Admin admin, String instance) {
        Clients.done(admin.removeMembersFromConsumerGroup(
                        group, new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove(instance))))
                .all());
    }
}
