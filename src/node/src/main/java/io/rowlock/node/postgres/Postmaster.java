package io.rowlock.node.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One running PostgreSQL server, started by this process or left behind by an earlier one. */
final class Postmaster {

    static final String ROLE = "rowlock";

    private static final Duration INITDB_LIMIT = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(5);

    /** What differs from PostgreSQL's defaults: a small server for one node, with all of its durability. */
    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("max_connections", "40"),
            Map.entry("shared_buffers", "32MB"),
            Map.entry("max_wal_size", "256MB"),
            Map.entry("wal_level", "minimal"),
            Map.entry("max_wal_senders", "0"),
            Map.entry("max_worker_processes", "1"),
            Map.entry("max_logical_replication_workers", "0"),
            Map.entry("max_parallel_workers", "0"),
            Map.entry("autovacuum_max_workers", "1"),
            Map.entry("jit", "off"),
            Map.entry("log_checkpoints", "off"),
            // The log cannot outgrow a week: each day's file is begun anew.
            Map.entry("logging_collector", "on"),
            Map.entry("log_filename", "postgresql-%a.log"),
            Map.entry("log_rotation_age", "1d"),
            Map.entry("log_rotation_size", "0"),
            Map.entry("log_truncate_on_rotation", "on"));

    private final ProcessHandle process;
    private final Path data;

    private Postmaster(ProcessHandle process, Path data) {
        this.process = process;
        this.data = data;
    }

    /** A server that runs on this directory already, or null. */
    static @Nullable Postmaster running(PostgresHome home) throws IOException {
        PostmasterFile file = PostmasterFile.read(home.data());
        if (file == null || !file.isAlive(home.data())) {
            return null;
        }
        return ProcessHandle.of(file.pid())
                .map(handle -> new Postmaster(handle, home.data()))
                .orElse(null);
    }

    /** Starts a server; on first use unpacks the programs and creates the database. */
    static Postmaster start(PostgresHome home, int port) throws IOException {
        PostgresUser user = PostgresUser.choose(home.root());
        Path binaries = PostgresBinaries.unpack(home.root());
        Files.createDirectories(home.log());
        user.own(home.log());
        if (!home.isInitialized()) {
            initialize(home, user, binaries);
        }
        removeStaleFile(home);
        List<String> line = new ArrayList<>(List.of("setsid"));
        line.addAll(user.command(serverCommand(home, binaries, port)));
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(startLog(home).toFile());
        builder.environment().put("LC_ALL", "C");
        builder.environment().remove("PGDATA");
        Process process = builder.start();
        process.getOutputStream().close();
        return new Postmaster(process.toHandle(), home.data());
    }

    /** Where the server writes before its own log is open. */
    private static Path startLog(PostgresHome home) {
        return home.log().resolve("start.log");
    }

    private static List<String> serverCommand(PostgresHome home, Path binaries, int port) {
        List<String> line = new ArrayList<>();
        line.add(binaries.resolve("bin/postgres").toString());
        line.add("-D");
        line.add(home.data().toString());
        line.add("-p");
        line.add(Integer.toString(port));
        SETTINGS.forEach((name, value) -> {
            line.add("-c");
            line.add(name + "=" + value);
        });
        line.add("-c");
        line.add("log_directory=" + home.log());
        return line;
    }

    private static void initialize(PostgresHome home, PostgresUser user, Path binaries) throws IOException {
        Path partial = home.root().resolve("data.partial");
        FileTree.delete(partial);
        Files.createDirectory(
                partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        user.own(partial);
        user.own(home.passwordFile());
        Command.Result result = Command.run(
                user.command(List.of(
                        binaries.resolve("bin/initdb").toString(),
                        "--pgdata=" + partial,
                        "--username=" + ROLE,
                        "--pwfile=" + home.passwordFile(),
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--data-checksums",
                        "--no-instructions",
                        // The password has 192 random bits: hashing it often adds time to each connection and nothing
                        // else.
                        "--set=scram_iterations=1")),
                INITDB_LIMIT);
        if (result.exitCode() != 0) {
            throw new EmbeddedPostgresException("The embedded PostgreSQL could not create its database in "
                    + home.root() + ": " + firstError(result.output()) + ". Correct that, "
                    + EmbeddedPostgresException.CONFIGURE_ANOTHER + ".");
        }
        // initdb has synced everything: from the rename on, the database is whole or not there.
        Files.move(partial, home.data(), StandardCopyOption.ATOMIC_MOVE);
        home.sync();
    }

    /** A file left by a crash names a process that is gone, or whose number another program has now. */
    private static void removeStaleFile(PostgresHome home) throws IOException {
        Files.deleteIfExists(PostmasterFile.in(home.data()));
    }

    /** Waits until the server takes connections; throws when it ends before, or after {@code limit}. */
    void awaitReady(PostgresHome home, Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            PostmasterFile file = PostmasterFile.read(data);
            if (file != null && file.ready() && file.pid() == process.pid()) {
                return;
            }
            if (!process.isAlive()) {
                throw new EmbeddedPostgresException("The embedded PostgreSQL did not start: " + reason(home) + ". See "
                        + home.log() + ", " + EmbeddedPostgresException.CONFIGURE_ANOTHER + ".");
            }
            if (System.nanoTime() - deadline > 0) {
                throw new EmbeddedPostgresException("The embedded PostgreSQL was not ready after " + limit.toSeconds()
                        + " s: it may be recovering, so look into " + home.log() + " and start the node again.");
            }
            Thread.sleep(POLL.toMillis());
        }
    }

    private static String reason(PostgresHome home) throws IOException {
        List<String> lines = Files.exists(startLog(home)) ? Files.readAllLines(startLog(home)) : List.of();
        return lines.stream()
                .filter(line -> line.contains("FATAL:") || line.startsWith("postgres:"))
                .reduce((first, second) -> second)
                .map(line -> line.substring(line.indexOf(": ") + 2)
                        .replace("FATAL:", "")
                        .strip())
                .orElse("it ended without a word");
    }

    private static String firstError(String output) {
        return output.lines()
                .filter(line -> line.contains("error:"))
                .findFirst()
                .orElseGet(() -> output.substring(output.lastIndexOf('\n') + 1));
    }

    long pid() {
        return process.pid();
    }

    /** Waits until the server has ended, however it ended. */
    void awaitEnd() throws InterruptedException {
        try {
            process.onExit().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends the server: sessions are cut, everything is written. Harder, and recovered at the next start, after 30 s. */
    void stop() throws InterruptedException {
        if (signal("INT") && endsWithin(Duration.ofSeconds(30))) {
            return;
        }
        if (signal("QUIT") && endsWithin(Duration.ofSeconds(5))) {
            return;
        }
        process.destroyForcibly();
    }

    private boolean signal(String name) {
        return Command.run(
                                List.of("sh", "-c", "kill -s \"$1\" \"$2\"", "sh", name, Long.toString(pid())),
                                Duration.ofSeconds(5))
                        .exitCode()
                == 0;
    }

    private boolean endsWithin(Duration limit) throws InterruptedException {
        try {
            process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
