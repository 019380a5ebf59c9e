package io.rowlock.node.boot;

import io.rowlock.node.postgres.EmbeddedPostgres;
import io.rowlock.node.postgres.EmbeddedPostgresException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Launches the node's own PostgreSQL, which comes up while Quarkus does; {@link DatabaseStep} waits for it. */
final class EmbeddedPostgresStep implements Step {

    private static final Duration READY_LIMIT = Duration.ofMinutes(5);

    private final Path dataDirectory;
    private @Nullable EmbeddedPostgres postgres;

    EmbeddedPostgresStep(Path dataDirectory) {
        this.dataDirectory = dataDirectory;
    }

    @Override
    public String name() {
        return "embedded PostgreSQL";
    }

    @Override
    public void start() {
        try {
            EmbeddedPostgres launched = EmbeddedPostgres.launch(dataDirectory);
            postgres = launched;
            // Where Quarkus looks for what it was told.
            System.setProperty("quarkus.datasource.jdbc.url", launched.jdbcUrl());
            System.setProperty("quarkus.datasource.username", launched.username());
            System.setProperty("quarkus.datasource.password", launched.password());
        } catch (EmbeddedPostgresException e) {
            throw failure(e);
        }
    }

    void awaitReady() throws InterruptedException {
        try {
            Objects.requireNonNull(postgres).awaitReady(READY_LIMIT);
        } catch (EmbeddedPostgresException e) {
            throw failure(e);
        }
    }

    private static StartupException failure(EmbeddedPostgresException e) {
        return new StartupException(ExitCode.DATABASE, String.valueOf(e.getMessage()), e);
    }

    @Override
    public void stop() {
        Objects.requireNonNull(postgres).close();
    }
}
