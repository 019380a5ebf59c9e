package io.rowlock.node.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who runs PostgreSQL, when root runs the node. An ordinary user's node has nothing to choose. */
class PostgresUserTest {

    private static final String NO_UNSHARE = "/no/such/program";

    @TempDir
    Path directory;

    private Path home() throws IOException {
        return Files.createDirectories(directory.resolve("data/postgresql"));
    }

    @BeforeEach
    void onlyForRoot() throws IOException {
        boolean root = FileTree.ownerOf(Path.of("/proc/self")) == 0;
        if (!root) {
            assertThat(PostgresUser.choose(home())).isEqualTo(new PostgresUser(List.of(), -1));
        }
        assumeTrue(root);
    }

    private static String idOf(PostgresUser user) {
        return Command.run(user.command(List.of("id", "-u")), Duration.ofSeconds(10))
                .output();
    }

    @Test
    void whereNamespacesWorkFilesStayRoots() throws IOException {
        PostgresUser user = PostgresUser.choose(home());
        assumeTrue(user.ownerId() < 0, "no user namespaces here");
        assertThat(idOf(user)).isEqualTo("65534");
    }

    @Test
    void whereTheyDoNotNobodyOwnsTheFilesIfHeCanReachThem() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        PostgresUser user = PostgresUser.choose(home(), NO_UNSHARE);
        assertThat(user.ownerId()).isEqualTo(65_534);
        assertThat(idOf(user)).isEqualTo("65534");
        Path file = Files.createFile(home().resolve("file"));
        user.own(file);
        assertThat(FileTree.ownerOf(file)).isEqualTo(65_534);
    }

    @Test
    void anExistingDatabaseGoesOnWithItsOwner() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        FileTree.changeOwner(Files.createDirectory(home().resolve("data")), 4_321, 4_321);
        assertThat(PostgresUser.choose(home()).ownerId()).isEqualTo(4_321);
    }

    @Test
    void whereNothingWorksItSaysWhatTo() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        Path home = home();
        assertThatThrownBy(() -> PostgresUser.choose(home, NO_UNSHARE))
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("refuses to run as root")
                .hasMessageContaining("quarkus.datasource.jdbc.url");
    }
}
