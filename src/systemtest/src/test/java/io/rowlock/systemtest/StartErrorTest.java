package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.FreePorts;
import io.rowlock.systemtest.process.RowlockProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A node that cannot start says why in one sentence, ends with an exit code, and leaves the running one alone. */
class StartErrorTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int CONFIGURATION = 2;
    private static final int DATA_DIRECTORY = 3;
    private static final int DATABASE = 4;
    private static final int NODE_ID = 5;
    private static final int ADDRESS = 6;
    private static final List<String> JVM_OPTIONS = List.of("-Xmx256m");

    private static RowlockProcess running = RowlockProcess.in(Target.freshHome("first"), JVM_OPTIONS, Map.of());

    @BeforeAll
    static void startTheFirstNode() {
        assumeTrue(Target.current() == Target.ROWLOCK, "speaks of Rowlock's own settings");
        running.start();
    }

    @AfterAll
    static void stopTheFirstNode() {
        running.close();
    }

    @Test
    void aDataDirectoryInUse() {
        String sentence = refusal(
                DATA_DIRECTORY,
                Map.of("rowlock.data-dir", running.dataDirectory().toString()));
        assertThat(sentence).contains(running.dataDirectory().toString()).containsAnyOf("lock", "in use", "another");
        assertTheFirstNodeServes();
    }

    @Test
    void aNodeIdInUseInTheSameCluster() throws IOException {
        String sentence = refusal(NODE_ID, postgresOf(running, postgresPassword()));
        assertThat(sentence).containsPattern("\\b1\\b").contains("node");
        assertTheFirstNodeServes();
    }

    private static void assertTheFirstNodeServes() {
        assertThat(running.isAlive()).isTrue();
        try (Bystander bystander = new Bystander(running)) {
            bystander.connect();
        }
    }

    /** The embedded PostgreSQL of the first node is a PostgreSQL like any other, once its port and password are known. */
    private static Map<String, String> postgresOf(RowlockProcess node, String password) throws IOException {
        String port = Files.readString(node.dataDirectory().resolve("postgresql/port"))
                .strip();
        return Map.of(
                "quarkus.datasource.jdbc.url",
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                "quarkus.datasource.username",
                "rowlock",
                "quarkus.datasource.password",
                password);
    }

    private static String postgresPassword() throws IOException {
        return Files.readString(running.dataDirectory().resolve("postgresql/password"))
                .strip();
    }

    @Test
    void aPostgresThatKnowsAnotherPassword() throws IOException {
        String sentence = refusal(DATABASE, postgresOf(running, "wrong"));
        assertThat(sentence).contains("PostgreSQL").contains("password");
    }

    @Test
    void aPostgresThatIsNotThere() {
        int nobody = FreePorts.take(1).get(0);
        String sentence = refusal(
                DATABASE,
                Map.of(
                        "quarkus.datasource.jdbc.url",
                        "jdbc:postgresql://127.0.0.1:" + nobody + "/postgres",
                        "quarkus.datasource.username",
                        "rowlock",
                        "quarkus.datasource.password",
                        "any"));
        assertThat(sentence).contains("PostgreSQL").contains("127.0.0.1:" + nobody);
    }

    @Test
    void aClientPortInUse() throws IOException {
        assertTakenPortIsNamed("rowlock.listeners.client.port");
    }

    @Test
    void aPeerPortInUse() throws IOException {
        assertTakenPortIsNamed("rowlock.listeners.peer.port");
    }

    @Test
    void anHttpPortInUse() throws IOException {
        assertTakenPortIsNamed("quarkus.http.port");
    }

    private static void assertTakenPortIsNamed(String setting) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertThat(refusal(ADDRESS, Map.of(setting, port))).contains(port).contains(setting);
        }
    }

    @Test
    void aDataDirectoryThatIsAFile() throws IOException {
        Path file = Target.freshHome("file").resolveSibling("a-file");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "not a directory");
        assertThat(refusal(DATA_DIRECTORY, Map.of("rowlock.data-dir", file.toString())))
                .contains(file.toString());
    }

    @Test
    void aDataDirectoryWhereNobodyMayWrite() {
        assertThat(refusal(DATA_DIRECTORY, Map.of("rowlock.data-dir", "/proc/rowlock")))
                .contains("/proc/rowlock");
    }

    @Test
    void anUnknownSettingIsNamedWithTheNearestKnownOne() {
        assertThat(refusal(CONFIGURATION, Map.of("rowlock.log.durabilty", "fsync")))
                .contains("rowlock.log.durabilty")
                .contains("rowlock.log.durability");
        assertThat(refusal(CONFIGURATION, Map.of("rowlock.broker.num.partition", "3")))
                .contains("rowlock.broker.num.partition")
                .contains("did you mean num.partitions?");
    }

    @Test
    void aValueThatIsNoneIsNamedWithItsSetting() {
        assertThat(refusal(CONFIGURATION, Map.of("rowlock.log.durability", "perhaps")))
                .contains("rowlock.log.durability")
                .contains("perhaps");
        assertThat(refusal(CONFIGURATION, Map.of("rowlock.broker.num.partitions", "many")))
                .contains("num.partitions")
                .contains("many");
    }

    /** Starts a node that must refuse, and gives the one sentence it wrote to standard error. */
    private static String refusal(int exitCode, Map<String, String> settings) {
        try (RowlockProcess node =
                RowlockProcess.in(Target.freshHome("refused"), JVM_OPTIONS, new HashMap<>(settings))) {
            node.launch();
            int actual = node.awaitExit(LIMIT);
            assertThat(actual).as(node.output()).isEqualTo(exitCode);
            List<String> said =
                    node.standardError().lines().filter(line -> !line.isBlank()).toList();
            assertThat(said).as(node.output()).hasSize(1);
            assertThat(node.standardOutput() + node.standardError()).doesNotContain("\tat ", "Exception");
            return said.get(0);
        }
    }
}
