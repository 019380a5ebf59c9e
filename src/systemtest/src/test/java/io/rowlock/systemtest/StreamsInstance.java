package io.rowlock.systemtest;

import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ServerProcess;
import io.rowlock.systemtest.streams.StreamsApp;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** One instance of the Streams application, as a process with a state directory of its own that outlives the process. */
final class StreamsInstance extends ClientApplication {
    private final Path state;
    private final Properties config = new Properties();

    /** @param name of this instance, which is its static member's too where {@code config} asks for one */
    StreamsInstance(ServerProcess server, String application, String name, Map<String, String> config) {
        this(server, application, name, Target.freshHome(application + "-" + name), config);
    }

    private StreamsInstance(
            ServerProcess server, String application, String name, Path home, Map<String, String> config) {
        super(home);
        this.state = home.resolve("state");
        this.config.setProperty("application.id", application);
        this.config.setProperty("bootstrap.servers", server.bootstrap());
        this.config.setProperty("client.id", name);
        this.config.setProperty("state.dir", state.toString());
        this.config.putAll(config);
    }

    void start() {
        launch(KafkaTool.application(StreamsApp.class, List.of(write("streams", config))));
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

    void deleteState() {
        ServerProcess.deleteTree(state);
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
}
