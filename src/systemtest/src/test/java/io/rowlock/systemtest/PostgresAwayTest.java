package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.process.RowlockProcess;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** PostgreSQL is not in the way of a record: while it is away what exists is served, and when it is back all resumes by itself. */
class PostgresAwayTest {
    private static final RowlockProcess node =
            RowlockProcess.in(Target.freshHome("postgres-away"), List.of("-Xmx256m"), Map.of());

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(node);

    @AfterAll
    static void close() {
        node.close();
    }

    @Test
    void recordsFlowWhilePostgresIsDeadAndMetadataFollowsWhenItIsBack() {
        assumeTrue(Target.current() == Target.ROWLOCK);
        node.start();
        TopicPartition partition = new TopicPartition(Clients.topic(node, "flowing", 1, Map.of()), 0);
        try (Producer<byte[], byte[]> producer = Clients.producer(node, Map.of())) {
            send(producer, partition, 10);
            ProcessHandle postgres = node.postmaster().orElseThrow();
            for (int crash = 0; crash < 2; crash++) {
                postgres.destroyForcibly();
                postgres.onExit().join();
                send(producer, partition, 200);
                postgres = awaitAnother(postgres);
            }
        }
        assertThat(Clients.readAll(node, List.of(partition), Map.of())).hasSize(410);
        try (Admin admin = Clients.admin(node)) {
            String later = Clients.topic(node, "later", 1, Map.of());
            assertThat(Clients.get(admin.listTopics().names())).contains(later, partition.topic());
        }
    }

    private static void send(Producer<byte[], byte[]> producer, TopicPartition partition, int count) {
        for (int i = 0; i < count; i++) {
            Clients.done(
                    producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, new byte[100])));
        }
    }

    /** The node starts its PostgreSQL again by itself. */
    private static ProcessHandle awaitAnother(ProcessHandle dead) {
        long deadline = System.nanoTime() + Clients.PATIENCE.toNanos();
        while (true) {
            ProcessHandle found = node.postmaster().orElse(dead);
            if (found.pid() != dead.pid()) {
                return found;
            }
            assertThat(System.nanoTime()).as("deadline for a new PostgreSQL").isLessThan(deadline);
        }
    }
}
