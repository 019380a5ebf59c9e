package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.FixedRandom;
import io.rowlock.broker.cluster.ForwardingStore;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.RetentionReport;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.log.LogConfig;
import io.rowlock.log.ReadResult;
import io.rowlock.log.ReadResult.FetchSlice;
import io.rowlock.log.ReadResult.OffsetOutOfRange;
import io.rowlock.log.RetentionConfig;
import io.rowlock.testkit.DiskFaults;
import io.rowlock.testkit.SimClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the node does about records that are kept no longer. */
class RetentionRoundsTest {

    private static final Path DIRECTORY = SimulatedPartitions.ROOT.resolve("a-0");
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long DELAY = Duration.ofMinutes(1).toMillis();
    private static final RetentionConfig ONE_HOUR = new RetentionConfig(true, HOUR, RetentionConfig.UNLIMITED, DELAY);

    private final SimulatedPartitions node = new SimulatedPartitions();
    private final TopicInfo topic = SimulatedPartitions.topic("a", 1, 5);

    @BeforeEach
    void smallSegments() {
        node.policy = SimulatedPartitions.ASYNC;
        // Room for one batch.
        node.segmentBytes = SimulatedPartitions.batch(1).readableBytes();
    }

    private Partition start() throws IOException {
        node.start();
        Partition partition = node.assign(topic);
        node.retentionRounds().start(SimulatedPartitions.RETENTION_INTERVAL);
        return partition;
    }

    private void append(Partition partition, int batches) {
        for (int i = 0; i < batches; i++) {
            node.append(partition, SimulatedPartitions.ALL);
        }
        // A sync under way uses the files, too.
        node.syncAll();
    }

    private static LogSnapshot log(Partition partition) {
        return Objects.requireNonNull(partition.view().snapshot());
    }

    private List<String> segmentFiles() throws IOException {
        return node.disk.list(DIRECTORY).stream()
                .filter(name -> name.contains(".log"))
                .sorted()
                .toList();
    }

    private String durableStarts() throws IOException {
        try {
            Path file = SimulatedPartitions.ROOT.resolve("log-start-offset-checkpoint");
            return new String(node.disk.readAll(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException none) {
            return "";
        }
    }

    @Test
    void whatIsOldLeavesTheLogAtOnceAndTheDiskLater() throws IOException {
        node.retention = ONE_HOUR;
        Partition partition = start();
        append(partition, 3);
        node.pass(Duration.ofMinutes(60));
        assertThat(log(partition).startOffset()).isZero();
        assertThat(segmentFiles()).hasSize(3);
        node.pass(SimulatedPartitions.RETENTION_INTERVAL);
        assertThat(log(partition).startOffset()).isEqualTo(3);
        assertThat(log(partition).endOffset()).isEqualTo(3);
        assertThat(durableStarts()).contains("a 0 3\n");
        assertThat(segmentFiles()).filteredOn(name -> name.endsWith(".deleted")).hasSize(3);
        node.pass(Duration.ofMillis(DELAY - 1));
        assertThat(segmentFiles()).hasSize(4);
        node.pass(Duration.ofMillis(1));
        assertThat(segmentFiles()).containsExactly("00000000000000000003.log");
        append(partition, 1);
        assertThat(log(partition).endOffset()).isEqualTo(4);
        node.assertNoBufferLeaks();
    }

    @Test
    void whatIsTooMuchGoes() throws IOException {
        node.retention = new RetentionConfig(true, RetentionConfig.UNLIMITED, 2L * node.segmentBytes, 0);
        Partition partition = start();
        append(partition, 5);
        node.pass(SimulatedPartitions.RETENTION_INTERVAL);
        assertThat(log(partition).startOffset()).isEqualTo(3);
        assertThat(segmentFiles()).hasSize(2);
    }

    @Test
    void nothingGoesThatTheReplicasHaveNotConfirmed() throws IOException {
        node.retention = new RetentionConfig(true, 0, 0, 0);
        Partition partition = start();
        append(partition, 2);
        PartitionInfo two = new PartitionInfo(0, 1, 5, 1, List.of(1, 2), List.of(1, 2));
        node.assign(SimulatedPartitions.topic("a", 1, two));
        append(partition, 2);
        assertThat(partition.view().highWatermark()).isEqualTo(2);
        node.pass(SimulatedPartitions.RETENTION_INTERVAL);
        assertThat(log(partition).startOffset()).isEqualTo(2);
        assertThat(log(partition).endOffset()).isEqualTo(4);
    }

    @Test
    void aSettingThatChangesIsFollowed() throws IOException {
        Partition partition = start();
        append(partition, 3);
        node.pass(Duration.ofHours(2));
        assertThat(log(partition).startOffset()).isZero();
        node.retention = ONE_HOUR;
        node.assign(topic);
        node.pass(SimulatedPartitions.RETENTION_INTERVAL);
        assertThat(log(partition).startOffset()).isEqualTo(3);
        node.segmentBytes = 1 << 20;
        node.assign(topic);
        append(partition, 10);
        assertThat(segmentFiles())
                .as("the log itself hears of it")
                .filteredOn(name -> name.endsWith(".log"))
                .hasSize(1);
    }

    @Test
    void aPartitionAtRestCostsItsOwnerNothing() throws IOException {
        node.retention = ONE_HOUR;
        Partition partition = start();
        append(partition, 3);
        for (int round = 0; round < 3; round++) {
            // Then it is checkpointed, and its indexes have left the memory.
            node.pass(SimulatedPartitions.CHECKPOINT_INTERVAL);
            node.syncAll();
        }
        int ran = node.owner.runAll();
        assertThat(ran).isZero();
        node.scheduler.advance(SimulatedPartitions.RETENTION_INTERVAL);
        assertThat(node.owner.pending()).isZero();
        assertThat(log(partition).startOffset()).isZero();
    }

    @Test
    void aStartThatCannotBeKeptIsNotBegun() throws IOException {
        node.retention = ONE_HOUR;
        Partition partition = start();
        append(partition, 3);
        node.pass(Duration.ofMinutes(60));
        node.disk.setFaults(new DiskFaults(1000, 0));
        node.pass(SimulatedPartitions.RETENTION_INTERVAL);
        assertThat(log(partition).startOffset()).isZero();
        assertThat(segmentFiles()).hasSize(3);
        assertThat(partition.view().status()).isEqualTo(PartitionView.Status.LEADING);
        node.disk.setFaults(DiskFaults.NONE);
        node.pass(SimulatedPartitions.RETENTION_INTERVAL);
        assertThat(log(partition).startOffset()).isEqualTo(3);
    }

    @Test
    void aReaderFinishesAndTheNextOneHearsThatItIsGone() throws IOException {
        node.retention = ONE_HOUR;
        Partition partition = start();
        append(partition, 3);
        LogSnapshot before = log(partition);
        FetchSlice slice = (FetchSlice) before.read(0, 3, 1, true);
        node.pass(Duration.ofMinutes(70));
        assertThat(segmentFiles()).hasSize(2);
        slice.records().readAhead();
        slice.records().release();
        node.pass(FileDeletions.AGAIN_AFTER);
        assertThat(segmentFiles()).containsExactly("00000000000000000003.log");
        ReadResult late = before.read(0, 3, 1, true);
        assertThat(late).isEqualTo(new OffsetOutOfRange(3, 3));
    }

    @Test
    void aCrashBringsNothingBack() throws IOException {
        node.retention = ONE_HOUR;
        node.policy = SimulatedPartitions.FSYNC;
        Partition partition = start();
        append(partition, 3);
        node.pass(Duration.ofMinutes(60));
        node.pass(SimulatedPartitions.RETENTION_INTERVAL);
        assertThat(log(partition).startOffset()).isEqualTo(3);
        node.die(true);
        Partition again = start();
        assertThat(log(again).startOffset()).isEqualTo(3);
        assertThat(log(again).endOffset()).isEqualTo(3);
        assertThat(segmentFiles()).noneMatch(name -> name.endsWith(".deleted"));
    }

    @Test
    void manyPartitionsAreLookedAtInPortions() throws IOException {
        node.retention = ONE_HOUR;
        node.start();
        int count = RetentionRounds.PARTITIONS_PER_TASK + 1;
        node.announce(SimulatedPartitions.topic(
                "a",
                1,
                IntStream.range(0, count)
                        .mapToObj(i -> new PartitionInfo(i, 1, 0, 0, List.of(1), List.of(1)))
                        .toArray(PartitionInfo[]::new)));
        node.owner.runAll();
        List<Partition> all = node.partitions().all().toList();
        all.forEach(partition -> append(partition, 1));
        node.retentionRounds().start(Duration.ofHours(2));
        node.pass(Duration.ofHours(2));
        assertThat(all).hasSize(count).allMatch(partition -> log(partition).startOffset() == 1);
    }

    /** What a store that can be away is told. */
    private final class Reports extends ForwardingStore {

        final List<RetentionReport> taken = new ArrayList<>();
        boolean away;

        Reports() {
            super(new InMemoryMetadataStore(node.clock, new FixedRandom()));
        }

        @Override
        public CompletionStage<Void> reportRetention(List<RetentionReport> reports) {
            if (away) {
                return CompletableFuture.failedFuture(new MetadataUnavailableException("away", new Exception("away")));
            }
            taken.addAll(reports);
            return CompletableFuture.completedFuture(null);
        }
    }

    @Test
    void whatChangedIsReported() throws IOException {
        node.retention = ONE_HOUR;
        Reports reports = new Reports();
        node.store = reports;
        Partition partition = start();
        node.pass(SimulatedPartitions.RETENTION_INTERVAL);
        assertThat(reports.taken).as("nothing is there").isEmpty();
        append(partition, 2);
        reports.away = true;
        node.pass(SimulatedPartitions.RETENTION_INTERVAL);
        reports.away = false;
        node.pass(SimulatedPartitions.RETENTION_INTERVAL);
        int bytes = node.segmentBytes;
        UUID id = topic.id();
        assertThat(reports.taken)
                .containsExactly(new RetentionReport(
                        id, 0, 5, 0, 2, 2L * bytes, 0, bytes, SimClock.START_MILLIS, true, HOUR, -1));
        node.pass(SimulatedPartitions.RETENTION_INTERVAL);
        assertThat(reports.taken).as("only what changed").hasSize(1);
        node.pass(Duration.ofHours(1));
        assertThat(reports.taken)
                .hasSize(2)
                .last()
                .isEqualTo(new RetentionReport(id, 0, 5, 2, 1, 0, 2, 0, -1, true, HOUR, -1));
    }

    @Test
    void theDefaultIsKafkas() {
        assertThat(LogConfig.DEFAULT.retention())
                .isEqualTo(new RetentionConfig(true, Duration.ofDays(7).toMillis(), -1, 60_000));
    }
}
