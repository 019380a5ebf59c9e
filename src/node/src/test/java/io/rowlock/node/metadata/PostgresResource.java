package io.rowlock.node.metadata;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.rowlock.node.postgres.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** A PostgreSQL for tests: in a container where a Docker engine answers, else from the embedded binaries. */
public final class PostgresResource implements QuarkusTestResourceLifecycleManager {

    /** Another image, for machines that have one of their own. */
    private static final String IMAGE = System.getProperty("rowlock.test.postgres.image", "postgres:17");

    private @Nullable PostgreSQLContainer container;
    private @Nullable EmbeddedPostgres embedded;
    private @Nullable Path directory;

    @Override
    public Map<String, String> start() {
        return DockerClientFactory.instance().isDockerAvailable() ? startContainer() : startEmbedded();
    }

    private Map<String, String> startContainer() {
        PostgreSQLContainer started =
                new PostgreSQLContainer(DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("postgres"));
        container = started;
        started.start();
        return config(started.getJdbcUrl(), started.getUsername(), started.getPassword());
    }

    private Map<String, String> startEmbedded() {
        try {
            Path created = Files.createTempDirectory("rowlock-postgres");
            directory = created;
            EmbeddedPostgres started = EmbeddedPostgres.launch(created);
            embedded = started;
            started.awaitReady(Duration.ofMinutes(2));
            return config(started.jdbcUrl(), started.username(), started.password());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> config(String url, String user, String password) {
        return Map.of(
                "quarkus.datasource.jdbc.url",
                url,
                "quarkus.datasource.username",
                user,
                "quarkus.datasource.password",
                password,
                "quarkus.datasource.jdbc.max-size",
                "8",
                "quarkus.flyway.migrate-at-start",
                "true",
                "quarkus.http.test-port",
                "0");
    }

    @Override
    public void stop() {
        if (container != null) {
            container.stop();
        }
        if (embedded != null) {
            embedded.close();
        }
        if (directory != null) {
            deleteTree(directory);
        }
    }

    private static void deleteTree(Path root) {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
