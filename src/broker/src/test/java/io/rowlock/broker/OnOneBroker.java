package io.rowlock.broker;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.ports.SystemClock;
import io.rowlock.ports.SystemRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that share one broker, each with a connection and topics of its own. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OnOneBroker {

    private final Durability durability;
    private final Map<String, String> settings;
    private @Nullable BrokerInProcess running;
    private @Nullable BrokerClient current;
    private int topics;

    OnOneBroker(Durability durability, Map<String, String> settings) {
        this.durability = durability;
        this.settings = settings;
    }

    @BeforeAll
    void start(@TempDir Path data) throws IOException {
        running = new BrokerInProcess(
                data, new InMemoryMetadataStore(new SystemClock(), new SystemRandom()), durability, settings);
    }

    @BeforeEach
    void connect() throws IOException {
        current = new BrokerClient(broker());
    }

    @AfterEach
    void disconnect() throws IOException {
        client().close();
    }

    @AfterAll
    void stop() throws IOException {
        broker().close();
    }

    BrokerInProcess broker() {
        return Objects.requireNonNull(running);
    }

    BrokerClient client() {
        return Objects.requireNonNull(current);
    }

    UUID topic(int partitions, Map<String, String> configs) throws IOException {
        return client().create("t" + topics++, partitions, configs);
    }
}
