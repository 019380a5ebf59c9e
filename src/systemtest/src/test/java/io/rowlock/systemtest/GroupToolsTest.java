package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Apache Kafka's own command line tools for groups, as an operator types them. */
@ExtendWith(SharedBroker.class)
class GroupToolsTest {
    private static final String GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";

    private final ServerProcess server;
    private final String group = Clients.uniqueName("tool-group");

    GroupToolsTest(ServerProcess server) {
        this.server = server;
    }

    private CommandResult run(String tool, String... arguments) {
        return KafkaTool.run(
                tool,
                Stream.concat(Stream.of("--bootstrap-server", server.bootstrap()), Arrays.stream(arguments))
                        .toArray(String[]::new));
    }

    private String groups(String... arguments) {
        return run(GROUPS, arguments).expectSuccess().out();
    }

    /** The columns of the one line that has this word. */
    private static List<String> line(String table, String word) {
        List<String> lines = table.lines()
                .filter(line -> Arrays.asList(line.strip().split("\\s+")).contains(word))
                .toList();
        assertThat(lines).as("lines with %s in %s", word, table).hasSize(1);
        return Arrays.asList(lines.get(0).strip().split("\\s+"));
    }

    @Test
    void aGroupAtWorkIsListedAndDescribedAndProtected() {
        String topic = Clients.topic(server, "described", 1, Map.of());
        TopicPartition partition = new TopicPartition(topic, 0);
        Clients.fill(server, List.of(partition), 10);
        try (Admin admin = Clients.admin(server)) {
            Clients.done(admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(4)))
                    .all());
            try (GroupMember member = GroupMember.join(
                    server, group, List.of(topic), Map.of("client.id", "one"), (consumer, records) -> {})) {
                Clients.until(
                        "the member has its partition", () -> member.held().size() == 1);

                assertThat(groups("--list").lines()).contains(group);
                assertThat(line(groups("--list", "--state", "stable"), group)).containsExactly(group, "Stable");
                assertThat(line(groups("--list", "--type"), group)).containsExactly(group, "Classic");
                assertThat(groups("--list", "--state", "empty").lines()).noneMatch(l -> l.contains(group));
                assertThat(line(
                                run("org.apache.kafka.tools.GroupsCommand", "--list")
                                        .expectSuccess()
                                        .out(),
                                group))
                        .containsExactly(group, "Classic", "consumer");

                assertThat(line(groups("--describe", "--group", group), topic))
                        .containsExactly(group, topic, "0", "4", "10", "6", member.memberId(), "/127.0.0.1", "one");
                assertThat(line(groups("--describe", "--group", group, "--members", "--verbose"), "one"))
                        .containsSubsequence(group, member.memberId(), "/127.0.0.1", "one", "1")
                        .anyMatch(column -> column.contains(topic));
                assertThat(line(groups("--describe", "--group", group, "--state"), "Stable"))
                        .containsSubsequence(group, server.bootstrap(), "(1)", "range", "Stable", "1");

                assertThat(groups("--reset-offsets", "--group", group, "--topic", topic, "--to-earliest", "--execute"))
                        .contains("current state is Stable");
                assertThat(groups("--delete-offsets", "--group", group, "--topic", topic))
                        .contains("GroupSubscribedToTopicException");
                assertThat(groups("--delete", "--group", group)).contains("GroupNotEmptyException");
                assertThat(Clients.committed(admin, group)).isEqualTo(Map.of(partition, 4L));
            }
            assertThat(line(groups("--describe", "--group", group), topic))
                    .containsExactly(group, topic, "0", "4", "10", "6", "-", "-", "-");
            assertThat(groups("--delete-offsets", "--group", group, "--topic", topic + ":0"))
                    .contains("Successful");
            assertThat(Clients.committed(admin, group)).isEmpty();
            Clients.done(admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(4)))
                    .all());
            assertThat(groups("--delete", "--group", group)).contains("successful");
            assertThat(groups("--list").lines()).doesNotContain(group);
        }
    }

    @Test
    void offsetsAreResetInEveryWay(@TempDir Path directory) throws IOException {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String topic = Clients.topic(server, "reset", 2, Map.of());
        fillWithHalfTwoHoursOld(topic, now);
        try (Admin admin = Clients.admin(server)) {
            Clients.done(admin.alterConsumerGroupOffsets(
                            group,
                            Map.of(
                                    new TopicPartition(topic, 0),
                                    new OffsetAndMetadata(3),
                                    new TopicPartition(topic, 1),
                                    new OffsetAndMetadata(4)))
                    .all());
            assertThat(reset("--all-topics", "--to-current")).containsExactly(3, 4);
            assertThat(reset("--all-topics", "--to-latest", "--dry-run")).containsExactly(10, 10);
            assertCommitted(admin, topic, 3, 4);

            String sameTime = now.minus(Duration.ofHours(1)).toString();
            Object[][] steps = {
                {5, 5, "--to-datetime", sameTime},
                {0, 0, "--by-duration", "PT3H"},
                {10, 10, "--to-latest"},
                {8, 8, "--shift-by", "-2"},
                {10, 10, "--shift-by", "5"},
                {0, 0, "--to-earliest"},
                {6, 6, "--to-offset", "6"},
            };
            for (Object[] step : steps) {
                List<String> arguments = new ArrayList<>(List.of("--all-topics", "--execute"));
                Stream.of(step).skip(2).forEach(argument -> arguments.add((String) argument));
                assertThat(reset(arguments.toArray(String[]::new)))
                        .containsExactly((Integer) step[0], (Integer) step[1]);
                assertCommitted(admin, topic, (Integer) step[0], (Integer) step[1]);
            }
            assertThat(reset("--topic", topic + ":1", "--to-earliest", "--execute"))
                    .containsExactly(0);
            assertCommitted(admin, topic, 6, 0);

            Path plan = directory.resolve("plan.csv");
            Files.writeString(
                    plan, groups("--reset-offsets", "--group", group, "--all-topics", "--to-offset", "2", "--export"));
            assertCommitted(admin, topic, 6, 0);
            assertThat(reset("--from-file", plan.toString(), "--execute")).containsExactly(2, 2);
            assertCommitted(admin, topic, 2, 2);
        }
    }

    private void fillWithHalfTwoHoursOld(String topic, Instant now) {
        long old = now.minus(Duration.ofHours(2)).toEpochMilli();
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            List<? extends Future<?>> answers = IntStream.range(0, 20)
                    .mapToObj(i -> producer.send(
                            new ProducerRecord<>(topic, i % 2, i < 10 ? old : now.toEpochMilli(), null, new byte[9])))
                    .toList();
            producer.flush();
            answers.forEach(Clients::done);
        }
    }

    /** The new offsets that the tool names, by partition. */
    private List<Integer> reset(String... how) {
        String table = groups(Stream.concat(Stream.of("--reset-offsets", "--group", group), Arrays.stream(how))
                .toArray(String[]::new));
        return table.lines()
                .map(line -> Arrays.asList(line.strip().split("\\s+")))
                .filter(columns -> columns.size() == 4 && columns.get(0).equals(group))
                .sorted((a, b) -> a.get(2).compareTo(b.get(2)))
                .map(columns -> Integer.parseInt(columns.get(3)))
                .toList();
    }

    private void assertCommitted(Admin admin, String topic, long first, long second) {
        assertThat(Clients.committed(admin, group))
                .isEqualTo(Map.of(new TopicPartition(topic, 0), first, new TopicPartition(topic, 1), second));
    }

    @Test
    void theVerifiableConsumerSeesWhatTheVerifiableProducerWrote() {
        String topic = Clients.topic(server, "verifiable", 2, Map.of());
        String produced = run("org.apache.kafka.tools.VerifiableProducer", "--topic", topic, "--max-messages", "1000")
                .expectSuccess()
                .out();
        assertThat(produced.lines().filter(l -> l.contains("producer_send_success")))
                .hasSize(1_000);

        String consumed = run(
                        "org.apache.kafka.tools.VerifiableConsumer",
                        "--topic",
                        topic,
                        "--group-id",
                        group,
                        "--max-messages",
                        "1000",
                        "--verbose")
                .expectSuccess()
                .out();
        assertThat(consumed.lines().filter(l -> l.contains("\"name\":\"record_data\"")))
                .hasSize(1_000);
        assertThat(consumed)
                .contains("\"name\":\"partitions_assigned\"", "\"name\":\"shutdown_complete\"")
                .contains("\"name\":\"offsets_committed\"")
                .doesNotContain("\"success\":false");
        try (Admin admin = Clients.admin(server)) {
            assertThat(Clients.committed(admin, group).values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .isEqualTo(1_000);
        }
    }

    @Test
    void consumerPerformanceReadsAllInAGroup() {
        String topic = Clients.topic(server, "consumer-performance", 3, Map.of());
        Clients.fill(server, Clients.partitions(topic, 3), 5_000);
        String measured = run(
                        "org.apache.kafka.tools.ConsumerPerformance",
                        "--topic",
                        topic,
                        "--group",
                        group,
                        "--num-records",
                        "15000",
                        "--hide-header")
                .expectSuccess()
                .out();
        assertThat(measured.split(",")[4].strip()).isEqualTo("15000");
    }

    @Test
    void theConsoleConsumerGoesOnWhereItsGroupStopped() {
        String topic = Clients.topic(server, "console-group", 1, Map.of());
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            IntStream.range(0, 10)
                    .mapToObj(i -> producer.send(new ProducerRecord<>(topic, new byte[] {(byte) ('0' + i)})))
                    .toList()
                    .forEach(Clients::done);
        }
        assertThat(console(topic, "4")).isEqualTo("0\n1\n2\n3\n");
        assertThat(console(topic, "6")).isEqualTo("4\n5\n6\n7\n8\n9\n");
    }

    private String console(String topic, String count) {
        return run(
                        "org.apache.kafka.tools.consumer.ConsoleConsumer",
                        "--topic",
                        topic,
                        "--group",
                        group,
                        "--from-beginning",
                        "--max-messages",
                        count)
                .expectSuccess()
                .out();
    }
}
