package io.rowlock.node.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedPostgresTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private final Deque<EmbeddedPostgres> launched = new ArrayDeque<>();

    /** One test unpacks the programs; the others need not wait for it. */
    @BeforeAll
    static void unpack() throws IOException {
        PostgresBinaries.unpack(shared);
    }

    @BeforeEach
    void takeUnpackedPrograms() throws IOException {
        Path home = Files.createDirectories(directory.resolve("postgresql"));
        Files.createSymbolicLink(programs(home), programs(shared));
    }

    private static Path programs(Path home) {
        return home.resolve("bin-" + PostgresBinaries.version());
    }

    private EmbeddedPostgres launch() throws InterruptedException {
        EmbeddedPostgres next = EmbeddedPostgres.launch(directory);
        launched.push(next);
        next.awaitReady(LIMIT);
        return next;
    }

    /** The one launched last. */
    private EmbeddedPostgres postgres() {
        return launched.element();
    }

    @AfterEach
    void stop() {
        launched.forEach(EmbeddedPostgres::close);
    }

    private String ask(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        postgres().jdbcUrl(), postgres().username(), postgres().password());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        postgres().jdbcUrl(), postgres().username(), postgres().password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void startsDurableAndKeepsItsDataAndItsAddress() throws Exception {
        launch();
        assertThat(ask("SHOW fsync")).isEqualTo("on");
        assertThat(ask("SHOW full_page_writes")).isEqualTo("on");
        assertThat(ask("SHOW synchronous_commit")).isEqualTo("on");
        assertThat(ask("SHOW server_encoding")).isEqualTo("UTF8");
        assertThat(ask("SHOW listen_addresses")).isEqualTo("127.0.0.1");
        run("CREATE TABLE kept AS SELECT 42 AS answer");
        String url = postgres().jdbcUrl();
        long first = postgres().pid();
        postgres().close();
        assertThat(ProcessHandle.of(first).filter(ProcessHandle::isAlive)).isEmpty();

        launch();
        assertThat(postgres().pid()).isNotEqualTo(first);
        assertThat(postgres().jdbcUrl()).isEqualTo(url);
        assertThat(ask("SELECT answer FROM kept")).isEqualTo("42");
    }

    @Test
    void nobodyEntersWithoutThePassword() throws Exception {
        launch();
        assertThatThrownBy(() -> DriverManager.getConnection(
                        postgres().jdbcUrl(), postgres().username(), "guess"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password");
        assertThat(Files.getPosixFilePermissions(directory.resolve("postgresql/password")))
                .hasSize(2);
    }

    @Test
    void takesOverWhatAKilledNodeLeftRunning() throws Exception {
        EmbeddedPostgres killed = launch();
        run("CREATE TABLE kept AS SELECT 42 AS answer");
        // What a kill -9 of the node leaves: a server whose keeper is gone. The new node knows nothing of the old one.
        launch();
        assertThat(postgres().pid()).isEqualTo(killed.pid());
        assertThat(postgres().jdbcUrl()).isEqualTo(killed.jdbcUrl());
        assertThat(ask("SELECT answer FROM kept")).isEqualTo("42");
        postgres().close();
        assertThat(ProcessHandle.of(killed.pid()).filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void startsAgainWhenTheServerDies() throws Exception {
        launch();
        run("CREATE TABLE kept AS SELECT 42 AS answer");
        long first = postgres().pid();
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        String answer = "";
        for (int attempt = 0; answer.isEmpty() && attempt < 600; attempt++) {
            TimeUnit.MILLISECONDS.sleep(50);
            try {
                answer = postgres().pid() == first ? "" : ask("SELECT answer FROM kept");
            } catch (SQLException e) {
                // Not back yet.
                assertThat(e.getSQLState()).matches("08...|57P0.");
            }
        }
        assertThat(answer).isEqualTo("42");
        assertThat(postgres().pid()).isNotEqualTo(first);
    }

    @Test
    void aLeftFileThatNamesAnotherProcessDoesNotHinder() throws Exception {
        launch();
        postgres().close();
        Path file = directory.resolve("postgresql/data/postmaster.pid");
        Files.write(
                file,
                List.of(
                        Long.toString(ProcessHandle.current().pid()),
                        "elsewhere",
                        "0",
                        "1",
                        "",
                        "127.0.0.1",
                        "",
                        "ready"));
        launch();
        assertThat(ask("SELECT 1")).isEqualTo("1");
    }

    @Test
    void whatABrokenFirstStartLeftIsCleanedUp() throws Exception {
        Path home = directory.resolve("postgresql");
        Files.delete(programs(home));
        for (String partial : List.of("data.partial", "bin-" + PostgresBinaries.version() + ".partial")) {
            Files.writeString(Files.createDirectories(home.resolve(partial)).resolve("file"), "half");
        }
        launch();
        assertThat(ask("SELECT 1")).isEqualTo("1");
        try (var entries = Files.list(home)) {
            assertThat(entries.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("bin-" + PostgresBinaries.version(), "data", "log", "password", "port");
        }
    }

    @Test
    void aTakenPortIsReplaced() throws Exception {
        launch();
        String url = postgres().jdbcUrl();
        int port = Integer.parseInt(url.replaceAll(".*:(\\d+)/.*", "$1"));
        postgres().close();
        try (ServerSocket thief = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(thief.isBound()).isTrue();
            launch();
            assertThat(postgres().jdbcUrl()).isNotEqualTo(url);
            assertThat(ask("SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void aLostPasswordIsSaidPlainly() throws Exception {
        launch();
        postgres().close();
        Files.delete(directory.resolve("postgresql/password"));
        assertThatThrownBy(() -> EmbeddedPostgres.launch(directory))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("'password' is gone");
    }

    @Test
    void damagedDataIsSaidPlainly() throws Exception {
        launch();
        postgres().close();
        Files.delete(directory.resolve("postgresql/data/global/pg_control"));
        EmbeddedPostgres broken = EmbeddedPostgres.launch(directory);
        assertThatThrownBy(() -> broken.awaitReady(LIMIT))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("did not start")
                .hasMessageContaining("quarkus.datasource.jdbc.url");
    }

    @Test
    void otherMachinesAreRefusedWithAnAnswer() throws IOException {
        assertThat(PostgresBinaries.resourceName("Linux", "aarch64")).isEqualTo("/postgres-linux-arm_64.txz");
        assertThatThrownBy(() -> PostgresBinaries.resourceName("Windows 11", "amd64"))
                .hasMessageContaining("quarkus.datasource.jdbc.url");
    }
}
