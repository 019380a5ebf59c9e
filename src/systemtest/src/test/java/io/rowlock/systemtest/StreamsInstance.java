package io.rowlock.systemtest;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.RunningCommand;
import io.rowlock.systemtest.process.ServerProcess;
import io.rowlock.systemtest.streams.StreamsApp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** One instance of the Streams application, as a process with a state directory of its own that outlives the process. */
final class StreamsInstance implements AutoCloseable {
    private final Path home;
    private final Properties config = new Properties();
    private @Nullable RunningCommand process;

    /** @param name of this instance, which is its static member's too where {@code config} asks for one */
    StreamsInstance(ServerProcess server, String application, String name, Map<String, String> config) {
        this.home = Target.freshHome(application + "-" + name);
        this.config.setProperty("application.id", application);
        this.config.setProperty("bootstrap.servers", server.bootstrap());
        this.config.setProperty("client.id", name);
        this.config.setProperty("state.dir", stateDirectory().toString());
        this.config.putAll(config);
    }

    void start() {
        if (process != null) {
            process.close();
        }
        try {
            Files.createDirectories(home);
            Path file = home.resolve("streams.properties");
            try (Writer writer = Files.newBufferedWriter(file)) {
                config.store(writer, null);
            }
            process = RunningCommand.start(KafkaTool.application(StreamsApp.class, List.of(file.toString())));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare " + home, e);
        }
    }

    /** Returns when this start's state is there and its tasks are at work. */
    void awaitRunning() {
        Clients.until("tasks of " + this, StreamsProgress.PAUSE, () -> active() > 0);
    }

    /** Tasks that this instance works on; 0 while it does not know. */
    int active() {
        return task("active=");
    }

    /** Tasks whose state this instance keeps for when another dies. */
    int standby() {
        return task("standby=");
    }

    private int task(String kind) {
        requireAlive();
        String last = "tasks unknown";
        for (String line : running().outLines()) {
            if (line.startsWith("tasks ")) {
                last = line;
            }
        }
        for (String word : last.split(" ")) {
            if (word.startsWith(kind)) {
                return Integer.parseInt(word.substring(kind.length()));
            }
        }
        return 0;
    }

    /** How many records of changelogs whose name holds the given word this start read to have its state back. */
    long restored(String store) {
        return running().outLines().stream()
                .filter(line -> line.startsWith("restored ") && line.contains(store))
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** SIGKILL. */
    void kill() {
        requireAlive();
        running().kill();
    }

    /** SIGTERM: the application commits and leaves. */
    CommandResult stop() {
        requireAlive();
        return running().stop();
    }

    void deleteState() {
        ServerProcess.deleteTree(stateDirectory());
    }

    private Path stateDirectory() {
        return home.resolve("state");
    }

    /**
     * What this start has logged as an error, and what its clients have logged as a warning, but for topics that are not there yet: a consumer subscribes
     * to the internal topics before its leader has created them.
     */
    List<String> complaints() {
        return running().errLines().stream()
                .filter(line -> line.contains(" ERROR ")
                        || (line.contains(" WARN org.apache.kafka.clients.")
                                && !line.contains("UNKNOWN_TOPIC_OR_PARTITION")))
                .toList();
    }

    private void requireAlive() {
        if (!running().isAlive()) {
            throw new AssertionError("ended by itself: " + this);
        }
    }

    private RunningCommand running() {
        if (process == null) {
            throw new IllegalStateException("was never started");
        }
        return process;
    }

    /** Ends the process and removes its state. */
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
