package io.rowlock.systemtest.process;

import io.rowlock.node.postgres.EmbeddedPostgres;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A PostgreSQL of its own, as an operator runs one for a cluster: not inside a node, and with a life of its own. The same
 * programs as the nodes carry.
 */
public final class PostgresServer implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final Path home;
    private EmbeddedPostgres server;

    private PostgresServer(Path home, EmbeddedPostgres server) {
        this.home = home;
        this.server = server;
    }

    /** One that runs, with its data below {@code home}. */
    public static PostgresServer start(Path home) {
        return new PostgresServer(home, running(home));
    }

    private static EmbeddedPostgres running(Path home) {
        EmbeddedPostgres server = EmbeddedPostgres.launch(home);
        try {
            server.awaitReady(START_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL starts", e);
        }
        return server;
    }

    /** Where it listens at the moment, on 127.0.0.1. */
    public int port() {
        return URI.create(server.jdbcUrl().substring("jdbc:".length())).getPort();
    }

    /** Straight to it, past every proxy. */
    public PostgresAccess access() {
        return new PostgresAccess(server.jdbcUrl(), server.username(), server.password());
    }

    /** Ends it in order. */
    public void stop() {
        server.close();
    }

    /** After {@link #stop}; perhaps on another port. */
    public void startAgain() {
        server = running(home);
    }

    /** SIGKILL to all its processes; it starts again by itself. */
    public void crash() {
        Signals.send("KILL", processes());
    }

    /** SIGSTOP: it neither answers nor breaks its connections. */
    public void pause() {
        // The postmaster first, so that it starts nothing in between.
        Signals.send("STOP", List.of(server.pid()));
        Signals.send("STOP", processes());
    }

    /** SIGCONT, after {@link #pause}. */
    public void resume() {
        Signals.send("CONT", processes());
    }

    /** Its first process, of which the others are children, while it runs. */
    public Optional<ProcessHandle> process() {
        return ProcessHandle.of(server.pid());
    }

    private List<Long> processes() {
        ProcessHandle postmaster =
                process().orElseThrow(() -> new IllegalStateException("PostgreSQL does not run below " + home));
        List<Long> all = new ArrayList<>();
        try (Stream<ProcessHandle> descendants = postmaster.descendants()) {
            Stream.concat(Stream.of(postmaster), descendants).forEach(process -> all.add(process.pid()));
        }
        return all;
    }

    @Override
    public void close() {
        stop();
        ServerProcess.deleteTree(home);
    }
}
