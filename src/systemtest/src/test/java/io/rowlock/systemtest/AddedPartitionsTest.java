package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreatePartitionsResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Partitions added to topics by the stock admin client, also under clients that run. */
@ExtendWith(SharedBroker.class)
@Proves(
        client = "kafka-clients",
        version = "4.4.0",
        what = "producers and groups that run while topics get more partitions")
class AddedPartitionsTest {
    private final ServerProcess server;
    private final Admin admin;

    AddedPartitionsTest(ServerProcess server) {
        this.server = server;
        this.admin = Clients.admin(server);
    }

    @AfterEach
    void disconnect() {
        admin.close();
    }

    private int partitions(String topic) {
        return Clients.get(
                        admin.describeTopics(List.of(topic)).topicNameValues().get(topic))
                .partitions()
                .size();
    }

    private Throwable refusal(String topic, NewPartitions wish) {
        return Clients.failure(admin.createPartitions(Map.of(topic, wish)).all());
    }

    @Test
    void aTopicGrowsWhereItIsAssignedTo() {
        String topic = Clients.topic(server, "grows", 1, Map.of());
        Clients.done(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3)))
                .all());
        assertThat(partitions(topic)).isEqualTo(3);
        Clients.done(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5, List.of(List.of(1), List.of(1)))))
                .all());
        assertThat(partitions(topic)).isEqualTo(5);
    }

    static Stream<Arguments> refusedWishes() {
        Class<?> count = InvalidPartitionsException.class;
        Class<?> assignment = InvalidReplicaAssignmentException.class;
        return Stream.of(
                Arguments.of(NewPartitions.increaseTo(2), count, "Topic already has 2 partition(s)."),
                Arguments.of(
                        NewPartitions.increaseTo(1),
                        count,
                        "The topic %s currently has 2 partition(s); 1 would not be an increase."),
                Arguments.of(
                        NewPartitions.increaseTo(-1),
                        count,
                        "The topic %s currently has 2 partition(s); -1 would not be an increase."),
                Arguments.of(
                        NewPartitions.increaseTo(4, List.of(List.of(1))),
                        assignment,
                        "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified."),
                Arguments.of(
                        NewPartitions.increaseTo(3, List.of()),
                        assignment,
                        "Attempted to add 1 additional partition(s), but only 0 assignment(s) were specified."),
                Arguments.of(
                        NewPartitions.increaseTo(3, List.of(List.of())),
                        assignment,
                        "The manual partition assignment includes an empty replica list."),
                Arguments.of(
                        NewPartitions.increaseTo(3, List.of(List.of(99))),
                        assignment,
                        "The manual partition assignment includes broker 99, but no such broker is registered."),
                Arguments.of(
                        NewPartitions.increaseTo(3, List.of(List.of(1, 1))),
                        assignment,
                        "The manual partition assignment includes the broker 1 more than once."));
    }

    @ParameterizedTest
    @MethodSource("refusedWishes")
    void whatCannotBeIsRefusedAndAddsNothing(NewPartitions wish, Class<? extends Throwable> refusal, String message) {
        String topic = Clients.topic(server, "stays", 2, Map.of());
        assertThat(refusal(topic, wish)).isInstanceOf(refusal).hasMessage(String.format(message, topic));
        assertThat(partitions(topic)).isEqualTo(2);
    }

    @Test
    void oneRefusalInARequestDoesNotTouchTheOthers() {
        String topic = Clients.topic(server, "good", 1, Map.of());
        String unknown = Clients.uniqueName("never");
        CreatePartitionsResult result = admin.createPartitions(
                Map.of(topic, NewPartitions.increaseTo(2), unknown, NewPartitions.increaseTo(2)));
        Clients.done(result.values().get(topic));
        assertThat(Clients.failure(result.values().get(unknown)))
                .isInstanceOf(UnknownTopicOrPartitionException.class)
                .hasMessage("This server does not host this topic-partition.");
        assertThat(partitions(topic)).isEqualTo(2);
    }

    @Test
    void validateOnlyChecksAndAddsNothing() {
        String topic = Clients.topic(server, "only-validated", 1, Map.of());
        CreatePartitionsOptions validateOnly = new CreatePartitionsOptions().validateOnly(true);
        Clients.done(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2)), validateOnly)
                .all());
        assertThat(Clients.failure(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(1)), validateOnly)
                        .all()))
                .isInstanceOf(InvalidPartitionsException.class);
        assertThat(partitions(topic)).isEqualTo(1);
    }

    /** Nobody is told of them: both find them when they next ask for metadata. */
    @Test
    void aRunningProducerAndARunningGroupFindThem() {
        String topic = Clients.topic(server, "found", 1, Map.of());
        Map<String, Object> young = Map.of("metadata.max.age.ms", 200);
        Map<String, Object> member = Map.of(
                "metadata.max.age.ms", 200, "group.id", Clients.uniqueName("finders"), "auto.offset.reset", "earliest");
        try (Producer<byte[], byte[]> producer = Clients.producer(server, young);
                Consumer<byte[], byte[]> consumer = Clients.consumer(server, member)) {
            consumer.subscribe(List.of(topic));
            Clients.done(producer.send(new ProducerRecord<>(topic, 0, null, new byte[] {0})));
            assertThat(Clients.pollCount(consumer, 1)).hasSize(1);

            Clients.done(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3)))
                    .all());
            for (int partition = 0; partition < 3; partition++) {
                Clients.done(producer.send(new ProducerRecord<>(topic, partition, null, new byte[] {1})));
            }
            Set<Integer> seen = new HashSet<>();
            Clients.until("a record of each partition", () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> seen.add(record.partition()));
                return seen.size() == 3;
            });
            assertThat(consumer.assignment())
                    .containsExactlyInAnyOrderElementsOf(Clients.partitions(topic, 3))
                    .contains(new TopicPartition(topic, 2));
        }
    }
}
