package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Topics created, described and deleted by the stock admin client. */
@ExtendWith(SharedBroker.class)
@Proves(client = "kafka-clients", version = "4.4.0", what = "topics created, described and deleted")
class AdminTopicsTest {
    private final ServerProcess server;
    private final Admin admin;

    AdminTopicsTest(ServerProcess server) {
        this.server = server;
        this.admin = Clients.admin(server);
    }

    @AfterEach
    void disconnect() {
        admin.close();
    }

    private TopicDescription describe(String topic) {
        return Clients.get(
                admin.describeTopics(List.of(topic)).topicNameValues().get(topic));
    }

    @Test
    void theBrokersDefaultsAreTakenAndReported() {
        String topic = Clients.uniqueName("defaults");
        CreateTopicsResult result =
                admin.createTopics(List.of(new NewTopic(topic, Optional.empty(), Optional.empty())));

        assertThat(Clients.get(result.numPartitions(topic))).isEqualTo(1);
        assertThat(Clients.get(result.replicationFactor(topic))).isEqualTo(1);
        assertThat(Clients.get(result.config(topic)).get("cleanup.policy").value())
                .isEqualTo("delete");
        Uuid id = Clients.get(result.topicId(topic));
        assertThat(id).isNotEqualTo(Uuid.ZERO_UUID);

        TopicDescription description = describe(topic);
        assertThat(description.topicId()).isEqualTo(id);
        assertThat(description.isInternal()).isFalse();
        assertThat(description.partitions()).singleElement().satisfies(p -> {
            assertThat(p.leader().id()).isEqualTo(1);
            assertThat(p.replicas()).extracting(n -> n.id()).containsExactly(1);
            assertThat(p.isr()).extracting(n -> n.id()).containsExactly(1);
        });
    }

    @Test
    void aMinusOneReplicationFactorIsTheBrokersDefault() {
        String topic = Clients.uniqueName("minus-one");
        CreateTopicsResult result = admin.createTopics(List.of(new NewTopic(topic, 3, (short) -1)));
        assertThat(Clients.get(result.numPartitions(topic))).isEqualTo(3);
        assertThat(Clients.get(result.replicationFactor(topic))).isEqualTo(1);
    }

    @Test
    void validateOnlyChecksAndCreatesNothing() {
        String topic = Clients.uniqueName("only-validated");
        CreateTopicsOptions validateOnly = new CreateTopicsOptions().validateOnly(true);
        Clients.done(admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1)), validateOnly)
                .all());
        assertThat(Clients.get(admin.listTopics().names())).doesNotContain(topic);
        assertThat(Clients.failure(admin.createTopics(List.of(new NewTopic(topic, 2, (short) 7)), validateOnly)
                        .all()))
                .isInstanceOf(InvalidReplicationFactorException.class);
    }

    @Test
    void partitionsGoWhereTheyAreAssigned() {
        String topic = Clients.uniqueName("assigned");
        Clients.done(admin.createTopics(
                        List.of(new NewTopic(topic, Map.of(0, List.of(1), 1, List.of(1), 2, List.of(1)))))
                .all());
        assertThat(describe(topic).partitions())
                .extracting(TopicPartitionInfo::partition)
                .containsExactly(0, 1, 2);
    }

    static Stream<Arguments> refusedTopics() {
        short one = 1;
        return Stream.of(
                Arguments.of(new NewTopic("not a name", 1, one), InvalidTopicException.class),
                Arguments.of(new NewTopic("..", 1, one), InvalidTopicException.class),
                Arguments.of(new NewTopic("n".repeat(250), 1, one), InvalidTopicException.class),
                Arguments.of(new NewTopic("no-partitions", 0, one), InvalidPartitionsException.class),
                Arguments.of(new NewTopic("no-replicas", 1, (short) 0), InvalidReplicationFactorException.class),
                Arguments.of(new NewTopic("two-replicas", 1, (short) 2), InvalidReplicationFactorException.class),
                Arguments.of(
                        new NewTopic("unknown-config", 1, one).configs(Map.of("no.such.config", "1")),
                        InvalidConfigurationException.class),
                Arguments.of(
                        new NewTopic("bad-value", 1, one).configs(Map.of("retention.ms", "soon")),
                        InvalidConfigurationException.class),
                Arguments.of(
                        new NewTopic("bad-policy", 1, one).configs(Map.of("cleanup.policy", "shred")),
                        InvalidConfigurationException.class),
                Arguments.of(
                        new NewTopic("unknown-node", Map.of(0, List.of(99))), InvalidReplicaAssignmentException.class),
                Arguments.of(
                        new NewTopic("gap", Map.of(0, List.of(1), 2, List.of(1))),
                        InvalidReplicaAssignmentException.class),
                Arguments.of(new NewTopic("twice", Map.of(0, List.of(1, 1))), InvalidReplicaAssignmentException.class));
    }

    @ParameterizedTest
    @MethodSource("refusedTopics")
    void whatCannotBeIsRefusedAndLeavesNothing(NewTopic topic, Class<? extends Throwable> refusal) {
        assertThat(Clients.failure(admin.createTopics(List.of(topic)).all())).isInstanceOf(refusal);
        assertThat(Clients.get(admin.listTopics().names())).doesNotContain(topic.name());
    }

    @Test
    void theLongestNameIsTaken() {
        String name = Clients.uniqueName("n".repeat(249)).substring(0, 249);
        Clients.done(
                admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all());
        assertThat(describe(name).name()).isEqualTo(name);
    }

    @Test
    void aNameIsTakenOnce() {
        String topic = Clients.topic(server, "once", 1, Map.of());
        assertThat(Clients.failure(admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                        .all()))
                .isInstanceOf(TopicExistsException.class);
    }

    /** Both would have the same name in a metrics system, so Kafka keeps them apart. */
    @Test
    void namesThatDifferOnlyInDotAndUnderscoreCollide() {
        String topic = Clients.topic(server, "a.b", 1, Map.of());
        assertThat(Clients.failure(admin.createTopics(List.of(new NewTopic(topic.replace('.', '_'), 1, (short) 1)))
                        .all()))
                .isInstanceOf(InvalidTopicException.class);
    }

    @Test
    void oneRefusalInARequestDoesNotTouchTheOthers() {
        String good = Clients.uniqueName("good");
        CreateTopicsResult result =
                admin.createTopics(List.of(new NewTopic(good, 1, (short) 1), new NewTopic("bad name", 1, (short) 1)));
        Clients.done(result.values().get(good));
        assertThat(Clients.failure(result.values().get("bad name"))).isInstanceOf(InvalidTopicException.class);
    }

    @Test
    void aDeletedTopicIsGoneAndItsNameStartsAnew() {
        String topic = Clients.topic(server, "reborn", 2, Map.of());
        Uuid first = describe(topic).topicId();
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            Clients.done(producer.send(new ProducerRecord<>(topic, 0, null, new byte[10])));
        }

        Clients.done(admin.deleteTopics(List.of(topic)).all());
        awaitGone(topic);
        Clients.done(
                admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all());

        assertThat(describe(topic).topicId()).isNotEqualTo(first);
        assertThat(describe(topic).partitions()).hasSize(1);
        assertThat(Clients.readAll(server, List.of(new TopicPartition(topic, 0)), Map.of()))
                .isEmpty();
    }

    @Test
    void aTopicIsDeletedByItsId() {
        String topic = Clients.topic(server, "by-id", 1, Map.of());
        Uuid id = describe(topic).topicId();
        Clients.done(admin.deleteTopics(TopicCollection.ofTopicIds(Set.of(id))).all());
        awaitGone(topic);
        assertThat(Clients.failure(admin.deleteTopics(TopicCollection.ofTopicIds(Set.of(id)))
                        .all()))
                .isInstanceOf(UnknownTopicIdException.class);
        assertThat(Clients.failure(admin.describeTopics(TopicCollection.ofTopicIds(Set.of(id)))
                        .allTopicIds()))
                .isInstanceOf(UnknownTopicIdException.class);
    }

    private void awaitGone(String topic) {
        long deadline = System.nanoTime() + Clients.PATIENCE.toNanos();
        while (Clients.get(admin.listTopics().names()).contains(topic)) {
            assertThat(System.nanoTime()).as("deadline for the end of " + topic).isLessThan(deadline);
        }
    }

    @Test
    void whatIsNotThereCannotBeDeletedOrDescribed() {
        String topic = Clients.uniqueName("never");
        assertThat(Clients.failure(admin.deleteTopics(List.of(topic)).all()))
                .isInstanceOf(UnknownTopicOrPartitionException.class);
        assertThat(Clients.failure(admin.describeTopics(List.of(topic)).allTopicNames()))
                .isInstanceOf(UnknownTopicOrPartitionException.class);
        assertThat(Clients.get(admin.listTopics().names())).doesNotContain(topic);
    }

    @Test
    void aLongDescriptionComesInPages() {
        String wide = Clients.topic(server, "paged", 17, Map.of());
        String other = Clients.topic(server, "paged", 3, Map.of());
        Map<String, TopicDescription> described = Clients.get(
                admin.describeTopics(List.of(wide, other), new DescribeTopicsOptions().partitionSizeLimitPerResponse(5))
                        .allTopicNames());
        assertThat(described.get(wide))
                .isNotNull()
                .satisfies(d -> assertThat(d.partitions())
                        .extracting(TopicPartitionInfo::partition)
                        .containsExactlyElementsOf(
                                IntStream.range(0, 17).boxed().toList()));
        assertThat(described.get(other))
                .isNotNull()
                .satisfies(d -> assertThat(d.partitions()).hasSize(3));
    }

    @Test
    void aTopicIsDescribedByItsId() {
        String topic = Clients.topic(server, "id", 2, Map.of());
        Uuid id = describe(topic).topicId();
        Map<Uuid, TopicDescription> described = Clients.get(
                admin.describeTopics(TopicCollection.ofTopicIds(Set.of(id))).allTopicIds());
        assertThat(described).hasEntrySatisfying(id, d -> assertThat(d.name()).isEqualTo(topic));
    }
}
