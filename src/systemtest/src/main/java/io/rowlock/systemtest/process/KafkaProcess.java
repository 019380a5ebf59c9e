package io.rowlock.systemtest.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Apache Kafka as one KRaft node that is broker and controller: the judge of the tests and the peer of the benchmarks. */
public final class KafkaProcess extends ServerProcess {
    private final List<String> jvmOptions;
    private final Map<String, String> settings;
    private final int clientPort;

    private KafkaProcess(Path home, List<String> jvmOptions, Map<String, String> settings, int clientPort) {
        super(home);
        this.jvmOptions = jvmOptions;
        this.settings = settings;
        this.clientPort = clientPort;
    }

    /**
     * A broker on free ports with its data in {@code home/data} and Kafka's defaults, but for what a single node needs.
     *
     * @param settings further lines of {@code server.properties}
     */
    public static KafkaProcess in(Path home, List<String> jvmOptions, Map<String, String> settings) {
        List<Integer> ports = FreePorts.take(2);
        return on(ports.get(0), ports.get(1), home, jvmOptions, settings);
    }

    /** As {@link #in}, on these ports. */
    static KafkaProcess on(
            int clientPort, int controllerPort, Path home, List<String> jvmOptions, Map<String, String> settings) {
        String controller = "127.0.0.1:" + controllerPort;
        Map<String, String> all = new LinkedHashMap<>();
        all.put("process.roles", "broker,controller");
        all.put("node.id", "1");
        all.put("controller.quorum.voters", "1@" + controller);
        all.put("controller.listener.names", "CONTROLLER");
        all.put("listeners", "PLAINTEXT://127.0.0.1:" + clientPort + ",CONTROLLER://" + controller);
        all.put("log.dirs", home.resolve("data").toString());
        all.put("offsets.topic.replication.factor", "1");
        all.put("transaction.state.log.replication.factor", "1");
        all.put("transaction.state.log.min.isr", "1");
        all.putAll(settings);
        return new KafkaProcess(home, List.copyOf(jvmOptions), all, clientPort);
    }

    @Override
    protected void prepare() {
        if (Files.exists(dataDirectory().resolve("meta.properties"))) {
            return;
        }
        StringBuilder lines = new StringBuilder();
        settings.forEach(
                (name, value) -> lines.append(name).append('=').append(value).append('\n'));
        try {
            Files.writeString(propertiesFile(), lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + propertiesFile(), e);
        }
        KafkaTool.run(
                        "kafka.tools.StorageTool",
                        "format",
                        "--cluster-id",
                        "b2lsLW9uLXdhdGVyLTAxMg",
                        "--config",
                        propertiesFile().toString())
                .expectSuccess();
    }

    @Override
    protected List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(jvmOptions);
        command.addAll(List.of(
                "-cp",
                ProjectLayout.kafkaClassPath(),
                "kafka.Kafka",
                propertiesFile().toString()));
        return command;
    }

    private Path propertiesFile() {
        return home().resolve("server.properties");
    }

    @Override
    public int clientPort() {
        return clientPort;
    }

    @Override
    public Path dataDirectory() {
        return home().resolve("data");
    }
}
