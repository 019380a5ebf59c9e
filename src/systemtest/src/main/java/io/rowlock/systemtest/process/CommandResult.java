package io.rowlock.systemtest.process;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How a command ended.
 *
 * @param command what was run
 * @param exitCode of the process
 * @param out all of its standard output
 * @param err all of its standard error
 */
public record CommandResult(List<String> command, int exitCode, String out, String err) {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Runs a command to its end with the given standard input; a command that does not end within two minutes is killed and reported. */
    public static CommandResult of(List<String> command, String input) {
        try {
            Path out = Files.createTempFile("rowlock-command", ".out");
            Path err = Files.createTempFile("rowlock-command", ".err");
            try {
                int exitCode = run(command, input, out, err);
                return new CommandResult(command, exitCode, Files.readString(out), Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command, e);
        }
    }

    private static int run(List<String> command, String input, Path out, Path err) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        try {
            if (process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            throw new IllegalStateException("still running after " + LIMIT + ": " + command + "\n"
                    + Files.readString(out) + Files.readString(err));
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, e);
        }
    }

    /** This result, if the exit code is 0; otherwise a failure that shows all output. */
    public CommandResult expectSuccess() {
        if (exitCode != 0) {
            throw new IllegalStateException(toString());
        }
        return this;
    }

    @Override
    public String toString() {
        return String.join(" ", command) + "\nexit code " + exitCode + "\n--- stdout ---\n" + out + "\n--- stderr ---\n"
                + err;
    }
}
