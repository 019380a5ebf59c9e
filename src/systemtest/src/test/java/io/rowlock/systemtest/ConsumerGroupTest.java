package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock consumers that subscribe: who gets what, when it moves, and that nothing is missed or, in a quiet group, read twice. */
@ExtendWith(SharedBroker.class)
@Proves(client = "kafka-clients", version = "4.4.0", what = "groups of the classic protocol with every assignor")
class ConsumerGroupTest {
    private static final String RANGE = "org.apache.kafka.clients.consumer.RangeAssignor";
    private static final String ROUND_ROBIN = "org.apache.kafka.clients.consumer.RoundRobinAssignor";
    private static final String STICKY = "org.apache.kafka.clients.consumer.StickyAssignor";
    private static final String COOPERATIVE = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";

    private final OffsetLedger received = new OffsetLedger();

    private void receiveAndCommit(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
        received.add(records);
        if (!records.isEmpty()) {
            consumer.commitSync();
        }
    }

    private static void ignore(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {}

    @ParameterizedTest
    @ValueSource(strings = {RANGE, ROUND_ROBIN, STICKY, COOPERATIVE})
    void everyPartitionHasOneMemberWhoeverComesAndGoes(String assignor, ServerProcess server) {
        String first = Clients.topic(server, "shared-out", 6, Map.of());
        String second = Clients.topic(server, "shared-out", 6, Map.of());
        List<TopicPartition> all = new ArrayList<>(Clients.partitions(first, 6));
        all.addAll(Clients.partitions(second, 6));
        String group = Clients.uniqueName("group");
        Map<String, Object> config = Map.of("partition.assignment.strategy", assignor);

        List<GroupMember> members = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                members.add(GroupMember.join(server, group, List.of(first, second), config, this::receiveAndCommit));
            }
            awaitShared(members, all, 4);
            Clients.fill(server, all, 50);
            awaitReceived(600);

            members.remove(1).close();
            awaitShared(members, all, 6);
            Clients.fill(server, all, 50);
            awaitReceived(1_200);

            members.add(GroupMember.join(server, group, List.of(first, second), config, this::receiveAndCommit));
            awaitShared(members, all, 4);
            Clients.fill(server, all, 50);
            awaitReceived(1_800);
        } finally {
            members.forEach(GroupMember::close);
        }
        members.forEach(GroupMember::assertNotFailed);

        Clients.fill(server, all, 1);
        try (GroupMember back =
                GroupMember.join(server, group, List.of(first, second), config, this::receiveAndCommit)) {
            awaitReceived(1_812);
            awaitShared(List.of(back), all, 12);
        }
        assertThat(received.repeated()).isZero();
        try (Admin admin = Clients.admin(server)) {
            assertThat(Clients.committed(admin, group)).hasSize(12).containsValue(151L);
        }
    }

    private void awaitReceived(int count) {
        Clients.until(count + " records received", () -> received.distinct() >= count);
        assertThat(received.distinct()).isEqualTo(count);
    }

    /** Each partition at one member, and {@code each} partitions at each member. */
    private static void awaitShared(List<GroupMember> members, Collection<TopicPartition> all, int each) {
        Clients.until(each + " of " + all.size() + " partitions at each", () -> {
            Set<TopicPartition> together = new HashSet<>();
            for (GroupMember member : members) {
                member.assertNotFailed();
                Set<TopicPartition> held = member.held();
                if (held.size() != each) {
                    return false;
                }
                together.addAll(held);
            }
            return together.equals(new HashSet<>(all));
        });
    }

    /** KIP-429: who keeps its partitions goes on with them while the others are moved. */
    @Test
    void aCooperativeMemberKeepsWhatNobodyElseNeeds(ServerProcess server) {
        String topic = Clients.topic(server, "cooperative", 4, Map.of());
        String group = Clients.uniqueName("group");
        Map<String, Object> config = Map.of("partition.assignment.strategy", COOPERATIVE);
        Set<TopicPartition> everTaken = new HashSet<>();
        try (GroupMember old = GroupMember.join(server, group, List.of(topic), config, ConsumerGroupTest::ignore)) {
            awaitShared(List.of(old), Clients.partitions(topic, 4), 4);
            try (GroupMember young =
                    GroupMember.join(server, group, List.of(topic), config, ConsumerGroupTest::ignore)) {
                Clients.until("the young one has its share", () -> {
                    Set<TopicPartition> gone = new HashSet<>(Clients.partitions(topic, 4));
                    gone.removeAll(old.held());
                    everTaken.addAll(gone);
                    return young.held().size() == 2;
                });
                assertThat(everTaken).isEqualTo(young.held());
            }
        }
    }

    @Test
    void membersMayWantDifferentTopics(ServerProcess server) {
        String both = Clients.topic(server, "wanted-by-both", 2, Map.of());
        String one = Clients.topic(server, "wanted-by-one", 2, Map.of());
        String group = Clients.uniqueName("group");
        Map<String, Object> config = Map.of("partition.assignment.strategy", RANGE);
        try (GroupMember a = GroupMember.join(server, group, List.of(both), config, ConsumerGroupTest::ignore);
                GroupMember b =
                        GroupMember.join(server, group, List.of(both, one), config, ConsumerGroupTest::ignore)) {
            Clients.until(
                    "one of both, and all of one",
                    () -> a.held().size() == 1 && b.held().size() == 3);
            assertThat(b.held()).containsAll(Clients.partitions(one, 2)).doesNotContainAnyElementsOf(a.held());
        }
    }

    @Test
    void twoGroupsReadTheSameTopicEachForItself(ServerProcess server) {
        String topic = Clients.topic(server, "read-twice", 2, Map.of());
        Clients.fill(server, Clients.partitions(topic, 2), 100);
        OffsetLedger other = new OffsetLedger();
        try (GroupMember a = GroupMember.join(
                        server, Clients.uniqueName("group"), List.of(topic), Map.of(), this::receiveAndCommit);
                GroupMember b = GroupMember.join(
                        server,
                        Clients.uniqueName("group"),
                        List.of(topic),
                        Map.of(),
                        (consumer, records) -> other.add(records))) {
            awaitReceived(200);
            Clients.until("the other group too", () -> other.distinct() == 200);
            a.assertNotFailed();
            b.assertNotFailed();
        }
    }

    @Test
    void aPatternFindsTopicsThatComeLater(ServerProcess server) {
        String stem = Clients.uniqueName("pattern");
        String now = Clients.topic(server, stem, 1, Map.of());
        Map<String, Object> config = Map.of(
                "group.id", Clients.uniqueName("group"), "metadata.max.age.ms", 100, "auto.offset.reset", "earliest");
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, config)) {
            consumer.subscribe(Pattern.compile(Pattern.quote(stem) + "-.*"));
            pollUntilAssigned(consumer, Set.of(new TopicPartition(now, 0)));
            String later = Clients.topic(server, stem, 2, Map.of());
            pollUntilAssigned(
                    consumer,
                    Set.of(new TopicPartition(now, 0), new TopicPartition(later, 0), new TopicPartition(later, 1)));
        }
    }

    private static void pollUntilAssigned(Consumer<byte[], byte[]> consumer, Set<TopicPartition> wanted) {
        Clients.until("assigned " + wanted, () -> {
            consumer.poll(Duration.ofMillis(50));
            return consumer.assignment().equals(wanted);
        });
    }

    @Test
    void aTopicThatIsNotThereYetIsTakenWhenItComes(ServerProcess server) {
        String topic = Clients.uniqueName("not-yet");
        Map<String, Object> config = Map.of("metadata.max.age.ms", 100, "allow.auto.create.topics", false);
        try (GroupMember early =
                GroupMember.join(server, Clients.uniqueName("group"), List.of(topic), config, this::receiveAndCommit)) {
            Clients.until("in the group, with nothing", () -> early.generation() == 1);
            try (Admin admin = Clients.admin(server)) {
                Clients.done(admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1)))
                        .all());
            }
            awaitShared(List.of(early), Clients.partitions(topic, 2), 2);
            Clients.fill(server, Clients.partitions(topic, 2), 5);
            awaitReceived(10);
        }
    }

    @Test
    void subscribingMayCreateATopic(ServerProcess server) {
        String topic = Clients.uniqueName("created-by-subscribing");
        Map<String, Object> config = Map.of("metadata.max.age.ms", 100, "allow.auto.create.topics", true);
        try (GroupMember member = GroupMember.join(
                server, Clients.uniqueName("group"), List.of(topic), config, ConsumerGroupTest::ignore)) {
            awaitShared(List.of(member), Clients.partitions(topic, 1), 1);
        }
    }

    @Test
    void enforceRebalanceBeginsANewGeneration(ServerProcess server) {
        String topic = Clients.topic(server, "enforced", 1, Map.of());
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(
                server, Map.of("group.id", Clients.uniqueName("group"), "auto.offset.reset", "earliest"))) {
            consumer.subscribe(List.of(topic));
            pollUntilAssigned(consumer, Set.of(new TopicPartition(topic, 0)));
            assertThat(consumer.groupMetadata().generationId()).isEqualTo(1);
            consumer.enforceRebalance("asked for by a test");
            Clients.until("a second generation", () -> {
                consumer.poll(Duration.ofMillis(50));
                return consumer.groupMetadata().generationId() == 2;
            });
            assertThat(consumer.assignment()).hasSize(1);
        }
    }

    @Test
    void wakeupInterruptsAMembersPollAndTheGroupDoesNotMind(ServerProcess server) {
        String topic = Clients.topic(server, "woken", 1, Map.of());
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(
                server, Map.of("group.id", Clients.uniqueName("group"), "auto.offset.reset", "earliest"))) {
            consumer.subscribe(List.of(topic));
            pollUntilAssigned(consumer, Set.of(new TopicPartition(topic, 0)));
            consumer.wakeup();
            assertThatThrownBy(() -> consumer.poll(Duration.ofSeconds(60))).isInstanceOf(WakeupException.class);
            Clients.fill(server, Clients.partitions(topic, 1), 3);
            assertThat(Clients.pollCount(consumer, 3)).hasSize(3);
            assertThat(consumer.groupMetadata().generationId()).isEqualTo(1);
        }
    }

    @Test
    void whoStopsHeartbeatingLosesItsPartitionsToTheOthers(ServerProcess server) {
        String topic = Clients.topic(server, "inherited", 4, Map.of());
        String group = Clients.uniqueName("group");
        Map<String, Object> config = Map.of("session.timeout.ms", 1_000);
        GroupMember dying = GroupMember.join(server, group, List.of(topic), config, ConsumerGroupTest::ignore);
        try (GroupMember heir = GroupMember.join(server, group, List.of(topic), config, ConsumerGroupTest::ignore)) {
            awaitShared(List.of(dying, heir), Clients.partitions(topic, 4), 2);
            dying.abandon();
            awaitShared(List.of(heir), Clients.partitions(topic, 4), 4);
        }
    }

    @Test
    void aSessionTimeoutOutOfTheBrokersBoundsIsRefused(ServerProcess server) {
        String topic = Clients.topic(server, "bounds", 1, Map.of());
        for (int timeout : new int[] {499, 1_800_001}) {
            assertThatThrownBy(() -> joinOnce(server, Clients.uniqueName("group"), topic, timeout, RANGE))
                    .isInstanceOf(InvalidSessionTimeoutException.class);
        }
        for (int timeout : new int[] {500, 1_800_000}) {
            joinOnce(server, Clients.uniqueName("group"), topic, timeout, RANGE);
        }
    }

    @Test
    void membersWithoutACommonAssignorAreRefused(ServerProcess server) {
        String topic = Clients.topic(server, "inconsistent", 1, Map.of());
        String group = Clients.uniqueName("group");
        try (GroupMember member = GroupMember.join(
                server,
                group,
                List.of(topic),
                Map.of("partition.assignment.strategy", RANGE),
                ConsumerGroupTest::ignore)) {
            awaitShared(List.of(member), Clients.partitions(topic, 1), 1);
            assertThatThrownBy(() -> joinOnce(server, group, topic, 10_000, ROUND_ROBIN))
                    .isInstanceOf(InconsistentGroupProtocolException.class);
            assertThat(member.held()).hasSize(1);
        }
    }

    private static void joinOnce(
            ServerProcess server, String group, String topic, int sessionTimeout, String assignor) {
        Map<String, Object> config = Map.of(
                "group.id",
                group,
                "session.timeout.ms",
                sessionTimeout,
                "heartbeat.interval.ms",
                100,
                "partition.assignment.strategy",
                assignor,
                "auto.offset.reset",
                "earliest");
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, config)) {
            consumer.subscribe(List.of(topic));
            pollUntilAssigned(consumer, Set.of(new TopicPartition(topic, 0)));
        }
    }
}
