package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.load.GroupCrowd;
import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many groups at once. What a thousand of them cost is measured by {@code src/bench}. */
@ExtendWith(SharedBroker.class)
class GroupCrowdTest {
    private static final int GROUPS = 100;
    private static final int MEMBERS = 3;

    @Test
    void aHundredGroupsFormAndStay(ServerProcess server) {
        String topic = Clients.topic(server, "crowd", MEMBERS, Map.of());
        List<String> names =
                IntStream.range(0, GROUPS).mapToObj(i -> topic + "-" + i).toList();
        try (Admin admin = Clients.admin(server)) {
            // Makes Apache Kafka ready to coordinate.
            Clients.done(admin.listConsumerGroupOffsets(topic).all());
            try (GroupCrowd crowd =
                    GroupCrowd.join(server.clientPort(), topic, topic + "-", GROUPS, MEMBERS, Duration.ofMillis(500))) {
                crowd.awaitStable(Clients.PATIENCE);
                Map<String, ConsumerGroupDescription> groups =
                        Clients.get(admin.describeConsumerGroups(names).all());
                assertThat(groups).hasSize(GROUPS).allSatisfy((name, group) -> isShared(topic, group));

                long soFar = crowd.heartbeats();
                while (crowd.heartbeats() < soFar + 4L * GROUPS * MEMBERS) {
                    crowd.check();
                    crowd.awaitStable(Clients.PATIENCE);
                }
                assertThat(crowd.stableMembers()).isEqualTo(GROUPS * MEMBERS);
            }
            awaitEmpty(admin, names);
        }
    }

    private static void isShared(String topic, ConsumerGroupDescription group) {
        assertThat(group.groupState()).isEqualTo(GroupState.STABLE);
        assertThat(group.members()).hasSize(MEMBERS);
        Set<TopicPartition> assigned = group.members().stream()
                .flatMap(member -> member.assignment().topicPartitions().stream())
                .collect(Collectors.toSet());
        assertThat(assigned)
                .isEqualTo(IntStream.range(0, MEMBERS)
                        .mapToObj(p -> new TopicPartition(topic, p))
                        .collect(Collectors.toSet()));
    }

    private static void awaitEmpty(Admin admin, List<String> names) {
        long deadline = System.nanoTime() + Clients.PATIENCE.toNanos();
        while (true) {
            Set<GroupState> states = Clients.get(
                            admin.describeConsumerGroups(names).all())
                    .values()
                    .stream()
                    .map(ConsumerGroupDescription::groupState)
                    .collect(Collectors.toSet());
            if (states.equals(Set.of(GroupState.EMPTY))) {
                return;
            }
            assertThat(System.nanoTime()).as("deadline; still %s", states).isLessThan(deadline);
        }
    }
}
