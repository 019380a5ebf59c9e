package io.rowlock.systemtest.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command that runs beside the test, such as a consumer that ends only when it is told to. Used by one thread. */
public final class RunningCommand implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final List<String> command;
    private final Path out;
    private final Path err;
    private final Process process;

    private RunningCommand(List<String> command, Path out, Path err, Process process) {
        this.command = command;
        this.out = out;
        this.err = err;
        this.process = process;
    }

    /** Starts a command without input and returns at once. */
    public static RunningCommand start(List<String> command) {
        try {
            Path out = Files.createTempFile("rowlock-command", ".out");
            Path err = Files.createTempFile("rowlock-command", ".err");
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            process.getOutputStream().close();
            return new RunningCommand(List.copyOf(command), out, err, process);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    /** The whole lines of standard output so far. */
    public List<String> outLines() {
        return wholeLines(out);
    }

    /** The whole lines of standard error so far. */
    public List<String> errLines() {
        return wholeLines(err);
    }

    private static List<String> wholeLines(Path file) {
        String text = read(file);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM; returns with the result when the process is gone. */
    public CommandResult stop() {
        process.destroy();
        return ended();
    }

    /** SIGKILL; returns when the process is gone. */
    public void kill() {
        process.destroyForcibly();
        ended();
    }

    private CommandResult ended() {
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("still running after " + STOP_LIMIT + ": " + this);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the end of " + command, e);
        }
        return new CommandResult(command, process.exitValue(), read(out), read(err));
    }

    /** Ends the process, if it runs, and forgets its output. */
    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
        try {
            Files.delete(out);
            Files.delete(err);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the output of " + command, e);
        }
    }

    /** The command line and all output so far, for a failure message. */
    @Override
    public String toString() {
        return String.join(" ", command) + "\n--- stdout ---\n" + read(out) + "\n--- stderr ---\n" + read(err);
    }
}
