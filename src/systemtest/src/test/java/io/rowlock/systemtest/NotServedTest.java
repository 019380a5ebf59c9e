package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is not served yet is not advertised, so that a stock client says so at once instead of waiting. */
@ExtendWith(SharedBroker.class)
class NotServedTest {
    NotServedTest() {
        assumeTrue(Target.current() == Target.ROWLOCK);
    }

    /** KIP-848. */
    @Test
    void groupsOfWhichTheBrokerAssignsThePartitions(ServerProcess server) {
        Map<String, Object> config = Map.of("group.id", Clients.uniqueName("group"), "group.protocol", "consumer");
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, config)) {
            consumer.subscribe(List.of(Clients.topic(server, "not-served", 1, Map.of())));
            assertThatThrownBy(() -> consumer.poll(Clients.PATIENCE)).isInstanceOf(UnsupportedVersionException.class);
        }
    }

    /** KIP-932. */
    @Test
    void shareGroups(ServerProcess server) {
        Map<String, Object> config =
                Map.of("bootstrap.servers", server.bootstrap(), "group.id", Clients.uniqueName("group"));
        ShareConsumer<byte[], byte[]> consumer =
                new KafkaShareConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            consumer.subscribe(List.of(Clients.topic(server, "not-served", 1, Map.of())));
            // This client says so only at the end of a poll.
            assertThatThrownBy(() -> Clients.until("told so", () -> consumer.poll(Duration.ofMillis(100)) == null))
                    .isInstanceOf(UnsupportedVersionException.class);
        } finally {
            consumer.close(Duration.ZERO);
        }
    }

    @Test
    void transactions(ServerProcess server) {
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of("transactional.id", "t"))) {
            assertThatThrownBy(producer::initTransactions)
                    .isInstanceOf(KafkaException.class)
                    .hasMessageContaining("There are no transactions");
        }
    }
}
