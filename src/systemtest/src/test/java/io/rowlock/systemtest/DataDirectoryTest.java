package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a node that was killed leaves on disk, by Rowlock's own check and by Apache Kafka's tool for looking into files. */
class DataDirectoryTest {
    private static final int PARTITIONS = 3;
    private static final int RECORDS = 15_000;
    private static final Set<String> BINARY = Set.of(".log", ".index", ".timeindex", ".snapshot");
    private static final Set<String> TEXT = Set.of("leader-epoch-checkpoint", "partition.metadata");

    private static final ServerProcess server = Target.current().create("data-directory", Map.of());
    private static String topic = "";

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    @BeforeAll
    static void writeAndKill() {
        assumeTrue(Target.current() == Target.ROWLOCK);
        server.start();
        topic = Clients.topic(server, "checked", PARTITIONS, Map.of("segment.bytes", "1048576"));
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            List<Future<?>> answers = new ArrayList<>();
            try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of("compression.type", codec))) {
                for (int n = 0; n < RECORDS / 5; n++) {
                    answers.add(producer.send(new ProducerRecord<>(topic, n % PARTITIONS, null, value(n))));
                }
            }
            answers.forEach(Clients::done);
        }
        CommandResult refused = check();
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("is in use by a node");
        server.kill();
    }

    @AfterAll
    static void close() {
        server.close();
    }

    /** What no codec makes smaller, so that there are several segments. */
    private static byte[] value(int number) {
        byte[] value = new byte[400 + number % 800];
        new Random(number).nextBytes(value);
        return value;
    }

    private static CommandResult check(String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                ProjectLayout.nodeJar().toString(),
                "check",
                server.dataDirectory().toString()));
        command.addAll(List.of(options));
        return CommandResult.of(command, "");
    }

    @Test
    void theCheckFindsEverythingWholeAndChangesNothing() throws IOException {
        Map<Path, Long> before = files();
        CommandResult result = check("--topic", topic, "--segments");
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertThat(result.out())
                    .contains(topic + "-" + partition + ": whole")
                    .contains(", offsets 0 to " + RECORDS / PARTITIONS + ", ")
                    .contains(RECORDS / PARTITIONS + " records");
        }
        assertThat(result.out()).contains("not stopped in order", "MB/s): whole.");
        assertThat(files()).isEqualTo(before);
    }

    private static Map<Path, Long> files() throws IOException {
        try (Stream<Path> all = Files.walk(server.dataDirectory())) {
            return all.filter(file -> !file.toString().contains("/postgresql/"))
                    .filter(Files::isRegularFile)
                    .collect(
                            Collectors.toMap(file -> file, file -> file.toFile().lastModified()));
        }
    }

    @Test
    void theCheckSaysWhereAByteIsDamaged() throws IOException {
        Path segment = server.partitionDirectory(topic, 1).resolve("00000000000000000000.log");
        flip(segment, 5_000);
        CommandResult people = check("--topic", topic);
        CommandResult programs = check("--json", "--topic", topic, "--partition", "1");
        flip(segment, 5_000);
        assertThat(people.exitCode()).isEqualTo(1);
        assertThat(people.out())
                .contains(topic + "-0: whole", topic + "-1: DAMAGED", topic + "-2: whole")
                .contains("DAMAGE " + segment + " at position ", "What to do: ");
        assertThat(programs.exitCode()).isEqualTo(1);
        assertThat(programs.out()).startsWith("{").contains("\"severity\":\"damage\"", "\"whole\":false");
    }

    private static void flip(Path file, long position) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(position);
            int before = bytes.read();
            bytes.seek(position);
            bytes.write(before ^ 4);
        }
    }

    @Test
    void kafkasToolHasNoComplaintAboutAnyFile() throws IOException {
        Set<String> kinds = new TreeSet<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            try (Stream<Path> found = Files.list(server.partitionDirectory(topic, partition))) {
                found.forEach(file -> {
                    String name = String.valueOf(file.getFileName());
                    kinds.add(TEXT.contains(name) ? name : name.substring(name.lastIndexOf('.')));
                });
            }
        }
        Set<String> known = new TreeSet<>(BINARY);
        known.addAll(TEXT);
        assertThat(kinds).isEqualTo(known);

        String log = dump(".log", "--deep-iteration", "--print-data-log");
        assertThat(log.lines().filter(line -> line.contains("| offset: "))).hasSize(RECORDS);
        assertThat(log).contains("isvalid: true").doesNotContain("isvalid: false");
        dump(".index");
        dump(".index", "--index-sanity-check");
        dump(".timeindex");
        dump(".timeindex", "--index-sanity-check");
        assertThat(dump(".snapshot")).contains("producerId: ");
    }

    /** The tool ends with 0 also when it found something; it says so in words. */
    private static String dump(String ending, String... options) throws IOException {
        List<Path> files = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            try (Stream<Path> found = Files.list(server.partitionDirectory(topic, partition))) {
                found.filter(file -> file.toString().endsWith(ending)).forEach(files::add);
            }
        }
        assertThat(files).as(ending).hasSizeGreaterThan(PARTITIONS);
        List<String> arguments = new ArrayList<>(
                List.of("--files", files.stream().sorted().map(Path::toString).collect(Collectors.joining(","))));
        arguments.addAll(List.of(options));
        CommandResult result = KafkaTool.run("org.apache.kafka.tools.DumpLogSegments", arguments.toArray(String[]::new))
                .expectSuccess();
        assertThat(result.out())
                .doesNotContain("ismatch", "Found timestamp", "Non-consecutive", "Error", "corrupt", "failed");
        assertThat(result.err()).doesNotContain("xception", "orrupt");
        return result.out();
    }
}
