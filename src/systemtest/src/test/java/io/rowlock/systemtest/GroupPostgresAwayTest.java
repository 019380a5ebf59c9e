package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.RowlockProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * PostgreSQL is away while a group works: commits are refused in a way that clients try again, consumers go on receiving, the group stays as it is, and all resumes
 * by itself; settings cannot be changed until then, and who wants it is told in time. {@code -Drowlock.systemtest.postgres-away=PT1M} makes it a minute.
 */
class GroupPostgresAwayTest {
    private static final Duration LENGTH =
            Duration.parse(System.getProperty("rowlock.systemtest.postgres-away", "PT12S"));
    private static final int PARTITIONS = 4;

    private static final RowlockProcess node = RowlockProcess.in(
            Target.freshHome("group-postgres-away"),
            List.of("-Xmx256m"),
            Map.of(
                    "rowlock.broker.group.initial.rebalance.delay.ms", "0",
                    "rowlock.broker.group.min.session.timeout.ms", "500"));

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(node);

    private final OffsetLedger received = new OffsetLedger();
    private final Map<TopicPartition, Long> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger refusedAtOnce = new AtomicInteger();
    private final AtomicInteger refusedInCallback = new AtomicInteger();
    private final String group = Clients.uniqueName("without-postgres");

    @BeforeEach
    void start() {
        assumeTrue(Target.current() == Target.ROWLOCK);
        if (!node.isAlive()) {
            node.start();
        }
    }

    @AfterAll
    static void close() {
        node.close();
    }

    /** It neither answers nor breaks its connections, as when the network swallows everything. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void frozen() {
        String topic = Clients.topic(node, "changing-settings", 1, Map.of());
        try (Admin operator = Clients.admin(node)) {
            theGroupWorksWhile(() -> {
                List<ProcessHandle> frozen = freeze();
                try {
                    KafkaFuture<Void> refused = changeRetention(operator, topic);
                    long until = System.nanoTime() + LENGTH.toNanos();
                    int before = received.distinct();
                    Clients.until(
                            "both ways of committing are refused",
                            () -> refusedAtOnce.get() > 0 && refusedInCallback.get() > 0);
                    Clients.until("records flow", () -> received.distinct() > before + 100);
                    while (System.nanoTime() < until) {
                        int now = received.distinct();
                        Clients.until("records flow", () -> received.distinct() > now + 100);
                    }
                    assertThat(Clients.failure(refused))
                            .as("by the node, before the client gives up")
                            .isInstanceOf(RetriableException.class)
                            .hasMessageContaining("The settings are not changed and in force after 15000 ms");
                } finally {
                    signal("-CONT", frozen);
                }
                Clients.done(changeRetention(operator, topic));
            });
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            Config config = Clients.get(
                    operator.describeConfigs(List.of(resource)).values().get(resource));
            assertThat(config.get("retention.ms").value()).isEqualTo("7777777");
        }
    }

    private static KafkaFuture<Void> changeRetention(Admin admin, String topic) {
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry("retention.ms", "7777777"), AlterConfigOp.OpType.SET);
        return admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(set)))
                .all();
    }

    private static List<ProcessHandle> freeze() {
        List<ProcessHandle> frozen = new ArrayList<>();
        ProcessHandle postmaster = node.postmaster().orElseThrow();
        frozen.add(postmaster);
        signal("-STOP", frozen);
        frozen.addAll(postmaster.descendants().toList());
        signal("-STOP", frozen);
        return frozen;
    }

    /** Who comes and who is gone meanwhile changes the group when PostgreSQL is back; who stays goes on until then. */
    @Test
    void membersComeAndGoWhileItIsFrozen() {
        String topic = Clients.topic(node, "changing", PARTITIONS, Map.of());
        Map<String, Object> config = Map.of("session.timeout.ms", 2_000);
        try (GroupMember stays = GroupMember.join(node, group, List.of(topic), config, this::commitAcrossRebalances);
                GroupMember goes = GroupMember.join(node, group, List.of(topic), config, this::commitAcrossRebalances);
                Traffic traffic = new Traffic(node, topic, PARTITIONS, Duration.ofMillis(20))) {
            Clients.until(
                    "evenly shared",
                    () -> stays.held().size() == 2 && goes.held().size() == 2);
            Clients.until("all commit", () -> acknowledged.size() == PARTITIONS);
            List<ProcessHandle> frozen = freeze();
            GroupMember comes = GroupMember.join(node, group, List.of(topic), config, this::commitAcrossRebalances);
            try {
                goes.abandon();
                int before = received.distinct();
                int refused = refusedAtOnce.get();
                Clients.until(
                        "who stays receives, and its commits are refused",
                        () -> received.distinct() > before + 100 && refusedAtOnce.get() > refused);
                assertThat(stays.held()).hasSize(2);
                assertThat(comes.held()).isEmpty();
            } finally {
                signal("-CONT", frozen);
            }
            Clients.until("evenly shared", () -> {
                stays.assertNotFailed();
                comes.assertNotFailed();
                return stays.held().size() == 2 && comes.held().size() == 2;
            });
            traffic.close();
            Clients.until(
                    "all is received",
                    () -> received.missing(traffic.acknowledged()).isEmpty());
            comes.close();
            comes.assertNotFailed();
            stays.assertNotFailed();
        }
    }

    @Test
    void killedAndKilledAgain() {
        theGroupWorksWhile(() -> {
            for (int crash = 0; crash < 3; crash++) {
                ProcessHandle postgres = node.postmaster().orElseThrow();
                postgres.destroyForcibly();
                postgres.onExit().join();
                int now = received.distinct();
                Clients.until("records flow", () -> received.distinct() > now + 100);
                Clients.until(
                        "PostgreSQL is back",
                        () -> node.postmaster()
                                .filter(other -> other.pid() != postgres.pid())
                                .isPresent());
            }
        });
    }

    private void theGroupWorksWhile(Runnable outage) {
        String topic = Clients.topic(node, "flowing", PARTITIONS, Map.of());
        List<GroupMember> members = List.of(
                GroupMember.join(node, group, List.of(topic), Map.of(), this::commitAtOnce),
                GroupMember.join(node, group, List.of(topic), Map.of(), this::commitInBackground));
        try (Admin admin = Clients.admin(node);
                Traffic traffic = new Traffic(node, topic, PARTITIONS, Duration.ofMillis(20))) {
            Clients.until(
                    "evenly shared",
                    () -> members.stream().allMatch(member -> member.held().size() == PARTITIONS / 2));
            Clients.until("all commit", () -> acknowledged.size() == PARTITIONS);
            List<Integer> rebalances =
                    members.stream().map(GroupMember::rebalances).toList();

            outage.run();

            Map<TopicPartition, Long> then = Map.copyOf(acknowledged);
            Clients.until(
                    "all commit again",
                    () -> then.entrySet().stream()
                            .allMatch(offset -> acknowledged.getOrDefault(offset.getKey(), 0L) > offset.getValue()));
            traffic.close();
            Clients.until(
                    "all is received",
                    () -> received.distinct() == traffic.acknowledged().distinct());
            Clients.until(
                    "all is committed",
                    () -> acknowledged.values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum()
                            == received.distinct());
            members.forEach(GroupMember::assertNotFailed);
            assertThat(members.stream().map(GroupMember::rebalances)).isEqualTo(rebalances);
            assertThat(members.stream().map(GroupMember::generation))
                    .containsOnly(members.get(0).generation());
            assertThat(received.missing(traffic.acknowledged())).isEmpty();
            assertThat(received.repeated()).isZero();
            assertThat(Clients.committed(admin, group)).isEqualTo(acknowledged);
        } finally {
            members.forEach(GroupMember::close);
        }
    }

    /** As an application that would rather go on than wait: what is refused now is contained in the next commit. */
    private void commitAtOnce(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
        received.add(records);
        Map<TopicPartition, OffsetAndMetadata> offsets = positions(consumer);
        if (isCommitted(offsets)) {
            return;
        }
        try {
            consumer.commitSync(offsets, Duration.ofMillis(500));
            offsets.forEach((partition, offset) -> acknowledged.put(partition, offset.offset()));
        } catch (RetriableException refused) {
            refusedAtOnce.incrementAndGet();
        }
    }

    private void commitAcrossRebalances(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
        try {
            commitAtOnce(consumer, records);
        } catch (RebalanceInProgressException | CommitFailedException expected) {
            // Whoever has the partition after the rebalance reads from the last commit and commits again.
        }
    }

    private void commitInBackground(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
        received.add(records);
        Map<TopicPartition, OffsetAndMetadata> offsets = positions(consumer);
        if (isCommitted(offsets)) {
            return;
        }
        consumer.commitAsync(offsets, (committed, refused) -> {
            if (refused == null) {
                committed.forEach((partition, offset) -> acknowledged.put(partition, offset.offset()));
            } else if (refused instanceof RetriableException) {
                refusedInCallback.incrementAndGet();
            } else {
                throw new AssertionError("refused for good", refused);
            }
        });
    }

    private static Map<TopicPartition, OffsetAndMetadata> positions(Consumer<byte[], byte[]> consumer) {
        Map<TopicPartition, OffsetAndMetadata> positions = new ConcurrentHashMap<>();
        consumer.assignment()
                .forEach(partition -> positions.put(partition, new OffsetAndMetadata(consumer.position(partition))));
        return positions;
    }

    private boolean isCommitted(Map<TopicPartition, OffsetAndMetadata> offsets) {
        return offsets.entrySet().stream()
                .allMatch(offset -> offset.getValue().offset() == acknowledged.getOrDefault(offset.getKey(), 0L));
    }

    private static void signal(String name, List<ProcessHandle> processes) {
        List<String> command = new ArrayList<>(List.of("kill", name));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        CommandResult.of(command, "").expectSuccess();
    }
}
