package io.rowlock.broker.partition;

import static io.rowlock.broker.partition.SimulatedPartitions.ALL;
import static io.rowlock.broker.partition.SimulatedPartitions.batch;
import static io.rowlock.broker.partition.SimulatedPartitions.topic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.netty.buffer.ByteBuf;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.partition.DirectoryContents.Replica;
import io.rowlock.log.ActiveProducer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of a node's replicas, also of those that cannot be served, and of their producers. */
class DirectoryContentsTest {

    private static final TopicInfo TOPIC = topic("t", 1, 0);

    private final SimulatedPartitions sim = new SimulatedPartitions();

    @BeforeEach
    void start() throws IOException {
        sim.start();
    }

    @AfterEach
    void nothingLeaks() {
        sim.assertNoBufferLeaks();
    }

    private List<Replica> replicas() {
        return new DirectoryContents(sim.partitions(), sim.directory()).replicas(key -> true);
    }

    @Test
    void tellsTheSizeOfWhatIsOpen() {
        Partition partition = sim.assign(TOPIC);
        assertThat(replicas()).containsExactly(new Replica(partition.key(), 0, true));
        int bytes = sizeOf(3);
        sim.append(partition, ALL, batch(3));
        sim.syncAll();
        assertThat(replicas()).containsExactly(new Replica(partition.key(), bytes, true));
        assertThat(new DirectoryContents(sim.partitions(), sim.directory()).replicas(key -> false))
                .isEmpty();
    }

    private static int sizeOf(int records) {
        ByteBuf batch = batch(records);
        int bytes = batch.readableBytes();
        batch.release();
        return bytes;
    }

    @Test
    void tellsOfAnOfflineLogWhatItsFilesHold() {
        Partition partition = sim.assign(TOPIC);
        sim.append(partition, ALL, batch(3));
        sim.syncAll();
        partition.owner().execute(partition, () -> partition.fail("told so", new IOException("told so")));
        sim.owner.runAll();
        assertThat(replicas()).containsExactly(new Replica(partition.key(), sizeOf(3), false));
        assertThat(producers(partition)).isEmpty();
    }

    @Test
    void leavesOutWhatIsDeleted() {
        sim.assign(TOPIC);
        sim.announceDeletion(TOPIC);
        sim.owner.runAll();
        assertThat(replicas()).isEmpty();
    }

    @Test
    void tellsOfEveryProducerItsLastBatch() {
        Partition partition = sim.assign(TOPIC);
        assertThat(producers(partition)).isEmpty();
        sim.append(partition, ALL, batch(7, 0));
        sim.append(partition, ALL, batch(8, 0));
        sim.append(partition, ALL, batch(7, 1));
        sim.append(partition, ALL, batch(2));
        sim.syncAll();
        assertThat(producers(partition))
                .extracting(ActiveProducer::producerId, ActiveProducer::lastSequence, ActiveProducer::txnFirstOffset)
                .containsExactlyInAnyOrder(tuple(7L, 1, -1L), tuple(8L, 0, -1L));
    }

    private List<ActiveProducer> producers(Partition partition) {
        CompletableFuture<List<ActiveProducer>> asked =
                partition.activeProducers().toCompletableFuture();
        sim.owner.runAll();
        return asked.join();
    }
}
