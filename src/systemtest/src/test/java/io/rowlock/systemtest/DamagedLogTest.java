package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A byte of a batch in the middle goes bad while the node is down: what clients and the operator see, and what helps. */
class DamagedLogTest {

    private static final int BATCHES = 3;

    private static final ServerProcess server = Target.current().create("damaged", Map.of());

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    @Test
    void aDamagedPartitionIsNotServedUntilItIsCutAndOthersAre() throws IOException {
        server.start();
        String topic = Clients.topic(server, "damaged", 2, Map.of());
        for (int i = 0; i < BATCHES; i++) {
            send(topic, 0, "value-" + i, 60_000);
            send(topic, 1, "value-" + i, 60_000);
        }
        Path log = server.partitionDirectory(topic, 0).resolve("00000000000000000000.log");
        long batch = Files.size(log) / BATCHES;
        server.kill();
        flipBit(log, 2 * batch - 5);
        server.start();

        assertThatThrownBy(() -> send(topic, 0, "refused", 3_000)).hasMessageContaining("refused");
        assertThat(send(topic, 1, "served", 60_000)).isEqualTo(BATCHES);
        assertThat(server.output())
                .contains(log + " is corrupt at position " + batch)
                .contains("truncate -s " + batch);

        server.stop();
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
            file.truncate(batch);
        }
        Path points = server.dataDirectory().resolve("recovery-point-offset-checkpoint");
        if (Files.exists(points)) {
            String zero = "$1" + topic + " 0 0";
            Files.writeString(points, Files.readString(points).replaceAll("(^|\n)" + topic + " 0 \\d+", zero));
        }
        server.start();
        assertThat(send(topic, 0, "again", 60_000)).isEqualTo(1);
        assertThat(values(new TopicPartition(topic, 0))).containsExactly("value-0", "again");
        assertThat(values(new TopicPartition(topic, 1))).containsExactly("value-0", "value-1", "value-2", "served");
    }

    @AfterAll
    static void close() {
        server.close();
    }

    private static long send(String topic, int partition, String value, int timeoutMillis) {
        Map<String, Object> config = Map.of(
                "delivery.timeout.ms",
                timeoutMillis,
                "request.timeout.ms",
                timeoutMillis,
                "max.block.ms",
                timeoutMillis,
                "linger.ms",
                0,
                "enable.idempotence",
                false);
        try (Producer<byte[], byte[]> producer = Clients.producer(server, config)) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            return producer.send(new ProducerRecord<>(topic, partition, bytes, bytes))
                    .get()
                    .offset();
        } catch (ExecutionException e) {
            throw new AssertionError("refused: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static List<String> values(TopicPartition partition) {
        return Clients.readAll(server, List.of(partition), Map.of()).stream()
                .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                .toList();
    }

    private static void flipBit(Path path, long position) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 8)).flip();
            file.write(one, position);
        }
    }
}
