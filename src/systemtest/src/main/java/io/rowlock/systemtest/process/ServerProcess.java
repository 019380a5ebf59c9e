package io.rowlock.systemtest.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A broker as a child process: started, asked until it serves, stopped or killed, started again on the same data and ports. Its output goes to two files
 * that survive the process. Used by one thread at a time.
 */
public abstract class ServerProcess implements Brokers, AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final int TAIL_CHARS = 12_000;

    private final Path home;
    private @Nullable Process process;

    /** @param home an own directory of this server; data and output are kept below it */
    protected ServerProcess(Path home) {
        this.home = home;
        try {
            Files.createDirectories(home);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + home, e);
        }
    }

    /** The command line that runs the server in the foreground. */
    protected abstract List<String> command();

    /** What must happen before the first start on fresh data; nothing by default. */
    protected void prepare() {}

    /** Ends what the server's death leaves behind; nothing by default. */
    protected void endLeftovers() {}

    /** The port for clients, on 127.0.0.1. */
    public abstract int clientPort();

    /** The directory under which the server keeps its partitions. */
    public abstract Path dataDirectory();

    @Override
    public final String bootstrap() {
        return "127.0.0.1:" + clientPort();
    }

    /** Starts the process and returns when it serves; fails with the server's output if it ends or stays silent. */
    public final void start() {
        launch();
        awaitServing();
    }

    /** Starts the process and returns at once. */
    public final void launch() {
        if (isAlive()) {
            throw new IllegalStateException("already running");
        }
        prepare();
        try {
            process = new ProcessBuilder(command())
                    .directory(home.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            home.resolve("stdout.log").toFile()))
                    .redirectError(ProcessBuilder.Redirect.appendTo(
                            home.resolve("stderr.log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command(), e);
        }
    }

    /** Returns when a launched process serves; fails with its output if it ends or stays silent. */
    public final void awaitServing() {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!ApiVersionsProbe.isServed(clientPort())) {
            if (!isAlive()) {
                throw new IllegalStateException(
                        "ended with exit code " + running().exitValue() + " instead of serving\n" + output());
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("does not serve after " + START_LIMIT + "\n" + output());
            }
            waitAMoment();
        }
    }

    private static void waitAMoment() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a server", e);
        }
    }

    /** SIGTERM, and the exit code that followed. */
    public final int stop() {
        running().destroy();
        return awaitExit(STOP_LIMIT);
    }

    /** SIGKILL; returns when the process is gone. Its own children, if any, live on as they would after a crash. */
    public final void kill() {
        running().destroyForcibly();
        awaitExit(STOP_LIMIT);
    }

    /** SIGSTOP: it neither does anything nor breaks its connections. */
    public final void pause() {
        Signals.send("STOP", List.of(pid()));
    }

    /** SIGCONT, after {@link #pause}. */
    public final void resume() {
        Signals.send("CONT", List.of(pid()));
    }

    /** Waits until the process ended by itself, and gives its exit code. */
    public final int awaitExit(Duration limit) {
        try {
            if (!running().waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("still running after " + limit + "\n" + output());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the end of a server", e);
        }
        return running().exitValue();
    }

    public final boolean isAlive() {
        return process != null && process.isAlive();
    }

    public final long pid() {
        return running().pid();
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("was never started");
        }
        return process;
    }

    /** The directory of one partition, wherever below the data directory the server keeps it. */
    public final Path partitionDirectory(String topic, int partition) {
        try (Stream<Path> found = Files.find(
                dataDirectory(),
                3,
                (path, attributes) -> attributes.isDirectory() && path.endsWith(topic + "-" + partition))) {
            return found.findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "no directory of " + topic + "-" + partition + " below " + dataDirectory()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look below " + dataDirectory(), e);
        }
    }

    /** Everything written to standard output, over all starts. */
    public final String standardOutput() {
        return read("stdout.log");
    }

    /** Everything written to standard error, over all starts. */
    public final String standardError() {
        return read("stderr.log");
    }

    /** The last of both outputs, for a failure message. */
    public final String output() {
        return "--- " + home + " stdout ---\n" + tail(standardOutput()) + "\n--- stderr ---\n" + tail(standardError());
    }

    private String read(String file) {
        Path path = home.resolve(file);
        try {
            return Files.exists(path) ? Files.readString(path, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private static String tail(String text) {
        return text.substring(Math.max(0, text.length() - TAIL_CHARS));
    }

    /** Ends the process, if it runs, and removes its data unless they were another's; the output stays. */
    @Override
    public final void close() {
        if (isAlive()) {
            kill();
        }
        if (dataDirectory().startsWith(home)) {
            endLeftovers();
            deleteTree(dataDirectory());
        }
    }

    /** Removes a directory and all below it; a directory that is not there is fine. */
    public static void deleteTree(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        }
    }

    /** The path of the java launcher that runs this JVM. */
    protected static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The directory given at construction. */
    protected final Path home() {
        return home;
    }
}
