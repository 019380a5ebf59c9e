package io.rowlock.systemtest;

import io.rowlock.systemtest.process.FreePorts;
import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** A worker of Kafka Connect, as a process with a REST port of its own. */
final class ConnectWorker extends ClientApplication {
    static final Duration PAUSE = Duration.ofMillis(50);

    private final String mainClass;
    private final Properties config = new Properties();
    private final List<String> arguments = new ArrayList<>();
    private final int port = FreePorts.take(1).get(0);
    private final HttpClient http = HttpClient.newHttpClient();

    private ConnectWorker(ServerProcess server, String name, String mainClass, Map<String, String> config) {
        super(Target.freshHome("connect-" + name));
        this.mainClass = mainClass;
        this.config.setProperty("bootstrap.servers", server.bootstrap());
        this.config.setProperty("listeners", "http://127.0.0.1:" + port);
        this.config.setProperty("key.converter", "org.apache.kafka.connect.storage.StringConverter");
        this.config.setProperty("value.converter", "org.apache.kafka.connect.json.JsonConverter");
        this.config.setProperty("plugin.discovery", "service_load");
        this.config.setProperty("offset.flush.interval.ms", "500");
        this.config.putAll(config);
        arguments.add(write("worker", this.config));
    }

    /** A worker of a group that keeps everything in topics. */
    static ConnectWorker distributed(ServerProcess server, String name, Map<String, String> config) {
        return new ConnectWorker(server, name, "org.apache.kafka.connect.cli.ConnectDistributed", config);
    }

    /** A worker that keeps the offsets of sources in a file and runs the given connectors. */
    static ConnectWorker standalone(
            ServerProcess server,
            String name,
            Map<String, String> config,
            Map<String, Map<String, String>> connectors) {
        ConnectWorker worker =
                new ConnectWorker(server, name, "org.apache.kafka.connect.cli.ConnectStandalone", config);
        connectors.forEach((connector, settings) -> {
            Properties all = new Properties();
            all.setProperty("name", connector);
            all.putAll(settings);
            worker.arguments.add(worker.write(connector, all));
        });
        return worker;
    }

    /** Starts the process and returns at once. */
    void start() {
        launch(KafkaTool.command(mainClass, arguments));
    }

    /** Returns when the worker answers and says that a connector and its tasks run. */
    void awaitRunning(String connector) {
        Clients.until("connector " + connector + " and its tasks run", PAUSE, () -> {
            String status = ask("GET", "/connectors/" + connector + "/status", "");
            return count(status, "\"state\":\"RUNNING\"") >= 2
                    && count(status, "\"state\":") == count(status, "RUNNING");
        });
    }

    private static int count(String text, String part) {
        return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
    }

    /** Returns when the worker answers questions of its group. */
    void awaitServing() {
        Clients.until(
                "the worker answers", PAUSE, () -> ask("GET", "/connectors", "").startsWith("["));
    }

    /** What the worker answers; nothing while it does not. */
    String ask(String method, String path, String body) {
        requireAlive();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Clients.PATIENCE)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return response.body();
        } catch (IOException notYet) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The name that the group's members know this worker by. */
    String id() {
        return "127.0.0.1:" + port;
    }

    /** What this start has logged as an error. */
    List<String> errors() {
        return running().errLines().stream()
                .filter(line -> line.contains(" ERROR "))
                .toList();
    }
}
