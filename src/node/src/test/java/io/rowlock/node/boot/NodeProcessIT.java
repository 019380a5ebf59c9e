package io.rowlock.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The node as its operator meets it: how it starts, refuses to start, ends, and comes back. */
@Timeout(300)
class NodeProcessIT {

    @TempDir
    Path directory;

    @AfterEach
    void stopWhatAKilledNodeLeft() throws IOException {
        Path pidFile = directory.resolve("data/postgresql/data/postmaster.pid");
        if (Files.exists(pidFile)) {
            ProcessHandle.of(postmasterPid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private NodeProcess start(String... settings) throws IOException {
        return NodeProcess.start(directory, Map.of(), settings);
    }

    private long postmasterPid() throws IOException {
        return Long.parseLong(Files.readAllLines(directory.resolve("data/postgresql/data/postmaster.pid"))
                .get(0)
                .strip());
    }

    private void assertRefused(ExitCode code, String sentence, String... settings) throws Exception {
        assertRefused(code, sentence, Map.of(), settings);
    }

    private void assertRefused(ExitCode code, String sentence, Map<String, String> environment, String... settings)
            throws Exception {
        try (NodeProcess node = NodeProcess.start(directory, environment, settings)) {
            int exit = node.awaitExit();
            assertThat(node.output()).last().asString().contains(sentence);
            assertThat(node.output()).noneMatch(line -> line.startsWith("\tat ") || line.contains("Exception"));
            assertThat(exit).isEqualTo(code.code());
        }
    }

    @Test
    void aNodeLivesIsKilledAndComesBack() throws Exception {
        String cluster;
        try (NodeProcess first = start()) {
            cluster = clusterOf(first.awaitReady());
            assertHealth(first, "started", 200);
            assertHealth(first, "live", 200);
            assertHealth(first, "ready", 200);
            assertOthersAreRefused(first);
            first.kill();
        }
        long orphan = postmasterPid();
        try (NodeProcess second = start()) {
            assertThat(clusterOf(second.awaitReady())).isEqualTo(cluster);
            assertThat(postmasterPid()).isEqualTo(orphan);
            assertThat(second.terminate()).isEqualTo(143);
            assertThat(second.output()).noneMatch(line -> line.contains("ERROR"));
        }
        assertThat(ProcessHandle.of(orphan).filter(ProcessHandle::isAlive)).isEmpty();
        try (NodeProcess third = start()) {
            assertThat(clusterOf(third.awaitReady())).isEqualTo(cluster);
            long killed = postmasterPid();
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            deposeOnceBack();
            // The renewal that says so went to the new server: the node outlived the death of the old one.
            assertThat(third.awaitExit()).isEqualTo(ExitCode.NODE_ID.code());
            assertThat(third.output()).anyMatch(line -> line.contains("Another process took over node id 1"));
            assertThat(third.output()).anyMatch(line -> line.contains("The embedded PostgreSQL has died"));
        }
    }

    /** Does to the lease what the registration of another directory does, as soon as PostgreSQL takes connections. */
    private void deposeOnceBack() throws Exception {
        Path home = directory.resolve("data/postgresql");
        String url = "jdbc:postgresql://127.0.0.1:" + Files.readString(home.resolve("port")) + "/postgres";
        String password = Files.readString(home.resolve("password"));
        for (int attempt = 0; attempt < 600; attempt++) {
            try (Connection connection = DriverManager.getConnection(url, "rowlock", password);
                    Statement statement = connection.createStatement()) {
                assertThat(statement.executeUpdate(
                                "UPDATE rowlock.node_lease SET broker_epoch = broker_epoch + 1 WHERE node_id = 1"))
                        .isEqualTo(1);
                return;
            } catch (SQLException e) {
                assertThat(e.getSQLState()).matches("08...|57P0.");
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        throw new AssertionError("PostgreSQL did not come back");
    }

    private static String clusterOf(String readyLine) {
        return readyLine.replaceAll(".*cluster ([^,]+),.*", "$1");
    }

    private static void assertHealth(NodeProcess node, String kind, int status) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + "/q/health/" + kind))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains("rowlock");
    }

    /** While one node runs: another in its directory, under its id, and on its ports. */
    private void assertOthersAreRefused(NodeProcess running) throws Exception {
        assertRefused(ExitCode.DATA_DIRECTORY, "is in use by another process");

        Path home = directory.resolve("data/postgresql");
        String url = "quarkus.datasource.jdbc.url=jdbc:postgresql://127.0.0.1:" + Files.readString(home.resolve("port"))
                + "/postgres";
        Map<String, String> login = Map.of(
                "QUARKUS_DATASOURCE_USERNAME",
                "rowlock",
                "QUARKUS_DATASOURCE_PASSWORD",
                Files.readString(home.resolve("password")));
        assertRefused(
                ExitCode.NODE_ID, "Node id 1 belongs to another data directory", login, url, "rowlock.data-dir=other");
        assertRefused(
                ExitCode.DATABASE,
                "password authentication failed",
                Map.of("QUARKUS_DATASOURCE_USERNAME", "rowlock", "QUARKUS_DATASOURCE_PASSWORD", "guess"),
                url,
                "rowlock.data-dir=other");
        assertRefused(
                ExitCode.ADDRESS,
                "cannot serve HTTP on",
                login,
                url,
                "rowlock.node-id=2",
                "rowlock.data-dir=other",
                "quarkus.http.port=" + running.httpPort());
        assertRefused(
                ExitCode.ADDRESS,
                "Rowlock cannot listen on 127.0.0.1:" + running.kafkaPort(),
                login,
                url,
                "rowlock.node-id=2",
                "rowlock.data-dir=other",
                "rowlock.listeners.client.port=" + running.kafkaPort());
    }

    @Test
    void anUnknownKeyIsRefusedOnTheCommandLineAndInAFile() throws Exception {
        assertRefused(ExitCode.CONFIGURATION, "did you mean rowlock.node-id?", "rowlock.nodeid=2");
        Files.writeString(
                Files.createDirectories(directory.resolve("config")).resolve("application.properties"),
                "rowlock.log.durabilty=async\n");
        assertRefused(ExitCode.CONFIGURATION, "did you mean rowlock.log.durability?");
    }

    @Test
    void aDataDirectoryThatIsAFileIsRefused() throws Exception {
        Files.writeString(directory.resolve("taken"), "");
        assertRefused(ExitCode.DATA_DIRECTORY, "taken is a file", "rowlock.data-dir=taken");
    }

    @Test
    void aPostgresThatIsNotThereIsSaidWithinBoundedTime() throws Exception {
        assertRefused(
                ExitCode.DATABASE,
                "refused",
                "quarkus.datasource.jdbc.url=jdbc:postgresql://127.0.0.1:" + NodeProcess.freePort() + "/rowlock");
    }

    @Test
    void aPostgresThatTakesConnectionsAndSaysNothingIsSaidToo() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertRefused(
                    ExitCode.DATABASE,
                    "PostgreSQL at",
                    "quarkus.datasource.jdbc.url=jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/rowlock");
        }
    }

    @Test
    void aVariableThatKubernetesInjectsIsAWarning() throws Exception {
        try (NodeProcess node = NodeProcess.start(directory, Map.of("ROWLOCK_PORT", "tcp://10.0.0.1:9092"))) {
            node.awaitReady();
            assertThat(node.output()).anyMatch(line -> line.contains("WARN") && line.contains("ROWLOCK_PORT"));
            node.terminate();
        }
    }

    @Test
    void aDirectoryOfAnotherUserIsRefusedToAnOrdinaryOne() throws Exception {
        Path closed = Files.createDirectories(directory.resolve("closed"));
        assertThat(closed.toFile().setWritable(false)).isTrue();
        if (Files.isWritable(closed)) {
            // Root writes everywhere: only an ordinary user can see this refusal.
            return;
        }
        assertRefused(ExitCode.DATA_DIRECTORY, "cannot be written to", "rowlock.data-dir=closed/data");
    }

    @Test
    void whatIsNoSettingIsNotUnderstood() throws Exception {
        try (NodeProcess node = NodeProcess.start(directory, Map.of(), "x")) {
            assertThat(node.awaitExit()).isEqualTo(ExitCode.CONFIGURATION.code());
            assertThat(node.output())
                    .isEqualTo(List.of("The argument '--x' is not understood: write settings as --rowlock.node-id=2."));
        }
    }
}
