package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is not served yet is not advertised, so that a stock client says so at once instead of waiting. */
@ExtendWith(SharedBroker.class)
class NotServedTest {
    NotServedTest() {
        assumeTrue(Target.current() == Target.ROWLOCK);
    }

    @Test
    void groups(ServerProcess server) {
        try (Consumer<byte[], byte[]> consumer = Clients.consumer(server, Map.of("group.id", "g"))) {
            consumer.subscribe(List.of("any"));
            assertThatThrownBy(() -> consumer.poll(Duration.ofSeconds(20)))
                    .isInstanceOf(UnsupportedVersionException.class);
        }
        try (Admin admin = Clients.admin(server)) {
            assertThat(Clients.failure(admin.listGroups().all())).isInstanceOf(UnsupportedVersionException.class);
        }
    }

    @Test
    void transactions(ServerProcess server) {
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of("transactional.id", "t"))) {
            assertThatThrownBy(producer::initTransactions).isInstanceOf(UnsupportedVersionException.class);
        }
    }
}
