package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A node of three that leads partitions and coordinates the group is killed, paused or stopped under clients that keep their
 * default retries: no operation of theirs fails, what they were told stays true, and the group is not rebalanced. How long it
 * took is printed.
 */
class FailoverTest {
    /** Each node leads two, and has a copy of all. */
    private static final List<List<Integer>> REPLICAS = List.of(
            List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2), List.of(1, 3, 2), List.of(2, 1, 3), List.of(3, 2, 1));

    private static final Map<String, String> TWO_IN_SYNC = Map.of("min.insync.replicas", "2");
    private static final int MEMBERS = 2;
    /** Of six seconds, with time for the others to notice. */
    private static final Duration PAST_THE_LEASE = Duration.ofSeconds(9);

    @RegisterExtension
    static final Cluster cluster = Cluster.direct("failover");

    @AfterEach
    void allRun() {
        for (int id = 1; id <= Cluster.NODES; id++) {
            if (!cluster.node(id).isAlive()) {
                cluster.node(id).start();
            }
        }
        cluster.awaitSpread();
    }

    private static String replicatedTopic(String stem) {
        return Clients.topic(cluster, stem, REPLICAS, TWO_IN_SYNC);
    }

    private static ClusterWork work(String topic, int coordinator) {
        return new ClusterWork(cluster, topic, REPLICAS.size(), cluster.groupOf(coordinator), MEMBERS);
    }

    /** Returns when every replica is in sync again, as any client sees it. */
    private static void awaitInSync(String topic) {
        try (Admin admin = Clients.admin(cluster)) {
            Clients.until("all replicas are in sync", Duration.ofMillis(100), () -> {
                TopicDescription description = Clients.get(
                        admin.describeTopics(List.of(topic)).topicNameValues().get(topic));
                return description.partitions().stream()
                        .allMatch(partition -> partition.isr().size() == Cluster.NODES && partition.leader() != null);
            });
        }
    }

    private static void restart(int node, ClusterWork work, String topic) {
        cluster.node(node).start();
        cluster.awaitSpread();
        awaitInSync(topic);
        work.awaitProgress();
    }

    @Test
    void nodesAreKilledOneAfterTheOther() {
        String topic = replicatedTopic("killed");
        try (ClusterWork work = work(topic, 3)) {
            List<String> memberships = work.memberships();
            List<Integer> rebalances = work.rebalances();
            for (int node : List.of(3, 1)) {
                work.mark();
                cluster.node(node).kill();
                System.out.println("node " + node + " killed: " + work.recovery());
                work.awaitProgress();
                restart(node, work, topic);
                assertThat(work.memberships()).isEqualTo(memberships);
                assertThat(work.rebalances()).isEqualTo(rebalances);
            }
            work.finish();
        }
    }

    @Test
    void nodesAreStoppedByPlanOneAfterTheOther() {
        String topic = replicatedTopic("stopped");
        try (ClusterWork work = work(topic, 2)) {
            List<String> memberships = work.memberships();
            List<Integer> rebalances = work.rebalances();
            for (int node : List.of(2, 3, 1)) {
                work.mark();
                assertThat(cluster.node(node).stop()).isEqualTo(143);
                System.out.println("node " + node + " stopped: " + work.recovery());
                work.awaitProgress();
                restart(node, work, topic);
                assertThat(work.memberships()).isEqualTo(memberships);
                assertThat(work.rebalances()).isEqualTo(rebalances);
            }
            work.finish();
        }
    }

    @Test
    void aNodeThatWakesUpPastItsLeaseHarmsNobody() {
        String topic = replicatedTopic("paused");
        try (ClusterWork work = work(topic, 1)) {
            work.mark();
            long paused = System.nanoTime();
            cluster.node(1).pause();
            try {
                cluster.awaitDeposed(1);
                System.out.println("node 1 paused: deposed after " + millisSince(paused) + " ms");
                Clients.fill(cluster.node(2), Clients.partitions(replicatedTopic("meanwhile"), 1), 1);
                LockSupport.parkNanos(PAST_THE_LEASE.toNanos() - (System.nanoTime() - paused));
            } finally {
                cluster.node(1).resume();
            }
            System.out.println("node 1 woke up after " + millisSince(paused) + " ms: " + work.recovery());
            work.awaitProgress();
            cluster.awaitSpread();
            awaitInSync(topic);
            work.finish();
        }
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }
}
