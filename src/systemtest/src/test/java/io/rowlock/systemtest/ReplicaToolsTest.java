package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The tools for partitions and replicas, as an operator types them; what they print is what they print for Apache Kafka. */
@ExtendWith(SharedBroker.class)
class ReplicaToolsTest {
    private final ServerProcess server;

    ReplicaToolsTest(ServerProcess server) {
        this.server = server;
    }

    private CommandResult run(String tool, String... arguments) {
        return KafkaTool.run(
                tool,
                Stream.concat(Stream.of("--bootstrap-server", server.bootstrap()), Stream.of(arguments))
                        .toArray(String[]::new));
    }

    private String topics(String... arguments) {
        return run("org.apache.kafka.tools.TopicCommand", arguments)
                .expectSuccess()
                .out();
    }

    @Test
    void theTopicToolAddsPartitions() {
        String topic = Clients.topic(server, "altered", 1, Map.of());
        topics("--alter", "--topic", topic, "--partitions", "3");
        assertThat(topics("--describe", "--topic", topic)).contains("PartitionCount: 3");
        CommandResult fewer =
                run("org.apache.kafka.tools.TopicCommand", "--alter", "--topic", topic, "--partitions", "2");
        assertThat(fewer.exitCode()).isEqualTo(1);
        assertThat(fewer.out())
                .contains("The topic " + topic + " currently has 3 partition(s); 2 would not be an increase.");
    }

    @Test
    void theLogDirectoryToolTellsSizes() {
        String topic = Clients.topic(server, "sized", 2, Map.of());
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            Clients.done(producer.send(new ProducerRecord<>(topic, 1, null, new byte[1_000])));
        }
        String described = run("org.apache.kafka.tools.LogDirsCommand", "--describe", "--topic-list", topic)
                .expectSuccess()
                .out();
        assertThat(described)
                .contains("\"partition\":\"" + topic + "-0\",\"size\":0,\"offsetLag\":0,\"isFuture\":false")
                .containsPattern("\"partition\":\"" + topic + "-1\",\"size\":1[0-9]{3},\"offsetLag\":0")
                .contains("\"error\":null");
    }

    @Test
    void theElectionToolFindsEveryLeaderInItsPlace() {
        String topic = Clients.topic(server, "elected", 1, Map.of());
        for (String type : List.of("preferred", "unclean")) {
            String elected = run(
                            "org.apache.kafka.tools.LeaderElectionCommand",
                            "--election-type",
                            type,
                            "--topic",
                            topic,
                            "--partition",
                            "0")
                    .expectSuccess()
                    .out();
            assertThat(elected).contains("Valid replica already elected for partitions " + topic + "-0");
        }
        run("org.apache.kafka.tools.LeaderElectionCommand", "--election-type", "preferred", "--all-topic-partitions")
                .expectSuccess();
    }

    @Test
    void theReassignmentToolLeavesEveryReplicaInItsPlace(@TempDir Path files) throws IOException {
        String topic = Clients.topic(server, "reassigned", 1, Map.of());
        Path wanted = files.resolve("wanted.json");
        Files.writeString(wanted, "{\"version\":1,\"topics\":[{\"topic\":\"" + topic + "\"}]}");
        String generated =
                reassign("--generate", "--topics-to-move-json-file", wanted.toString(), "--broker-list", "1");
        String present = generated
                .lines()
                .filter(line -> line.startsWith("{"))
                .findFirst()
                .orElseThrow();
        assertThat(present).contains("\"topic\":\"" + topic + "\",\"partition\":0,\"replicas\":[1]");

        Path plan = files.resolve("plan.json");
        Files.writeString(plan, present);
        assertThat(reassign("--execute", "--reassignment-json-file", plan.toString()))
                .contains("Successfully started partition reassignment for " + topic + "-0");
        assertThat(reassign("--verify", "--reassignment-json-file", plan.toString()))
                .contains("Reassignment of partition " + topic + "-0 is completed.");
        assertThat(reassign("--list")).contains("No partition reassignments found.");
        assertThat(reassign("--cancel", "--reassignment-json-file", plan.toString()))
                .contains("None of the specified partition moves are active.");

        Files.writeString(plan, present.replace("[1]", "[7]"));
        CommandResult elsewhere = run(
                "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
                "--execute",
                "--reassignment-json-file",
                plan.toString());
        assertThat(elsewhere.exitCode()).isEqualTo(1);
        assertThat(elsewhere.out() + elsewhere.err()).contains("Unknown broker id 7");
    }

    private String reassign(String... arguments) {
        return run("org.apache.kafka.tools.reassign.ReassignPartitionsCommand", arguments)
                .expectSuccess()
                .out();
    }

    @Test
    void theTransactionToolDescribesProducers() {
        String topic = Clients.topic(server, "produced", 1, Map.of());
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            for (int i = 0; i < 3; i++) {
                Clients.done(producer.send(new ProducerRecord<>(topic, 0, null, new byte[10])));
            }
        }
        String described = run(
                        "org.apache.kafka.tools.TransactionsCommand",
                        "describe-producers",
                        "--topic",
                        topic,
                        "--partition",
                        "0")
                .expectSuccess()
                .out();
        List<String> lines = described.lines().toList();
        assertThat(lines).hasSize(2);
        // ProducerId ProducerEpoch LatestCoordinatorEpoch LastSequence LastTimestamp CurrentTransactionStartOffset
        assertThat(lines.get(1).trim().split("\\s+")).hasSize(6).satisfies(columns -> {
            assertThat(columns[1]).isEqualTo("0");
            assertThat(columns[2]).isEqualTo("-1");
            assertThat(columns[3]).isEqualTo("2");
            assertThat(columns[5]).isEqualTo("None");
        });
    }
}
