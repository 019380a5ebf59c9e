package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Committed offsets as a stock consumer writes and reads them, and whose commits are refused. */
@ExtendWith(SharedBroker.class)
class OffsetCommitTest {
    private final String group = Clients.uniqueName("group");

    private Consumer<byte[], byte[]> consumer(ServerProcess server, Map<String, Object> overrides) {
        Map<String, Object> config =
                new HashMap<>(Map.of("group.id", group, "auto.offset.reset", "earliest", "heartbeat.interval.ms", 100));
        config.putAll(overrides);
        return Clients.consumer(server, config);
    }

    private static void pollUntilAssigned(Consumer<byte[], byte[]> consumer, int count) {
        Clients.until(count + " partitions assigned", () -> {
            consumer.poll(Duration.ofMillis(50));
            return consumer.assignment().size() == count;
        });
    }

    @Test
    void whatIsCommittedIsReadBackWithMetadataAndEpoch(ServerProcess server) {
        List<TopicPartition> partitions = Clients.partitions(Clients.topic(server, "committed", 3, Map.of()), 3);
        OffsetAndMetadata full = new OffsetAndMetadata(7, Optional.of(0), "why \u00e9 \u4e16");
        OffsetAndMetadata plain = new OffsetAndMetadata(0);
        try (Consumer<byte[], byte[]> writer = consumer(server, Map.of());
                Consumer<byte[], byte[]> reader = consumer(server, Map.of())) {
            writer.assign(partitions);
            writer.commitSync(Map.of(partitions.get(0), full, partitions.get(1), plain));

            Map<TopicPartition, OffsetAndMetadata> committed = reader.committed(Set.copyOf(partitions));
            assertThat(committed)
                    .containsEntry(partitions.get(0), full)
                    .containsEntry(partitions.get(1), plain)
                    .containsEntry(partitions.get(2), null);

            OffsetAndMetadata lower = new OffsetAndMetadata(3, "back");
            writer.commitSync(Map.of(partitions.get(0), lower));
            assertThat(reader.committed(Set.copyOf(partitions)))
                    .containsEntry(partitions.get(0), lower)
                    .containsEntry(partitions.get(1), plain);
        }
    }

    @Test
    void metadataMayBeAsLongAsTheBrokerAllows(ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "long-metadata", 1, Map.of()), 0);
        OffsetAndMetadata longest = new OffsetAndMetadata(1, "m".repeat(4_096));
        OffsetAndMetadata longer = new OffsetAndMetadata(2, "m".repeat(4_097));
        try (Consumer<byte[], byte[]> consumer = consumer(server, Map.of())) {
            consumer.assign(List.of(partition));
            consumer.commitSync(Map.of(partition, longest));
            assertThatThrownBy(() -> consumer.commitSync(Map.of(partition, longer)))
                    .isInstanceOf(OffsetMetadataTooLarge.class);
            assertThat(consumer.committed(Set.of(partition))).containsEntry(partition, longest);
        }
    }

    @Test
    void asynchronousCommitsAreAnsweredInOrder(ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "asynchronous", 1, Map.of()), 0);
        AtomicInteger answered = new AtomicInteger();
        try (Consumer<byte[], byte[]> consumer = consumer(server, Map.of())) {
            consumer.assign(List.of(partition));
            for (int i = 0; i < 200; i++) {
                int number = i;
                consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(number)), (offsets, failure) -> {
                    assertThat(failure).isNull();
                    assertThat(offsets).containsEntry(partition, new OffsetAndMetadata(answered.getAndIncrement()));
                });
            }
            Clients.until("200 answers", () -> {
                consumer.poll(Duration.ofMillis(10));
                return answered.get() == 200;
            });
            assertThat(consumer.committed(Set.of(partition))).containsEntry(partition, new OffsetAndMetadata(199));
        }
    }

    @Test
    void autoCommitFollowsThePositionAndClosingCommitsTheRest(ServerProcess server) {
        List<TopicPartition> partitions = Clients.partitions(Clients.topic(server, "auto", 2, Map.of()), 2);
        Clients.fill(server, partitions, 10);
        try (Admin admin = Clients.admin(server)) {
            Map<String, Object> often = Map.of("enable.auto.commit", true, "auto.commit.interval.ms", 50);
            try (Consumer<byte[], byte[]> consumer = consumer(server, often)) {
                consumer.subscribe(List.of(partitions.get(0).topic()));
                Clients.until("committed while polling", () -> {
                    consumer.poll(Duration.ofMillis(20));
                    return Clients.committed(admin, group)
                            .equals(Map.of(partitions.get(0), 10L, partitions.get(1), 10L));
                });
            }
            Clients.fill(server, partitions, 5);
            Map<String, Object> never = Map.of("enable.auto.commit", true, "auto.commit.interval.ms", 600_000);
            try (Consumer<byte[], byte[]> consumer = consumer(server, never)) {
                consumer.subscribe(List.of(partitions.get(0).topic()));
                assertThat(Clients.pollCount(consumer, 10)).hasSize(10);
            }
            assertThat(Clients.committed(admin, group))
                    .isEqualTo(Map.of(partitions.get(0), 15L, partitions.get(1), 15L));
        }
    }

    /** KIP-62: who is not back within max.poll.interval.ms leaves, and what it commits then must not hide the others' work. */
    @Test
    void aMemberThatWasTooSlowMayNotCommit(ServerProcess server) {
        List<TopicPartition> partitions = Clients.partitions(Clients.topic(server, "slow", 2, Map.of()), 2);
        Clients.fill(server, partitions, 10);
        AtomicInteger lost = new AtomicInteger();
        Map<String, Object> impatient = Map.of("max.poll.interval.ms", 500, "max.poll.records", 1);
        try (Consumer<byte[], byte[]> slow = consumer(server, impatient)) {
            slow.subscribe(List.of(partitions.get(0).topic()), new CountLost(lost));
            assertThat(Clients.pollCount(slow, 1)).hasSize(1);
            try (GroupMember quick = GroupMember.join(
                    server, group, List.of(partitions.get(0).topic()), Map.of(), (consumer, records) -> {
                        if (!records.isEmpty()) {
                            consumer.commitSync();
                        }
                    })) {
                try (Admin admin = Clients.admin(server)) {
                    Map<TopicPartition, Long> all = Map.of(partitions.get(0), 10L, partitions.get(1), 10L);
                    Clients.until(
                            "the quick one has read all",
                            () -> Clients.committed(admin, group).equals(all));

                    assertThatThrownBy(() -> slow.commitSync(Map.of(partitions.get(0), new OffsetAndMetadata(1))))
                            .isInstanceOf(CommitFailedException.class);
                    assertThat(Clients.committed(admin, group)).isEqualTo(all);
                }
                assertThat(lost).hasValue(0);
                pollUntilAssigned(slow, 1);
                assertThat(lost).hasValue(1);
                slow.commitSync();
                quick.assertNotFailed();
            }
        }
    }

    private record CountLost(AtomicInteger lost) implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            lost.incrementAndGet();
        }
    }

    /** A cooperative member goes on between hearing of a rebalance and its end; a commit then is told to wait, not lost. */
    @Test
    void aCommitBetweenTheRoundsOfARebalanceIsToldSo(ServerProcess server) {
        String topic = Clients.topic(server, "rebalancing", 2, Map.of());
        Map<String, Object> config =
                Map.of("partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
        try (Consumer<byte[], byte[]> first = consumer(server, config)) {
            first.subscribe(List.of(topic));
            pollUntilAssigned(first, 2);
            first.enforceRebalance();
            Consumer<byte[], byte[]> second = consumer(server, config);
            CompletableFuture<Void> joined = CompletableFuture.runAsync(() -> {
                second.subscribe(List.of(topic));
                pollUntilAssigned(second, 1);
            });
            boolean[] refused = {false};
            Clients.until("the second has joined", () -> {
                first.poll(Duration.ZERO);
                try {
                    first.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0)));
                } catch (RebalanceInProgressException expected) {
                    refused[0] = true;
                }
                return joined.isDone();
            });
            joined.join();
            second.close();
            assertThat(refused[0]).as("a commit met the rebalance").isTrue();
        }
    }

    @Test
    void aConsumerThatAssignsMayNotCommitForAGroupThatIsInUse(ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "in-use", 1, Map.of()), 0);
        try (Consumer<byte[], byte[]> member = consumer(server, Map.of());
                Consumer<byte[], byte[]> stranger = consumer(server, Map.of())) {
            stranger.assign(List.of(partition));
            stranger.commitSync(Map.of(partition, new OffsetAndMetadata(1)));
            member.subscribe(List.of(partition.topic()));
            pollUntilAssigned(member, 1);
            assertThatThrownBy(() -> stranger.commitSync(Map.of(partition, new OffsetAndMetadata(2))))
                    .isInstanceOf(CommitFailedException.class);
            assertThat(member.committed(Set.of(partition))).containsEntry(partition, new OffsetAndMetadata(1));
        }
    }

    @Test
    void aDeletedTopicTakesItsCommittedOffsetsWithIt(ServerProcess server) {
        String topic = Clients.topic(server, "deleted", 1, Map.of());
        TopicPartition gone = new TopicPartition(topic, 0);
        TopicPartition stays = new TopicPartition(Clients.topic(server, "stays", 1, Map.of()), 0);
        try (Admin admin = Clients.admin(server);
                Consumer<byte[], byte[]> consumer = consumer(server, Map.of())) {
            consumer.assign(List.of(gone, stays));
            consumer.commitSync(Map.of(gone, new OffsetAndMetadata(5), stays, new OffsetAndMetadata(5)));
            Clients.done(admin.deleteTopics(List.of(topic)).all());

            Clients.until(
                    "the offset is gone", () -> Clients.committed(admin, group).equals(Map.of(stays, 5L)));
            AtomicInteger refused = new AtomicInteger();
            consumer.commitAsync(Map.of(gone, new OffsetAndMetadata(6)), (offsets, failure) -> {
                assertThat(failure).rootCause().isInstanceOf(UnknownTopicOrPartitionException.class);
                refused.incrementAndGet();
            });
            Clients.until("the commit is refused", () -> {
                consumer.poll(Duration.ofMillis(20));
                return refused.get() == 1;
            });
            assertThat(Clients.committed(admin, group)).isEqualTo(Map.of(stays, 5L));
        }
    }
}
