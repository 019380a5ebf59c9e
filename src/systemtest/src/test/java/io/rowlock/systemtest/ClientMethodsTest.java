package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.ServerProcess;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every method of the stock admin client, consumer and producer either does what it is for or is refused, at once and by name. The lists are those of the
 * interfaces themselves, so that a newer client's new method is noticed.
 */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Proves(
        client = "kafka-clients",
        version = "4.4.0",
        what =
                "every method of the admin client, the consumer and the producer: each does what it is for, or is refused by name")
class ClientMethodsTest {
    /** Of kafka-clients. */
    static final String VERSION = "4.4.0";

    private static final List<String> TRANSACTIONS = List.of(
            "initTransactions",
            "beginTransaction",
            "sendOffsetsToTransaction",
            "commitTransaction",
            "abortTransaction");

    private final ServerProcess server;
    private final Admin admin;
    private final TopicPartition partition;

    ClientMethodsTest(ServerProcess server) {
        this.server = server;
        this.admin = Clients.admin(server);
        this.partition = new TopicPartition(Clients.topic(server, "client-methods", 1, Map.of()), 0);
    }

    @AfterAll
    void close() {
        admin.close();
    }

    static Stream<String> adminMethods() {
        return methods(Admin.class);
    }

    static Stream<String> consumerMethods() {
        return methods(Consumer.class);
    }

    static Stream<String> producerMethods() {
        return methods(Producer.class).filter(method -> !TRANSACTIONS.contains(method));
    }

    private static Stream<String> methods(Class<?> client) {
        return Arrays.stream(client.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .map(Method::getName)
                .distinct()
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("adminMethods")
    void admin(String method) {
        Optional<AdminRefusals.Call> refused = AdminRefusals.of(method);
        if (refused.isEmpty()) {
            works(adminCalls(), method);
            return;
        }
        assumeTrue(Target.current() == Target.ROWLOCK);
        for (KafkaFuture<?> answer : refused.get().on(admin, partition)) {
            // A client that went on trying would end in a TimeoutException.
            assertThat(Clients.failure(answer)).isInstanceOf(UnsupportedVersionException.class);
        }
    }

    private AdminCalls adminCalls() {
        String topic = Clients.topic(server, "admin-method", 2, Map.of());
        Clients.fill(server, Clients.partitions(topic, 2), 10);
        String group = Clients.uniqueName("admin-method");
        Clients.done(
                admin.alterConsumerGroupOffsets(group, Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(4)))
                        .all());
        return new AdminCalls(server, admin, topic, group);
    }

    @ParameterizedTest
    @MethodSource("consumerMethods")
    void consumer(String method) {
        try (ConsumerCalls calls = new ConsumerCalls(server)) {
            works(calls, method);
        }
    }

    @ParameterizedTest
    @MethodSource("producerMethods")
    void producer(String method) {
        try (ProducerCalls calls = new ProducerCalls(server)) {
            works(calls, method);
        }
    }

    private static void works(Object calls, String method) {
        try {
            calls.getClass().getDeclaredMethod(method).invoke(calls);
        } catch (NoSuchMethodException e) {
            throw new AssertionError("a method that no test knows: " + method, e);
        } catch (IllegalAccessException e) {
            throw new AssertionError(method, e);
        } catch (InvocationTargetException e) {
            throw new AssertionError(method, e.getCause());
        }
    }

    @Test
    void theClientIsOfThatVersion() {
        assertThat(Admin.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .endsWith("/kafka-clients-" + VERSION + ".jar");
    }

    /** Every other method of a transactional producer is refused once the first one was. */
    @Test
    void transactions() {
        assumeTrue(Target.current() == Target.ROWLOCK);
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of("transactional.id", "any"));
                Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of("group.id", "any"))) {
            assertThatThrownBy(producer::initTransactions)
                    .isInstanceOf(KafkaException.class)
                    .hasMessageContaining("There are no transactions");
            assertThatThrownBy(producer::beginTransaction).isInstanceOf(KafkaException.class);
            assertThatThrownBy(() -> producer.sendOffsetsToTransaction(
                            Map.of(partition, new OffsetAndMetadata(0)), consumer.groupMetadata()))
                    .isInstanceOf(KafkaException.class);
            assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
            assertThatThrownBy(producer::abortTransaction).isInstanceOf(KafkaException.class);
        }
    }
}
