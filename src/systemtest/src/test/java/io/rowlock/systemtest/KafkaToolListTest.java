package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.RunningCommand;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Every command line tool of Apache Kafka's distribution either works or says what is missing, and none waits for what will not come: the table
 * {@code kafka-tools.csv}. What the tools that people use most print is looked at more closely in {@link KafkaToolsTest} and {@link GroupToolsTest}.
 */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KafkaToolListTest {
    /** Of the tools that are run. */
    static final String VERSION = "4.3.1";

    private static final String TABLE = "/kafka-tools.csv";

    private final ServerProcess server;
    private final Map<String, String> words;

    KafkaToolListTest(ServerProcess server, @TempDir Path directory) {
        this.server = server;
        this.words = prepare(directory);
    }

    /** What the words of the table stand for; longer words first, since one may begin as another. */
    private Map<String, String> prepare(Path directory) {
        String topic = Clients.topic(server, "tools", 2, Map.of());
        String group = Clients.uniqueName("tools-group");
        String scratch = Clients.topic(server, "tools-scratch", 2, Map.of());
        Clients.fill(server, Clients.partitions(topic, 2), 10);
        Clients.fill(server, Clients.partitions(scratch, 2), 10);
        try (Admin admin = Clients.admin(server)) {
            Clients.done(admin.alterConsumerGroupOffsets(
                            group, Map.of(new TopicPartition(topic, 1), new OffsetAndMetadata(4)))
                    .all());
        }
        Map<String, String> all =
                new TreeMap<>(Comparator.comparing(String::length).reversed().thenComparing(Comparator.naturalOrder()));
        all.put("@topics", file(directory, "topics", "{\"version\":1,\"topics\":[{\"topic\":\"" + topic + "\"}]}"));
        all.put("@plan", file(directory, "plan", json(topic, "\"replicas\":[1]")));
        all.put("@offsets", file(directory, "offsets", json(scratch, "\"offset\":2")));
        all.put("@empty", file(directory, "empty", ""));
        all.put("@topic", topic);
        all.put("@scratch", scratch);
        all.put("@latency", Clients.topic(server, "tools-latency", 1, Map.of()));
        all.put("@compatible", Clients.topic(server, "tools-compatible", 1, Map.of()));
        all.put("@group", group);
        all.put("@bootstrap", server.bootstrap());
        all.put("@server", "--bootstrap-server " + server.bootstrap());
        all.put("@acls", Target.current() == Target.KAFKA ? "True" : "False");
        all.put(
                "@log",
                server.dataDirectory()
                        .resolve(topic + "-0/00000000000000000000.log")
                        .toString());
        return all;
    }

    private static String json(String topic, String what) {
        return "{\"version\":1,\"partitions\":[{\"topic\":\"" + topic + "\",\"partition\":0," + what + "}]}";
    }

    private static String file(Path directory, String name, String content) {
        try {
            return Files.writeString(directory.resolve(name), content).toString();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + name, e);
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @CsvFileSource(resources = TABLE, delimiter = '|', useHeadersInDisplayName = true)
    void doesWhatTheTableSays(String tool, @Nullable String arguments, String verdict, @Nullable String says) {
        if (arguments == null) {
            return; // A program that needs no broker, or is one.
        }
        assumeTrue(Target.current() == Target.ROWLOCK || !verdict.equals("refused"));
        String[] words = replaced(arguments).split(" ");
        String expected = says == null ? "" : replaced(says);
        if (verdict.equals("endless")) {
            try (RunningCommand running = RunningCommand.start(KafkaTool.command(tool, List.of(words)))) {
                Clients.until(expected, () -> running.outLines().stream().anyMatch(line -> line.contains(expected)));
            }
            return;
        }
        CommandResult result = KafkaTool.run(tool, words);
        assertThat(result.out() + result.err()).as(result::toString).contains(expected);
        if (!verdict.equals("refused")) {
            assertThat(result.expectSuccess().toString()).doesNotContain("Exception");
        }
    }

    private String replaced(String text) {
        String replaced = text;
        for (Map.Entry<String, String> word : words.entrySet()) {
            replaced = replaced.replace(word.getKey(), word.getValue());
        }
        return replaced;
    }

    @Test
    void theTableNamesEveryTool() {
        Set<String> named = new TreeSet<>();
        table().lines()
                .filter(line -> line.matches("[a-z.]+[A-Z].*"))
                .forEach(line -> named.add(line.substring(0, line.indexOf(' '))));
        assertThat(KafkaTool.mainClasses()).isEqualTo(named);
        assertThat(ProjectLayout.kafkaJars()).extracting(File::getName).contains("kafka-tools-" + VERSION + ".jar");
    }

    /** As it stands in the file. */
    static String table() {
        try (InputStream table = Objects.requireNonNull(KafkaToolListTest.class.getResourceAsStream(TABLE))) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + TABLE, e);
        }
    }
}
