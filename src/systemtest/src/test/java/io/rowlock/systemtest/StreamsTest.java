package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ServerProcess;
import io.rowlock.systemtest.streams.StreamsTopics;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kafka Streams (the version that {@code src/kafka-peer} names, at least once, classic group protocol): word count, windows, joins, and for each a store
 * with a changelog, against a broker that compacts all the time.
 *
 * <p>Shown: what comes out is what a plain computation over the same input gives. The state comes back from the changelogs after kill -9 and the loss of
 * the local state; where all had been committed, nothing is lost or doubled. Where application or broker are killed amid work, nothing is missing, and what
 * is idempotent is exactly right. An instance with standby replicas takes over from one that dies. After {@code kafka-streams-application-reset} all is
 * computed anew, to the same result.
 *
 * <p>{@code -Drowlock.systemtest.streams-kills=20} kills application and broker in twenty rounds instead of one, every other time with the local state.
 */
@Proves(
        client = "Kafka Streams",
        version = "4.3.1",
        what =
                "word count, windows, suppression, sessions, joins of tables and streams, at least once; applications and broker killed and restarted, standby replicas, application reset")
class StreamsTest {
    private static final int KILLS = Integer.getInteger("rowlock.systemtest.streams-kills", 1);
    private static final String APPLICATION = "regatta";
    private static final List<String> STORES = List.of(
            "word-counts",
            "numbers-of-window",
            "until-closed",
            "numbers-of-session",
            "table-customers",
            "table-left",
            "table-right",
            "joined",
            "referred");

    private static final Map<String, String> BROKER =
            Map.of("group.initial.rebalance.delay.ms", "0", "log.cleaner.backoff.ms", "100");

    /** Changelogs in small pieces that may be compacted soon, so that what is restored has been compacted. */
    private static final Map<String, String> INSTANCE = Map.of(
            "num.stream.threads", "2",
            "commit.interval.ms", "300",
            "repartition.purge.interval.ms", "300",
            "session.timeout.ms", "6000",
            "heartbeat.interval.ms", "500",
            "reconnect.backoff.max.ms", "200",
            "changelog.segment.ms", "1000",
            "changelog.min.cleanable.dirty.ratio", "0.01");

    private static final ServerProcess server = Target.current().create("streams", BROKER);

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    private final StreamsInput input = new StreamsInput();

    @BeforeAll
    static void start() {
        server.start();
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @Test
    @Timeout(3600)
    void whatComesOutIsWhatAPlainComputationGives() throws InterruptedException {
        try (Admin admin = Clients.admin(server);
                StreamsInstance first = instance("first", "group.instance.id", "first");
                StreamsInstance second = instance("second", "num.standby.replicas", "1");
                StreamsInstance third = instance("third", "num.standby.replicas", "1")) {
            StreamsProgress progress = new StreamsProgress(admin, APPLICATION);
            try {
                createTopics(admin);
                isRightFromTheStart(first, progress);
                isRightWithAStateThatWasRestored(first, progress);
                nothingIsMissingAfterKillsAmidWork(first, progress);
                anotherTakesOver(second, third, progress);
                isRightAfterAReset(admin, third, progress);
            } catch (AssertionError | RuntimeException e) {
                e.addSuppressed(new IllegalStateException(first + "\n" + second + "\n" + third));
                throw e;
            }
        }
    }

    private static StreamsInstance instance(String name, String setting, String value) {
        Map<String, String> config = new HashMap<>(INSTANCE);
        config.put(setting, value);
        return new StreamsInstance(server, APPLICATION, name, config);
    }

    private static void createTopics(Admin admin) {
        List<NewTopic> topics = Stream.of(StreamsTopics.inputs(), StreamsTopics.outputs())
                .flatMap(List::stream)
                .map(name -> new NewTopic(name, StreamsInput.PARTITIONS, (short) 1))
                .toList();
        Clients.done(admin.createTopics(topics).all());
    }

    private void isRightFromTheStart(StreamsInstance instance, StreamsProgress progress) {
        input.send(server, 40, false);
        instance.start();
        instance.awaitRunning();
        for (int commit = 0; commit < 4; commit++) {
            progress.awaitAll();
            input.send(server, 2, true);
        }
        progress.awaitAll();
        assertThat(StreamsExpectation.of(input.sent()).late())
                .as("numbers that come when their window is closed")
                .isPositive();
        assertExactlyRight();
        assertInternalTopics(progress);
        Clients.until(
                "what was read of a repartition topic is deleted",
                StreamsProgress.PAUSE,
                () ->
                        progress
                                .offsets(Set.of(APPLICATION + "-words-repartition"), OffsetSpec.earliest())
                                .values()
                                .stream()
                                .allMatch(start -> start > 0));
        assertThat(instance.complaints()).isEmpty();
    }

    private static void assertInternalTopics(StreamsProgress progress) {
        Map<String, String> policies = progress.settings("cleanup.policy");
        Map<String, String> retentions = progress.settings("retention.ms");
        assertThat(policies).hasSizeGreaterThan(STORES.size());
        policies.forEach((topic, policy) -> {
            if (!StreamsProgress.isChangelog(topic)) {
                assertThat(policy).as(topic).isEqualTo("delete");
                assertThat(retentions).containsEntry(topic, "-1");
            } else if (topic.contains("numbers-of-")) {
                assertThat(policy.split(",")).as(topic).containsExactlyInAnyOrder("compact", "delete");
            } else {
                assertThat(policy).as(topic).isEqualTo("compact");
            }
        });
    }

    private void isRightWithAStateThatWasRestored(StreamsInstance instance, StreamsProgress progress) {
        Clients.until(
                "the changelog of the counts is compacted", StreamsProgress.PAUSE, () -> changelogSize(progress) < 1);
        instance.kill();
        instance.deleteState();
        input.send(server, 20, false);
        instance.start();
        instance.awaitRunning();
        progress.awaitAll();
        for (String store : STORES) {
            assertThat(instance.restored("-" + store + "-"))
                    .as("records restored of %s", store)
                    .isPositive();
        }
        assertExactlyRight();
    }

    /** Which share of its records a compacted changelog still holds. */
    private static double changelogSize(StreamsProgress progress) {
        String changelog = APPLICATION + "-word-counts-changelog";
        long ever = progress.offsets(Set.of(changelog), OffsetSpec.latest()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        return (double) read(changelog).size() / ever;
    }

    private void nothingIsMissingAfterKillsAmidWork(StreamsInstance instance, StreamsProgress progress)
            throws InterruptedException {
        for (int round = 0; round < KILLS; round++) {
            try (StreamsFlow flow = StreamsFlow.of(input, server)) {
                progress.awaitMore();
                instance.kill();
                if (round % 2 == 1) {
                    instance.deleteState();
                }
                restart(instance, progress);
                server.kill();
                server.start();
                progress.awaitMore();
            }
            progress.awaitAll();
            assertNothingIsMissing();
        }
        instance.stop();
    }

    private static void restart(StreamsInstance instance, StreamsProgress progress) {
        instance.start();
        instance.awaitRunning();
        progress.awaitMore();
    }

    private void anotherTakesOver(StreamsInstance one, StreamsInstance other, StreamsProgress progress)
            throws InterruptedException {
        one.start();
        one.awaitRunning();
        other.start();
        Clients.until(
                "both have tasks, and keep state for each other",
                StreamsProgress.PAUSE,
                () -> one.active() > 0 && other.active() > 0 && one.standby() > 0 && other.standby() > 0);
        int tasks = one.active() + other.active();
        try (StreamsFlow flow = StreamsFlow.of(input, server)) {
            progress.awaitMore();
            one.kill();
            Clients.until("all tasks are taken over", StreamsProgress.PAUSE, () -> other.active() == tasks);
            progress.awaitMore();
        }
        progress.awaitAll();
        assertNothingIsMissing();
        other.kill();
    }

    /** The reset takes out the member that was killed just before. Computed anew is what was computed amid kills, with each count right. */
    private void isRightAfterAReset(Admin admin, StreamsInstance instance, StreamsProgress progress) {
        KafkaTool.run(
                        "org.apache.kafka.tools.StreamsResetter",
                        "--bootstrap-server",
                        server.bootstrap(),
                        "--application-id",
                        APPLICATION,
                        "--input-topics",
                        String.join(",", StreamsTopics.inputs()),
                        "--force")
                .expectSuccess();
        assertThat(progress.internalTopics()).isEmpty();
        Clients.committed(admin, APPLICATION).forEach((partition, offset) -> {
            if (StreamsTopics.inputs().contains(partition.topic())) {
                assertThat(offset).as("where %s begins", partition).isZero();
            }
        });
        Map<TopicPartition, RecordsToDelete> results = new HashMap<>();
        StreamsTopics.outputs()
                .forEach(topic -> Clients.partitions(topic, StreamsInput.PARTITIONS)
                        .forEach(partition -> results.put(partition, RecordsToDelete.beforeOffset(-1))));
        Clients.done(admin.deleteRecords(results).all());
        instance.deleteState();
        instance.start();
        instance.awaitRunning();
        progress.awaitAll();
        assertExactlyRight();
    }

    private void assertExactlyRight() {
        StreamsExpectation expected = StreamsExpectation.of(input.sent());
        for (String topic : StreamsTopics.outputs()) {
            assertThat(differences(expected.table(topic), table(topic)))
                    .as(topic)
                    .isEmpty();
        }
    }

    /**
     * Of what was processed twice, counts may be too high, and sessions may be left that became part of a longer one: the state that is restored knows of
     * the longer one already. All else is as right as ever.
     */
    private void assertNothingIsMissing() {
        StreamsExpectation expected = StreamsExpectation.of(input.sent());
        for (String topic : StreamsTopics.outputs()) {
            Map<String, String> right = expected.table(topic);
            Map<String, String> found = table(topic);
            if (topic.equals(StreamsTopics.COUNTS)) {
                right.forEach((word, count) -> assertThat(Long.parseLong(found.getOrDefault(word, "0")))
                        .as("count of %s", word)
                        .isGreaterThanOrEqualTo(Long.parseLong(count)));
            } else {
                if (topic.equals(StreamsTopics.SESSIONS)) {
                    found.keySet().retainAll(right.keySet());
                }
                assertThat(differences(right, found)).as(topic).isEmpty();
            }
        }
    }

    private static List<String> differences(Map<String, String> expected, Map<String, String> actual) {
        Set<String> keys = new TreeSet<>(expected.keySet());
        keys.addAll(actual.keySet());
        return keys.stream()
                .filter(key -> !Objects.equals(expected.get(key), actual.get(key)))
                .map(key -> key + ": expected " + expected.get(key) + " but was " + actual.get(key))
                .toList();
    }

    /** By key what the last record says. */
    private static Map<String, String> table(String topic) {
        Map<String, String> table = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : read(topic)) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            if (record.value() == null) {
                table.remove(key);
            } else {
                table.put(key, new String(record.value(), StandardCharsets.UTF_8));
            }
        }
        return table;
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        return Clients.readAll(server, Clients.partitions(topic, StreamsInput.PARTITIONS), Map.of());
    }
}
