package io.rowlock.systemtest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A topic that is deleted and created again under its name is another topic, whoever still means the first (KIP-516). */
@ExtendWith(SharedBroker.class)
@Proves(
        client = "kafka-clients",
        version = "4.4.0",
        what = "producers and consumers that run while their topic is deleted and created again")
class RecreatedTopicTest {
    private final ServerProcess server;
    private final Admin admin;
    private final RawTopic raw;

    RecreatedTopicTest(ServerProcess server) {
        this.server = server;
        this.admin = Clients.admin(server);
        this.raw = new RawTopic(server);
    }

    @AfterEach
    void disconnect() {
        raw.close();
        admin.close();
    }

    private Uuid idOf(String topic) {
        return Clients.get(
                        admin.describeTopics(List.of(topic)).topicNameValues().get(topic))
                .topicId();
    }

    private void delete(String topic) {
        Clients.done(admin.deleteTopics(List.of(topic)).all());
    }

    /** Creates the topic again, or finds that a producer's question brought it into being; its new id. */
    private Uuid recreate(String topic, Uuid former) {
        Clients.until("the topic is another", () -> {
            try {
                Clients.done(admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                        .all());
            } catch (AssertionError e) {
                assertThat(e.getCause()).isInstanceOf(TopicExistsException.class);
            }
            return isLed(topic) && !idOf(topic).equals(former);
        });
        return idOf(topic);
    }

    /** Apache Kafka answers before its broker knows the topic. */
    private boolean isLed(String topic) {
        try {
            Clients.done(admin.listOffsets(Map.of(new TopicPartition(topic, 0), OffsetSpec.latest()))
                    .all());
            return true;
        } catch (AssertionError notYet) {
            return false;
        }
    }

    /** Apache Kafka's broker hears of it a moment after its controller answered. */
    private void awaitUnknown(Uuid id) {
        Clients.until("the topic is unknown", () -> raw.metadata(13, id).errorCode() == Errors.UNKNOWN_TOPIC_ID.code());
    }

    @Test
    void nothingThatIsMeantForTheFirstReachesTheSecond() {
        String topic = Clients.topic(server, "recreated", 1, Map.of());
        Uuid first = idOf(topic);
        for (int i = 0; i < 3; i++) {
            assertThat(raw.produce(first, "old").baseOffset()).isEqualTo(i);
        }
        delete(topic);
        awaitUnknown(first);
        assertMeansNothing(first);
        Uuid second = recreate(topic, first);

        assertMeansNothing(first);
        PartitionData fresh = raw.fetch(13, second, 0);
        assertThat(fresh.errorCode()).isZero();
        assertThat(fresh.highWatermark()).isZero();
        assertThat(raw.fetch(13, second, 3).errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
        assertThat(raw.produce(second, "new").baseOffset()).isZero();
        assertThat(raw.metadata(13, second).name()).isEqualTo(topic);
        assertThat(raw.commit(Clients.uniqueName("committer"), second, 1)).isEqualTo(Errors.NONE);
        assertThat(Clients.readAll(server, List.of(new TopicPartition(topic, 0)), Map.of()))
                .extracting(record -> new String(record.value(), UTF_8))
                .containsExactly("new");
    }

    private void assertMeansNothing(Uuid gone) {
        assertThat(raw.produce(gone, "late").errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
        for (int version : new int[] {13, 18}) {
            assertThat(raw.fetch(version, gone, 0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
        }
        for (int version : new int[] {12, 13}) {
            assertThat(raw.metadata(version, gone).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
        }
        assertThat(raw.commit(Clients.uniqueName("committer"), gone, 1)).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    /** Apache Kafka remembers the name in the session, and gives errors of names: clients treat them all alike. */
    @Test
    void aFetchSessionNoticesThatItsTopicIsGone() {
        String topic = Clients.topic(server, "session", 1, Map.of());
        Uuid first = idOf(topic);
        raw.produce(first, "old");
        FetchResponseData opened = raw.fetch(17, 0, 0, List.of(RawTopic.wanted(first, 0)), List.of());
        int session = opened.sessionId();
        assertThat(session).isPositive();
        assertThat(only(opened).highWatermark()).isEqualTo(1);

        delete(topic);
        awaitUnknown(first);
        PartitionData gone = only(raw.fetch(17, session, 1, List.of(), List.of()));
        boolean remembersTheName = Target.current() == Target.KAFKA;
        assertThat(Errors.forCode(gone.errorCode()))
                .isEqualTo(remembersTheName ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID);

        Uuid second = recreate(topic, first);
        PartitionData another = only(raw.fetch(17, session, 2, List.of(), List.of()));
        assertThat(Errors.forCode(another.errorCode()))
                .isEqualTo(remembersTheName ? Errors.INCONSISTENT_TOPIC_ID : Errors.UNKNOWN_TOPIC_ID);
        assertThat(another.records() == null || another.records().sizeInBytes() == 0)
                .isTrue();

        raw.produce(second, "new");
        ForgottenTopic forgotten = new ForgottenTopic().setTopicId(first).setPartitions(List.of(0));
        FetchResponseData moved = raw.fetch(17, session, 3, List.of(RawTopic.wanted(second, 0)), List.of(forgotten));
        assertThat(moved.responses().get(0).topicId()).isEqualTo(second);
        assertThat(only(moved).errorCode()).isZero();
        assertThat(only(moved).highWatermark()).isEqualTo(1);
    }

    private static PartitionData only(FetchResponseData response) {
        assertThat(response.errorCode()).isZero();
        assertThat(response.responses()).hasSize(1);
        return response.responses().get(0).partitions().get(0);
    }

    @Test
    void aRunningConsumerGoesOnInTheNewTopic() {
        String topic = Clients.topic(server, "consumed", 1, Map.of());
        Uuid first = idOf(topic);
        String group = Clients.uniqueName("survivors");
        Map<String, Object> member =
                Map.of("group.id", group, "auto.offset.reset", "earliest", "allow.auto.create.topics", "false");
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, member)) {
            consumer.subscribe(List.of(topic));
            send(topic, "old", 50);
            assertThat(Clients.pollCount(consumer, 50)).hasSize(50);
            consumer.commitSync();

            delete(topic);
            Clients.until(
                    "the committed offset is gone",
                    () -> Clients.committed(admin, group).isEmpty());
            recreate(topic, first);
            assertThat(Clients.committed(admin, group)).isEmpty();
            send(topic, "new", 5);
            List<ConsumerRecord<byte[], byte[]>> records = Clients.pollCount(consumer, 5);
            assertThat(records)
                    .extracting(record -> new String(record.value(), UTF_8))
                    .containsExactly("new", "new", "new", "new", "new");
            assertThat(records).extracting(ConsumerRecord::offset).containsExactly(0L, 1L, 2L, 3L, 4L);
            consumer.commitSync();
            assertThat(Clients.committed(admin, group)).containsEntry(new TopicPartition(topic, 0), 5L);
        }
    }

    private void send(String topic, String value, int count) {
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            for (int i = 0; i < count; i++) {
                Clients.done(producer.send(new ProducerRecord<>(topic, 0, null, value.getBytes(UTF_8))));
            }
        }
    }

    /** What is on its way when the topic goes, a producer sends again to the new one: only that, and once. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasAcknowledgedInTheFirstIsNotInTheSecond(boolean idempotent) throws Exception {
        String topic = Clients.topic(server, "produced", 1, Map.of());
        Uuid first = idOf(topic);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger sent = new AtomicInteger();
        ConcurrentLinkedQueue<Integer> acknowledged = new ConcurrentLinkedQueue<>();
        try (Producer<byte[], byte[]> producer =
                Clients.producer(server, Map.of("enable.idempotence", idempotent, "retry.backoff.ms", 20))) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                while (!stop.get()) {
                    int number = sent.getAndIncrement();
                    byte[] value = Integer.toString(number).getBytes(UTF_8);
                    Future<RecordMetadata> answer =
                            producer.send(new ProducerRecord<>(topic, 0, null, value), (metadata, failure) -> {
                                if (failure == null) {
                                    acknowledged.add(number);
                                }
                            });
                    if (number % 100 == 0) {
                        Clients.done(answer);
                    }
                }
            });
            Clients.until("records are written", () -> acknowledged.size() > 500);
            List<Integer> inTheFirst = new ArrayList<>(acknowledged);
            delete(topic);
            recreate(topic, first);
            int before = sent.get();
            Clients.until(
                    "records are written again", () -> acknowledged.stream().anyMatch(number -> number > before + 500));
            stop.set(true);
            sending.get();
            producer.flush();

            List<Integer> inTheSecond =
                    Clients.readAll(server, List.of(new TopicPartition(topic, 0)), Map.of()).stream()
                            .map(record -> Integer.parseInt(new String(record.value(), UTF_8)))
                            .toList();
            assertThat(inTheSecond).doesNotContainAnyElementsOf(inTheFirst).doesNotHaveDuplicates();
            assertThat(inTheSecond).contains(sent.get() - 1);
        }
    }

    @Test
    void theLongestNameCanBeUsedAgain() {
        String unique = Clients.uniqueName("again");
        String topic = unique + "n".repeat(249 - unique.length());
        recreate(topic, Uuid.ZERO_UUID);
        for (int round = 0; round < 2; round++) {
            Uuid former = idOf(topic);
            send(topic, "old", 1);
            delete(topic);
            awaitUnknown(former);
            recreate(topic, former);
        }
        assertThat(Clients.readAll(server, List.of(new TopicPartition(topic, 0)), Map.of()))
                .isEmpty();
    }

    @Test
    void aNameThatCollidedIsFreeOnceTheOtherIsGone() {
        String dots = Clients.topic(server, "a.b", 1, Map.of());
        Uuid former = idOf(dots);
        String underscores = dots.replace('.', '_');
        delete(dots);
        awaitUnknown(former);
        recreate(underscores, former);
        assertThat(Clients.get(admin.listTopics().names()))
                .contains(underscores)
                .doesNotContain(dots);
    }
}
