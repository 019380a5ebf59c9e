package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.RowlockProcess;
import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A working group does not notice that its node was stopped or killed and started again: no commit is lost, nobody rebalances, nothing is read twice. */
class GroupRestartTest {
    private static final int PARTITIONS = 6;
    private static final int MEMBERS = 3;

    private static final ServerProcess server =
            Target.current().create("group-restart", Map.of("group.initial.rebalance.delay.ms", "0"));

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    /**
     * A client whose only broker is away forgets all topics (KIP-899), and if it leads its group it may join again for that before
     * it has learned of them anew, whatever the broker does.
     */
    private static final Map<String, Object> STEADY = Map.of("metadata.recovery.strategy", "none");

    private final OffsetLedger received = new OffsetLedger();

    /** What the last commit of each partition said that was answered for. */
    private final Map<TopicPartition, Long> acknowledged = new ConcurrentHashMap<>();

    private final String group = Clients.uniqueName("restarted");

    @BeforeEach
    void start() {
        if (!server.isAlive()) {
            server.start();
        }
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @Test
    void aStop() {
        theGroupGoesOnAfter(1, server::stop);
    }

    @Test
    void aKill() {
        theGroupGoesOnAfter(2, server::kill);
    }

    /** As when the machine goes down: PostgreSQL finds its own files as a crash left them. */
    @Test
    void aKillOfPostgresBesideTheNode() {
        assumeTrue(Target.current() == Target.ROWLOCK);
        theGroupGoesOnAfter(1, () -> {
            ProcessHandle postgres = ((RowlockProcess) server).postmaster().orElseThrow();
            server.kill();
            postgres.destroyForcibly();
            postgres.onExit().join();
        });
    }

    private void theGroupGoesOnAfter(int times, Runnable end) {
        String topic = Clients.topic(server, "restarting", PARTITIONS, Map.of());
        List<GroupMember> members = IntStream.range(0, MEMBERS)
                .mapToObj(i -> GroupMember.join(server, group, List.of(topic), STEADY, this::work))
                .toList();
        try (Admin admin = Clients.admin(server);
                Traffic traffic = new Traffic(server, topic, PARTITIONS, Duration.ofMillis(10))) {
            awaitStable(members);
            List<Facts> before = members.stream().map(Facts::of).toList();
            for (int restart = 0; restart < times; restart++) {
                awaitMoreCommits(PARTITIONS * 20);
                end.run();
                Map<TopicPartition, Long> atTheEnd = Map.copyOf(acknowledged);
                server.start();
                Map<TopicPartition, Long> kept = Clients.committed(admin, group);
                atTheEnd.forEach((partition, offset) ->
                        assertThat(kept.get(partition)).as("%s", partition).isGreaterThanOrEqualTo(offset));
            }
            awaitMoreCommits(PARTITIONS * 20);
            traffic.close();
            Clients.until(
                    "all is received",
                    () -> received.distinct() == traffic.acknowledged().distinct());
            assertThat(members.stream().map(Facts::of)).isEqualTo(before);
            members.forEach(GroupMember::close);
            members.forEach(GroupMember::assertNotFailed);
            assertThat(received.missing(traffic.acknowledged())).isEmpty();
            assertThat(received.repeated()).isZero();
            assertThat(Clients.committed(admin, group)).isEqualTo(acknowledged);
        } finally {
            members.forEach(GroupMember::close);
        }
    }

    private record Facts(String memberId, int generation, int rebalances) {
        static Facts of(GroupMember member) {
            return new Facts(member.memberId(), member.generation(), member.rebalances());
        }
    }

    private static void awaitStable(List<GroupMember> members) {
        Clients.until(
                "all partitions are held, evenly",
                () -> members.stream().allMatch(member -> member.held().size() == PARTITIONS / MEMBERS));
    }

    private void awaitMoreCommits(int count) {
        long from = sum();
        Clients.until("more is committed", () -> sum() >= from + count);
    }

    private long sum() {
        return acknowledged.values().stream().mapToLong(Long::longValue).sum();
    }

    private void work(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
        received.add(records);
        if (!records.isEmpty()) {
            consumer.commitSync(records.nextOffsets());
            records.nextOffsets().forEach((partition, next) -> acknowledged.put(partition, next.offset()));
        }
    }
}
