package io.rowlock.bench;

import io.rowlock.systemtest.process.KafkaCluster;
import io.rowlock.systemtest.process.KafkaProcess;
import io.rowlock.systemtest.process.PostgresAccess;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.RowlockCluster;
import io.rowlock.systemtest.process.RowlockProcess;
import io.rowlock.systemtest.process.ServerProcess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;

/**
 * A broker, or a cluster of them, that takes part, running on fresh data.
 *
 * @param name for the table
 * @param servers its processes
 * @param postmaster its PostgreSQL, if it has one and that runs
 * @param topicConfigs for every topic it gets
 * @param whole what to close
 */
record Contender(
        String name,
        List<? extends ServerProcess> servers,
        Supplier<Optional<ProcessHandle>> postmaster,
        Map<String, String> topicConfigs,
        Closing whole)
        implements AutoCloseable {
    /** The same for both. The collector is the JVM's default. */
    private static final List<String> JVM_OPTIONS = List.of("-Xms1g", "-Xmx1g");

    /** Kafka's minute would let more data pile up on its side than on Rowlock's, which deletes at once. */
    private static final Map<String, String> KAFKA_SETTINGS = Map.of("log.segment.delete.delay.ms", "1000");

    private static final Map<String, String> TWO_IN_SYNC = Map.of("min.insync.replicas", "2");

    /** Ends all processes. */
    @FunctionalInterface
    interface Closing {
        void close();
    }

    static Contender rowlock(BenchCase each) {
        Map<String, String> settings =
                each.rowlock() == Durability.SYNCED ? Map.of() : Map.of("rowlock.log.durability", "replicated");
        if (each.nodes() == 1) {
            return rowlock(each.name(), settings);
        }
        RowlockCluster cluster =
                RowlockCluster.direct(freshHome(each.name() + "-rowlock"), each.nodes(), JVM_OPTIONS, settings);
        cluster.start();
        return new Contender(
                "Rowlock", cluster.nodes(), () -> cluster.postgres().process(), TWO_IN_SYNC, cluster::close);
    }

    static Contender kafka(BenchCase each, Durability durability, String name) {
        Map<String, String> topicConfigs = durability == Durability.SYNCED ? Map.of("flush.messages", "1") : Map.of();
        if (each.nodes() == 1) {
            return kafka(each.name(), name, topicConfigs);
        }
        Map<String, String> all = new HashMap<>(topicConfigs);
        all.putAll(TWO_IN_SYNC);
        KafkaCluster cluster =
                KafkaCluster.in(freshHome(each.name() + "-" + name), each.nodes(), JVM_OPTIONS, KAFKA_SETTINGS);
        cluster.start();
        return new Contender(name, cluster.nodes(), Optional::empty, all, cluster::close);
    }

    static Contender rowlock(String caseName, Map<String, String> settings) {
        RowlockProcess node = RowlockProcess.in(freshHome(caseName + "-rowlock"), JVM_OPTIONS, settings);
        node.start();
        return new Contender("Rowlock", List.of(node), node::postmaster, Map.of(), node::close);
    }

    static Contender kafka(String caseName, String name, Map<String, String> topicConfigs) {
        KafkaProcess broker = KafkaProcess.in(freshHome(caseName + "-" + name), JVM_OPTIONS, KAFKA_SETTINGS);
        broker.start();
        return new Contender(name, List.of(broker), Optional::empty, topicConfigs, broker::close);
    }

    private static Path freshHome(String name) {
        Path home = ProjectLayout.root().resolve("src/bench/target/processes/" + name);
        ServerProcess.deleteTree(home);
        return home;
    }

    /** The one broker of a contender that has no more. */
    ServerProcess server() {
        return servers.get(0);
    }

    /** A {@code bootstrap.servers} value. */
    String bootstrap() {
        return servers.stream().map(ServerProcess::bootstrap).collect(Collectors.joining(","));
    }

    void createTopic(String topic, int partitions) {
        NewTopic described = new NewTopic(topic, partitions, (short) Math.min(3, servers.size())).configs(topicConfigs);
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
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
            request.apply(admin).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(name + " cannot " + what, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Processor seconds of all brokers themselves so far. */
    double brokerCpuSeconds() {
        return servers.stream()
                .mapToDouble(server -> CpuTime.ofProcess(server.pid()))
                .sum();
    }

    /** Processor seconds of the contender's PostgreSQL so far; 0 where there is none. */
    double postgresCpuSeconds() {
        return postmaster.get().map(CpuTime::ofTree).orElse(0.0);
    }

    /** The PostgreSQL of a single node. */
    Optional<PostgresAccess> postgres() {
        return server() instanceof RowlockProcess node ? Optional.of(node.postgres()) : Optional.empty();
    }

    @Override
    public void close() {
        whole.close();
    }
}
