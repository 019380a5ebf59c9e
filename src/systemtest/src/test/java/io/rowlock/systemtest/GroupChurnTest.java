package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Fifty members come and go at random while records flow: some leave in order, some are gone without a word, some stand still until the group gives them up and
 * then try to commit. Every acknowledged record is processed, and no committed offset ever goes back. {@code -Drowlock.systemtest.churn=PT1H} makes it an hour.
 */
class GroupChurnTest {
    private static final Duration LENGTH = Duration.parse(System.getProperty("rowlock.systemtest.churn", "PT1M"));
    private static final long SEED = Long.getLong("rowlock.systemtest.seed", 3);
    private static final int MEMBERS = 50;
    private static final int PARTITIONS = 40;
    private static final Duration PATIENCE_OF_THE_GROUP = Duration.ofSeconds(2);

    private static final Map<String, Object> CONFIG = Map.of(
            "partition.assignment.strategy",
            "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
            "session.timeout.ms",
            (int) PATIENCE_OF_THE_GROUP.toMillis(),
            "max.poll.interval.ms",
            (int) PATIENCE_OF_THE_GROUP.toMillis(),
            "heartbeat.interval.ms",
            300);

    private static final ServerProcess server = Target.current()
            .create("churn", Map.of("group.initial.rebalance.delay.ms", "0", "group.min.session.timeout.ms", "500"));

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    private final OffsetLedger processed = new OffsetLedger();
    private final AtomicBoolean oneIsToStandStill = new AtomicBoolean();
    private final AtomicInteger refusedCommits = new AtomicInteger();
    private final List<GroupMember> members = new ArrayList<>();
    private final List<GroupMember> leaving = new ArrayList<>();
    private final String group = Clients.uniqueName("churning");
    private String topic = "";

    @AfterAll
    static void close() {
        server.close();
    }

    /** All waiting within is bounded; this limit is only above every length that somebody may ask for. */
    @Test
    @Timeout(value = 2, unit = TimeUnit.DAYS)
    void nothingIsMissedAndNoCommittedOffsetGoesBack() {
        server.start();
        topic = Clients.topic(server, "churned", PARTITIONS, Map.of());
        try (Traffic traffic = new Traffic(server, topic, PARTITIONS, Duration.ofMillis(100));
                CommittedOffsetsWatch watch = new CommittedOffsetsWatch(server, group)) {
            churn(new Random(SEED), watch);
            traffic.close();
            for (int i = 0; i < 3; i++) {
                join();
            }
            OffsetLedger written = traffic.acknowledged();
            Clients.until("all is committed", () -> allIsCommitted(written));
            assertThat(processed.missing(written)).as("seed %d", SEED).isEmpty();
        } finally {
            members.forEach(GroupMember::tellToClose);
            members.forEach(GroupMember::close);
        }
        assertThat(refusedCommits).as("commits that a rebalance refused").hasPositiveValue();
    }

    private void churn(Random random, CommittedOffsetsWatch watch) {
        long end = System.nanoTime() + LENGTH.toNanos();
        while (System.nanoTime() < end && !watch.hasFailed()) {
            if (random.nextInt(MEMBERS) >= members.size() || (random.nextBoolean() && members.size() < MEMBERS)) {
                join();
            } else {
                disturb(random);
            }
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(200)).toNanos());
        }
        members.forEach(GroupMember::assertNotFailed);
    }

    private void join() {
        members.add(GroupMember.join(server, group, List.of(topic), CONFIG, new Worker()));
    }

    private void disturb(Random random) {
        int how = random.nextInt(8);
        if (how < 2) {
            oneIsToStandStill.set(true);
            return;
        }
        GroupMember member = members.remove(random.nextInt(members.size()));
        if (how < 4) {
            member.tellToVanish();
        } else {
            member.tellToClose();
        }
        leaving.add(member);
        leaving.forEach(GroupMember::assertNotFailed);
        leaving.removeIf(GroupMember::hasEnded);
    }

    /** What one member does: it commits what it has processed, and when a rebalance comes between, after that. */
    private final class Worker implements GroupMember.Work {
        private boolean owesACommit;

        @Override
        public void on(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
            processed.add(records);
            if (records.isEmpty() && !owesACommit) {
                return;
            }
            if (oneIsToStandStill.compareAndSet(true, false)) {
                LockSupport.parkNanos(PATIENCE_OF_THE_GROUP.multipliedBy(2).toNanos());
            }
            owesACommit = true;
            try {
                consumer.commitSync();
                owesACommit = false;
            } catch (RebalanceInProgressException | CommitFailedException refused) {
                refusedCommits.incrementAndGet();
            }
        }
    }

    private boolean allIsCommitted(OffsetLedger written) {
        members.forEach(GroupMember::assertNotFailed);
        try (Admin admin = Clients.admin(server)) {
            Map<TopicPartition, Long> committed = Clients.committed(admin, group);
            return committed.values().stream().mapToLong(Long::longValue).sum() == written.distinct();
        }
    }
}
