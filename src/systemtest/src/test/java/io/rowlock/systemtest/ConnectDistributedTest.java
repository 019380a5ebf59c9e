package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kafka Connect (the version that {@code src/kafka-peer} names) as two distributed workers with connectors that copy files by way of topics.
 *
 * <p>Shown: Connect creates its three compacted topics and accepts them again at the next start; connectors are made, paused, resumed, asked for their
 * offsets and removed by REST; both workers have a part of the tasks, and one takes over all when the other is killed; lines arrive while the broker is
 * killed and restarted; all workers may end, and what starts anew knows its connectors and where they were. No line is missing, and where nothing was
 * killed, none is doubled. {@code -Drowlock.systemtest.connect-kills=20} kills the broker twenty times instead of once.
 */
@Timeout(1800)
@Proves(
        client = "Kafka Connect",
        version = "4.3.1",
        what =
                "two distributed workers with file source and sink; a worker and the broker killed, all workers restarted")
class ConnectDistributedTest {
    private static final int KILLS = Integer.getInteger("rowlock.systemtest.connect-kills", 1);
    private static final String CONFIGS = "connect-configs";
    private static final String OFFSETS = "connect-offsets";
    private static final String STATUS = "connect-status";

    /** The status topic as the broker's defaults have it, the others as Connect has it when told of a single broker. */
    private static final Map<String, String> WORKER = Map.ofEntries(
            Map.entry("group.id", "boathouse"),
            Map.entry("config.storage.topic", CONFIGS),
            Map.entry("config.storage.replication.factor", "1"),
            Map.entry("offset.storage.topic", OFFSETS),
            Map.entry("offset.storage.replication.factor", "1"),
            Map.entry("status.storage.topic", STATUS),
            Map.entry("status.storage.replication.factor", "-1"),
            Map.entry("session.timeout.ms", "6000"),
            Map.entry("heartbeat.interval.ms", "500"),
            Map.entry("scheduled.rebalance.max.delay.ms", "500"),
            Map.entry("consumer.session.timeout.ms", "3000"),
            Map.entry("consumer.heartbeat.interval.ms", "500"));

    private static final ServerProcess server = Target.current()
            .create(
                    "connect",
                    Map.of(
                            "group.initial.rebalance.delay.ms", "0",
                            "group.min.session.timeout.ms", "500",
                            "log.cleaner.backoff.ms", "100"));

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    private final ConnectedFile scull = new ConnectedFile("scull");
    private final ConnectedFile sweep = new ConnectedFile("sweep");
    private final List<ConnectedFile> files = List.of(scull, sweep);

    @BeforeAll
    static void start() {
        server.start();
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @Test
    void filesAreCopiedWhateverIsKilled() {
        try (ConnectWorker one = ConnectWorker.distributed(server, "one", WORKER);
                ConnectWorker other = ConnectWorker.distributed(server, "other", WORKER)) {
            try {
                linesArriveOnceAndInOrder(one);
                internalTopicsAreAsConnectWantsThem();
                bothWorkersHaveTasks(one, other);
                oneTakesOverFromTheOther(one, other);
                nothingIsMissingWhenTheBrokerIsKilled(one);
                anotherWorkerGoesOnAfterTheLastOneEnded(one, other);
                connectorsArePausedAskedAndRemoved(other);
            } catch (AssertionError | RuntimeException e) {
                e.addSuppressed(new IllegalStateException(one + "\n" + other));
                throw e;
            }
        } finally {
            files.forEach(ConnectedFile::delete);
        }
    }

    private void linesArriveOnceAndInOrder(ConnectWorker worker) {
        worker.start();
        worker.awaitServing();
        for (ConnectedFile file : files) {
            file.append(1_000);
            create(worker, file.sourceConnector(), file.sourceConfig());
            create(worker, file.sinkConnector(), file.sinkConfig());
        }
        files.forEach(ConnectedFile::awaitAll);
        files.forEach(ConnectedFile::assertSame);
        assertThat(worker.errors()).isEmpty();
    }

    private static void create(ConnectWorker worker, String name, Map<String, String> config) {
        String settings = config.entrySet().stream()
                .map(setting -> "\"" + setting.getKey() + "\":\"" + setting.getValue() + "\"")
                .collect(Collectors.joining(","));
        assertThat(worker.ask("PUT", "/connectors/" + name + "/config", "{" + settings + "}"))
                .contains("\"name\":\"" + name + "\"");
        worker.awaitRunning(name);
    }

    private static void internalTopicsAreAsConnectWantsThem() {
        List<String> topics = List.of(CONFIGS, OFFSETS, STATUS);
        try (Admin admin = Clients.admin(server)) {
            Map<String, Integer> partitions =
                    Clients.get(admin.describeTopics(topics).allTopicNames()).values().stream()
                            .collect(Collectors.toMap(
                                    TopicDescription::name,
                                    topic -> topic.partitions().size()));
            assertThat(partitions).isEqualTo(Map.of(CONFIGS, 1, OFFSETS, 25, STATUS, 5));
            Clients.get(admin.describeConfigs(topics.stream()
                                    .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                                    .toList())
                            .all())
                    .forEach((topic, config) -> assertThat(
                                    config.get("cleanup.policy").value())
                            .as(topic.name())
                            .isEqualTo("compact"));
        }
    }

    private void bothWorkersHaveTasks(ConnectWorker one, ConnectWorker other) {
        other.start();
        other.awaitServing();
        Clients.until("both workers have tasks", ConnectWorker.PAUSE, () -> {
            String all = statuses(one);
            return all.contains(one.id()) && all.contains(other.id());
        });
        awaitRunning(one);
        files.forEach(file -> file.append(1_000));
        files.forEach(ConnectedFile::awaitAll);
        assertThat(other.errors()).isEmpty();
    }

    private String statuses(ConnectWorker worker) {
        return worker.ask("GET", "/connectors?expand=status", "");
    }

    private void awaitRunning(ConnectWorker worker) {
        for (ConnectedFile file : files) {
            worker.awaitRunning(file.sourceConnector());
            worker.awaitRunning(file.sinkConnector());
        }
    }

    private void oneTakesOverFromTheOther(ConnectWorker one, ConnectWorker other) {
        files.forEach(file -> file.append(1_000));
        other.kill();
        files.forEach(file -> file.append(1_000));
        Clients.until(
                "one worker has all tasks",
                ConnectWorker.PAUSE,
                () -> !statuses(one).contains(other.id()));
        awaitRunning(one);
        files.forEach(ConnectedFile::awaitAll);
        files.forEach(ConnectedFile::assertNoneMissing);
    }

    private void nothingIsMissingWhenTheBrokerIsKilled(ConnectWorker worker) {
        for (int kill = 0; kill < KILLS; kill++) {
            files.forEach(file -> file.append(1_000));
            server.kill();
            files.forEach(file -> file.append(1_000));
            server.start();
            files.forEach(file -> file.append(1_000));
            files.forEach(ConnectedFile::awaitAll);
            files.forEach(ConnectedFile::assertNoneMissing);
        }
        awaitRunning(worker);
    }

    private void anotherWorkerGoesOnAfterTheLastOneEnded(ConnectWorker one, ConnectWorker other) {
        one.stop();
        files.forEach(file -> file.append(1_000));
        other.start();
        other.awaitServing();
        awaitRunning(other);
        files.forEach(ConnectedFile::awaitAll);
        files.forEach(ConnectedFile::assertNoneMissing);
        assertThat(other.errors()).isEmpty();
    }

    private void connectorsArePausedAskedAndRemoved(ConnectWorker worker) {
        assertThat(worker.ask("PUT", "/connectors/" + scull.sinkConnector() + "/pause", ""))
                .isEmpty();
        Clients.until(
                "is paused",
                ConnectWorker.PAUSE,
                () -> !worker.ask("GET", "/connectors/" + scull.sinkConnector() + "/status", "")
                        .contains("RUNNING"));
        assertThat(worker.ask("PUT", "/connectors/" + scull.sinkConnector() + "/resume", ""))
                .isEmpty();
        worker.awaitRunning(scull.sinkConnector());
        Clients.until(
                "the source's offset is kept",
                ConnectWorker.PAUSE,
                () -> offsets(worker, scull.sourceConnector()).contains("\"position\":" + scull.sourceBytes()));
        assertThat(offsets(worker, scull.sinkConnector())).contains("\"kafka_topic\":\"" + scull.topic() + "\"");
        for (ConnectedFile file : files) {
            worker.ask("DELETE", "/connectors/" + file.sinkConnector(), "");
            worker.ask("DELETE", "/connectors/" + file.sourceConnector(), "");
        }
        Clients.until(
                "no connector is left",
                ConnectWorker.PAUSE,
                () -> worker.ask("GET", "/connectors", "").equals("[]"));
        worker.stop();
    }

    private static String offsets(ConnectWorker worker, String connector) {
        return worker.ask("GET", "/connectors/" + connector + "/offsets", "");
    }
}
