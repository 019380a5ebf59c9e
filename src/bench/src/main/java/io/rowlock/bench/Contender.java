package io.rowlock.bench;

import io.rowlock.systemtest.process.KafkaProcess;
import io.rowlock.systemtest.process.PostgresAccess;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.RowlockProcess;
import io.rowlock.systemtest.process.ServerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;

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
        return rowlock(
                each.name(),
                each.rowlock() == Durability.SYNCED ? Map.of() : Map.of("rowlock.log.durability", "async"));
    }

    static Contender kafka(BenchCase each, Durability durability, String name) {
        return kafka(each.name(), name, durability == Durability.SYNCED ? Map.of("flush.messages", "1") : Map.of());
    }

    static Contender rowlock(String caseName, Map<String, String> settings) {
        return started("Rowlock", RowlockProcess.in(freshHome(caseName + "-rowlock"), JVM_OPTIONS, settings), Map.of());
    }

    static Contender kafka(String caseName, String name, Map<String, String> topicConfigs) {
        // Kafka's minute would let more data pile up on its side than on Rowlock's, which deletes at once.
        Map<String, String> settings = Map.of("log.segment.delete.delay.ms", "1000");
        return started(name, KafkaProcess.in(freshHome(caseName + "-" + name), JVM_OPTIONS, settings), topicConfigs);
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
        NewTopic described = new NewTopic(topic, partitions, (short) 1).configs(topicConfigs);
        ask("create " + topic, admin -> admin.createTopics(List.of(described)).all());
    }

    /** Its memory in the page cache is then the next run's: memory that a virtual machine touches first costs more than the write. */
    void deleteTopic(String topic) {
        ask("delete " + topic, admin -> admin.deleteTopics(List.of(topic)).all());
    }

    /** Apache Kafka makes the topic for its groups when somebody first asks for one, which is not to be measured. */
    void awaitCoordinator() {
        ask(
                "find a coordinator",
                admin -> admin.listConsumerGroupOffsets("nobody").all());
    }

    private void ask(String what, Function<Admin, KafkaFuture<?>> request) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.bootstrap()))) {
            request.apply(admin).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(name + " cannot " + what, e.getCause());
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

    /** The PostgreSQL of a contender that has one. */
    Optional<PostgresAccess> postgres() {
        return server instanceof RowlockProcess node ? Optional.of(node.postgres()) : Optional.empty();
    }

    @Override
    public void close() {
        server.close();
    }
}
