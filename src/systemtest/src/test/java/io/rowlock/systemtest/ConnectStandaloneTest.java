package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Kafka Connect (the version that {@code src/kafka-peer} names) as a standalone worker that copies a file by way of a topic.
 *
 * <p>Shown: all lines arrive once and in order; a worker that was stopped goes on where it ended, with no line lost or doubled; one that was killed loses
 * none.
 */
@ExtendWith(SharedBroker.class)
@Proves(
        client = "Kafka Connect",
        version = "4.3.1",
        what = "a standalone worker with file source and sink, and its restart")
class ConnectStandaloneTest {

    @Test
    void aFileIsCopiedThroughStopAndKill(ServerProcess server) {
        ConnectedFile file = new ConnectedFile("scull");
        Path offsets = Target.freshHome("connect-offsets");
        Map<String, String> config = Map.of(
                "offset.storage.file.filename", offsets.toString(),
                "consumer.session.timeout.ms", "3000",
                "consumer.heartbeat.interval.ms", "500");
        Map<String, Map<String, String>> connectors =
                Map.of(file.sourceConnector(), file.sourceConfig(), file.sinkConnector(), file.sinkConfig());
        try (ConnectWorker worker = ConnectWorker.standalone(server, "standalone", config, connectors)) {
            try {
                file.append(2_000);
                worker.start();
                file.awaitAll();
                worker.stop();
                file.append(2_000);
                worker.start();
                file.awaitAll();
                file.assertSame();
                assertThat(worker.errors()).isEmpty();
                worker.kill();
                file.append(2_000);
                worker.start();
                file.awaitAll();
                file.assertNoneMissing();
                assertThat(worker.errors()).isEmpty();
            } catch (AssertionError | RuntimeException e) {
                e.addSuppressed(new IllegalStateException(worker.toString()));
                throw e;
            }
        } finally {
            file.delete();
            ServerProcess.deleteTree(offsets);
        }
    }
}
