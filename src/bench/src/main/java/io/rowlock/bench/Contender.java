package io.rowlock.bench;

import io.rowlock.systemtest.process.KafkaProcess;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.RowlockProcess;
import io.rowlock.systemtest.process.ServerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A broker that takes part, running on fresh data.
 *
 * @param name for the table
 * @param server its process
 * @param topicConfigs for every topic it gets
 */
record Contender(String name, ServerProcess server, Map<String, String> topicConfigs) implements AutoCloseable {
    /** The same for both. The collector is the JVM's default. */
    private static final List<String> JVM_OPTIONS = List.of("-Xms1g", "-Xmx1g");

    static Contender rowlock(BenchCase each) {
        Map<String, String> settings =
                each.rowlock() == Durability.SYNCED ? Map.of() : Map.of("rowlock.log.durability", "async");
        return started(
                "Rowlock", RowlockProcess.in(freshHome(each.name() + "-rowlock"), JVM_OPTIONS, settings), Map.of());
    }

    static Contender kafka(BenchCase each, Durability durability, String name) {
        Map<String, String> topicConfigs = durability == Durability.SYNCED ? Map.of("flush.messages", "1") : Map.of();
        return started(name, KafkaProcess.in(freshHome(each.name() + "-" + name), JVM_OPTIONS, Map.of()), topicConfigs);
    }

    private static Path freshHome(String name) {
        Path home = ProjectLayout.root().resolve("src/bench/target/processes/" + name);
        ServerProcess.deleteTree(home);
        return home;
    }

    private static Contender started(String name, ServerProcess server, Map<String, String> topicConfigs) {
        server.start();
        return new Contender(name, server, topicConfigs);
    }

    void createTopic(String topic, int partitions) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(topicConfigs)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot create " + topic + " on " + name, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Processor seconds of the broker itself so far. */
    double brokerCpuSeconds() {
        return CpuTime.ofProcess(server.pid());
    }

    /** Processor seconds of the broker's PostgreSQL so far; 0 where there is none. */
    double postgresCpuSeconds() {
        return server instanceof RowlockProcess node
                ? node.postmaster().map(CpuTime::ofTree).orElse(0.0)
                : 0;
    }

    @Override
    public void close() {
        server.close();
    }
}
