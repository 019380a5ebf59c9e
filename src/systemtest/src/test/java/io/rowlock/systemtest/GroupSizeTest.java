package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.junit.jupiter.api.Test;

/** {@code group.max.size}, with stock consumers. */
class GroupSizeTest {
    private static final int SIZE_MAX = 2;
    private static final int PARTITIONS = 4;

    @Test
    void oneMoreThanMayComeInIsTurnedAwayUntilAnotherLeaves() {
        Map<String, String> settings =
                Map.of("group.max.size", Integer.toString(SIZE_MAX), "group.initial.rebalance.delay.ms", "0");
        try (ServerProcess server = Target.current().create("group-size", settings)) {
            server.start();
            String topic = Clients.topic(server, "size", PARTITIONS, Map.of());
            String group = Clients.uniqueName("group");
            try (Admin admin = Clients.admin(server);
                    GroupMember stays = join(server, group, topic)) {
                try (GroupMember leaves = join(server, group, topic)) {
                    Clients.until("both have half", () -> {
                        stays.assertNotFailed();
                        leaves.assertNotFailed();
                        return stays.held().size() == PARTITIONS / 2
                                && leaves.held().size() == PARTITIONS / 2;
                    });
                    turnedAway(server, group, topic);
                    assertThat(Clients.get(admin.describeConsumerGroups(List.of(group))
                                            .describedGroups()
                                            .get(group))
                                    .members())
                            .hasSize(SIZE_MAX);
                    stays.assertNotFailed();
                    leaves.assertNotFailed();
                }
                try (GroupMember next = join(server, group, topic)) {
                    Clients.until("the place is taken", () -> {
                        stays.assertNotFailed();
                        next.assertNotFailed();
                        return next.held().size() == PARTITIONS / 2;
                    });
                }
            }
        }
    }

    private static GroupMember join(ServerProcess server, String group, String topic) {
        return GroupMember.join(server, group, List.of(topic), Map.of(), (consumer, records) -> {});
    }

    private static void turnedAway(ServerProcess server, String group, String topic) {
        try (Consumer<byte[], byte[]> third = Clients.consumer(server, Map.of("group.id", group))) {
            third.subscribe(List.of(topic));
            assertThatThrownBy(() -> Clients.until("turned away", () -> {
                        third.poll(Duration.ofMillis(100));
                        return false;
                    }))
                    .isInstanceOf(GroupMaxSizeReachedException.class);
        }
    }
}
