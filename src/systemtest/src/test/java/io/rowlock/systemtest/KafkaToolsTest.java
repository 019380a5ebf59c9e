package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ServerProcess;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Apache Kafka's own command line tools, as a user types them. */
@ExtendWith(SharedBroker.class)
class KafkaToolsTest {
    private static final String PRODUCER = "org.apache.kafka.tools.ConsoleProducer";
    private static final String CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer";

    @Test
    void theTopicToolCreatesListsDescribesAndDeletes(ServerProcess server) {
        String topic = Clients.uniqueName("tool");

        CommandResult created =
                topics(server, "--create", "--topic", topic, "--partitions", "3", "--config", "segment.ms=60000");
        assertThat(created.out()).contains("Created topic " + topic);

        assertThat(topics(server, "--list").out().lines()).contains(topic);

        String description = topics(server, "--describe", "--topic", topic).out();
        assertThat(description)
                .contains("PartitionCount: 3")
                .contains("ReplicationFactor: 1")
                .contains("segment.ms=60000");
        assertThat(description.lines().filter(l -> l.contains("Leader: 1") && l.contains("Isr: 1")))
                .hasSize(3);

        topics(server, "--delete", "--topic", topic);
        assertThat(topics(server, "--list").out().lines()).doesNotContain(topic);
    }

    private static CommandResult topics(ServerProcess server, String... arguments) {
        return KafkaTool.run("org.apache.kafka.tools.TopicCommand", withServer(server, arguments))
                .expectSuccess();
    }

    private static String[] withServer(ServerProcess server, String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "--bootstrap-server";
        all[1] = server.bootstrap();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return all;
    }

    @Test
    void theConsoleConsumerPrintsWhatTheConsoleProducerWasTyped(ServerProcess server) {
        String topic = Clients.topic(server, "console", 1, Map.of());
        String typed = IntStream.range(0, 100)
                .mapToObj(i -> "k" + i + "\tvalue " + i + "\n")
                .collect(Collectors.joining());

        KafkaTool.runWithInput(
                        typed,
                        PRODUCER,
                        withServer(
                                server,
                                "--topic",
                                topic,
                                "--reader-property",
                                "parse.key=true",
                                "--compression-codec",
                                "lz4"))
                .expectSuccess();

        CommandResult printed = KafkaTool.run(
                CONSUMER,
                withServer(
                        server,
                        "--topic",
                        topic,
                        "--partition",
                        "0",
                        "--offset",
                        "earliest",
                        "--formatter-property",
                        "print.key=true",
                        "--max-messages",
                        "100"));
        assertThat(printed.expectSuccess().out()).isEqualTo(typed);
        assertThat(printed.err())
                .as("no warning, of metrics that this client would push or of anything else")
                .isEqualTo("Processed a total of 100 messages\n");
    }

    @Test
    void theConsoleConsumerStartsAtTheOffsetItIsGiven(ServerProcess server) {
        String topic = Clients.topic(server, "console-offset", 1, Map.of());
        KafkaTool.runWithInput("a\nb\nc\nd\n", PRODUCER, withServer(server, "--topic", topic))
                .expectSuccess();

        CommandResult read = KafkaTool.run(
                CONSUMER,
                withServer(server, "--topic", topic, "--partition", "0", "--offset", "2", "--max-messages", "2"));

        assertThat(read.expectSuccess().out()).isEqualTo("c\nd\n");
    }

    @Test
    void producerPerformanceAndGetOffsetsAgree(ServerProcess server) {
        String topic = Clients.topic(server, "performance", 3, Map.of());

        CommandResult measured = KafkaTool.run(
                "org.apache.kafka.tools.ProducerPerformance",
                withServer(
                        server,
                        "--topic",
                        topic,
                        "--num-records",
                        "50000",
                        "--record-size",
                        "200",
                        "--throughput",
                        "-1"));
        assertThat(measured.expectSuccess().out()).contains("50000 records sent");

        List<Long> ends = offsets(server, "--topic", topic, "--time", "latest");
        assertThat(ends).hasSize(3);
        assertThat(ends.stream().mapToLong(Long::longValue).sum()).isEqualTo(50_000);
        assertThat(offsets(server, "--topic-partitions", topic + ":0-3", "--time", "earliest"))
                .containsExactly(0L, 0L, 0L);
    }

    /** The tool prints one {@code topic:partition:offset} a line. */
    private static List<Long> offsets(ServerProcess server, String... arguments) {
        return KafkaTool.run("org.apache.kafka.tools.GetOffsetShell", withServer(server, arguments))
                .expectSuccess()
                .out()
                .lines()
                .map(line -> Long.parseLong(line.substring(line.lastIndexOf(':') + 1)))
                .toList();
    }
}
