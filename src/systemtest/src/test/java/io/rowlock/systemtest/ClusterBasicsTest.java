package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.CommandResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Three nodes are one cluster to stock clients. */
class ClusterBasicsTest {
    private static final int PARTITIONS = 6;

    @RegisterExtension
    static final Cluster cluster = Cluster.linked("cluster-basics");

    @Test
    void everyNodeShowsAllNodes() {
        for (int id = 1; id <= Cluster.NODES; id++) {
            try (Admin admin = Clients.admin(cluster.node(id))) {
                assertThat(Clients.get(admin.describeCluster().nodes()))
                        .extracting(Node::id)
                        .containsExactlyInAnyOrder(1, 2, 3);
            }
        }
    }

    @Test
    void everyNodeSendsToTheCoordinatorOfEachGroup() {
        for (int holder = 1; holder <= Cluster.NODES; holder++) {
            String group = cluster.groupOf(holder);
            for (int asked = 1; asked <= Cluster.NODES; asked++) {
                assertThat(cluster.coordinator(asked, group))
                        .as("node %s about %s", asked, group)
                        .isEqualTo(holder);
            }
        }
    }

    @Test
    void groupsOfAllNodesAreListedDescribedAndForgotten() {
        String topic = Clients.topic(cluster, "committed", PARTITIONS, Map.of());
        TopicPartition partition = new TopicPartition(topic, 0);
        List<String> groups = new ArrayList<>();
        for (int node = 1; node <= Cluster.NODES; node++) {
            groups.add(cluster.groupOf(node));
        }
        try (Admin admin = Clients.admin(cluster)) {
            for (String group : groups) {
                Clients.done(admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(7)))
                        .all());
            }
            assertThat(Clients.get(admin.listGroups().all()))
                    .extracting(GroupListing::groupId)
                    .containsAll(groups);
            assertThat(Clients.get(admin.describeConsumerGroups(groups).all())).hasSize(Cluster.NODES);
            for (String group : groups) {
                assertThat(Clients.committed(admin, group)).isEqualTo(Map.of(partition, 7L));
            }
            Clients.done(admin.deleteConsumerGroups(groups).all());
            assertThat(Clients.get(admin.listGroups().all()))
                    .extracting(GroupListing::groupId)
                    .doesNotContainAnyElementsOf(groups);
        }
    }

    @Test
    void recordsOfPartitionsOnAllNodesAreWrittenAndConsumedByAGroup() {
        String topic = Clients.topic(cluster, "spread", PARTITIONS, Map.of());
        List<TopicPartition> partitions = Clients.partitions(topic, PARTITIONS);
        Clients.fill(cluster, partitions, 100);
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(
                cluster, Map.of("group.id", Clients.uniqueName("reads-all"), "auto.offset.reset", "earliest"))) {
            consumer.subscribe(List.of(topic));
            assertThat(Clients.pollCount(consumer, 100 * PARTITIONS)).hasSize(100 * PARTITIONS);
            consumer.commitSync();
            assertThat(consumer.committed(Set.copyOf(partitions)).values())
                    .allMatch(committed -> committed.offset() == 100);
        }
    }

    @Test
    void kcatSeesThreeBrokers() {
        RequiredTool.isThere(RequiredTool.isOnPath("kcat"), "kcat", "Debian: apt-get install kcat");
        String metadata = CommandResult.of(
                        List.of("kcat", "-L", "-b", cluster.node(2).bootstrap()), "")
                .expectSuccess()
                .out();
        assertThat(metadata).contains("3 brokers:");
        for (int id = 1; id <= Cluster.NODES; id++) {
            assertThat(metadata)
                    .contains("broker " + id + " at " + cluster.node(id).bootstrap());
        }
    }
}
