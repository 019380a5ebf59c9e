package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.FixedRandom;
import io.rowlock.broker.cluster.ForwardingStore;
import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.PartitionProgress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressReporterTest {

    private final SimulatedPartitions node = new SimulatedPartitions();
    private final Reports store = new Reports();

    /** Keeps what is reported, unless it is away; may hold its answers. */
    private final class Reports extends ForwardingStore {

        final List<List<PartitionProgress>> statements = new ArrayList<>();
        boolean away;
        boolean slow;
        CompletableFuture<Void> answer = new CompletableFuture<>();

        Reports() {
            super(new InMemoryMetadataStore(node.clock, new FixedRandom()));
        }

        @Override
        public CompletionStage<Void> reportProgress(List<PartitionProgress> progress) {
            statements.add(progress);
            if (away) {
                return CompletableFuture.failedFuture(new MetadataUnavailableException("away", new Exception("away")));
            }
            return slow ? answer : CompletableFuture.completedFuture(null);
        }

        /** All that was reported since this was last asked. */
        List<PartitionProgress> taken() {
            List<PartitionProgress> all =
                    statements.stream().flatMap(List::stream).toList();
            statements.clear();
            return all;
        }
    }

    @BeforeEach
    void start() throws IOException {
        node.policy = SimulatedPartitions.ASYNC;
        node.start();
    }

    private ProgressReporter reporter() {
        ProgressReporter reporter = new ProgressReporter(node.partitions(), store, node.clock, node.scheduler);
        reporter.start();
        return reporter;
    }

    private static PartitionProgress progress(Partition partition, int leaderEpoch, long highWatermark) {
        return new PartitionProgress(partition.key().topicId(), 0, leaderEpoch, 0, highWatermark);
    }

    @Test
    void onlyWhatChangedIsReported() {
        reporter();
        Partition a = node.assign(SimulatedPartitions.topic("a", 1, 5));
        Partition b = node.assign(SimulatedPartitions.topic("b", 2, 5));
        node.pass(ProgressReporter.INTERVAL);
        assertThat(store.taken()).containsExactlyInAnyOrder(progress(a, 5, 0), progress(b, 5, 0));
        node.pass(ProgressReporter.INTERVAL);
        assertThat(store.statements).isEmpty();
        node.append(a, SimulatedPartitions.ALL);
        node.pass(ProgressReporter.INTERVAL);
        assertThat(store.taken()).containsExactly(progress(a, 5, 1));
        node.assign(SimulatedPartitions.topic("b", 2, 6));
        node.pass(ProgressReporter.INTERVAL);
        assertThat(store.taken()).containsExactly(progress(b, 6, 0));
    }

    @Test
    void onlyTheLeaderReports() {
        reporter();
        node.assign(SimulatedPartitions.topic("t", 1, new PartitionInfo(0, 2, 1, 0, List.of(1, 2), List.of(1, 2))));
        node.pass(ProgressReporter.INTERVAL);
        assertThat(store.statements).isEmpty();
    }

    @Test
    void whatAnAbsentStoreMissedIsReportedWhenItIsBack() {
        reporter();
        Partition a = node.assign(SimulatedPartitions.topic("a", 1, 5));
        store.away = true;
        node.pass(ProgressReporter.INTERVAL.multipliedBy(3));
        assertThat(store.taken()).hasSize(3);
        store.away = false;
        node.append(a, SimulatedPartitions.ALL);
        node.pass(ProgressReporter.INTERVAL.multipliedBy(3));
        assertThat(store.taken()).containsExactly(progress(a, 5, 1));
    }

    @Test
    void noRoundBeginsBeforeTheOneBeforeIsOver() {
        reporter();
        Partition a = node.assign(SimulatedPartitions.topic("a", 1, 5));
        store.slow = true;
        node.pass(ProgressReporter.INTERVAL);
        node.append(a, SimulatedPartitions.ALL);
        node.pass(ProgressReporter.INTERVAL.multipliedBy(3));
        assertThat(store.taken()).containsExactly(progress(a, 5, 0));
        store.slow = false;
        store.answer.complete(null);
        node.pass(ProgressReporter.INTERVAL);
        assertThat(store.taken()).containsExactly(progress(a, 5, 1));
    }

    @Test
    void aStatementHasABound() {
        int max = ProgressReporter.PARTITIONS_MAX;
        node.announce(SimulatedPartitions.topic(
                "t",
                1,
                IntStream.rangeClosed(0, max)
                        .mapToObj(i -> new PartitionInfo(i, 1, 0, 0, List.of(1), List.of(1)))
                        .toArray(PartitionInfo[]::new)));
        node.owner.runAll();
        reporter();
        node.pass(ProgressReporter.INTERVAL);
        assertThat(store.statements).extracting(List::size).containsExactly(max, 1);
        assertThat(store.taken()).doesNotHaveDuplicates();
        node.pass(ProgressReporter.INTERVAL);
        assertThat(store.statements).isEmpty();
    }

    @Test
    void theStopReportsWhatChangedAndIsTheLast() {
        ProgressReporter reporter = reporter();
        Partition a = node.assign(SimulatedPartitions.topic("a", 1, 5));
        node.pass(ProgressReporter.INTERVAL);
        node.append(a, SimulatedPartitions.ALL);
        store.taken();
        reporter.stop();
        assertThat(store.taken()).containsExactly(progress(a, 5, 1));
        node.append(a, SimulatedPartitions.ALL);
        node.pass(ProgressReporter.INTERVAL.multipliedBy(2));
        assertThat(store.statements).isEmpty();
    }
}
