package io.rowlock.systemtest;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.RunningCommand;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** An application on Kafka's clients, as a process that is killed and started again, with a directory that outlives it. Used by one thread. */
abstract class ClientApplication implements AutoCloseable {
    private final Path home;
    private @Nullable RunningCommand process;

    /** @param home its own, empty */
    ClientApplication(Path home) {
        this.home = home;
    }

    /** Writes a file of settings into its directory; the file's path. */
    final String write(String name, Properties properties) {
        try {
            Files.createDirectories(home);
            Path file = home.resolve(name + ".properties");
            try (Writer writer = Files.newBufferedWriter(file)) {
                properties.store(writer, null);
            }
            return file.toString();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + name, e);
        }
    }

    /** Starts a process instead of the one before and returns at once. */
    final void launch(List<String> command) {
        if (process != null) {
            process.close();
        }
        process = RunningCommand.start(command);
    }

    /** SIGKILL. */
    final void kill() {
        requireAlive();
        running().kill();
    }

    /** SIGTERM: it commits and leaves. */
    final CommandResult stop() {
        requireAlive();
        return running().stop();
    }

    final void requireAlive() {
        if (!running().isAlive()) {
            throw new AssertionError("ended by itself: " + this);
        }
    }

    /** The process of the last start. */
    final RunningCommand running() {
        if (process == null) {
            throw new IllegalStateException("was never started");
        }
        return process;
    }

    /** Ends the process and removes what it kept. */
    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
        ServerProcess.deleteTree(home);
    }

    @Override
    public String toString() {
        return home.getFileName() + ": " + (process == null ? "not started" : process);
    }
}
