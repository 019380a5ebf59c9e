package io.rowlock.broker.partition;

import static io.rowlock.broker.partition.SimulatedPartitions.ALL;
import static io.rowlock.broker.partition.SimulatedPartitions.ASYNC;
import static io.rowlock.broker.partition.SimulatedPartitions.NODE;
import static io.rowlock.broker.partition.SimulatedPartitions.batch;
import static io.rowlock.broker.partition.SimulatedPartitions.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.partition.PartitionView.Status;
import io.rowlock.broker.partition.SimulatedPartitions.Append;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.testkit.DiskEvent;
import io.rowlock.testkit.DiskFaults;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a leader acknowledges, shows and refuses, step by step. */
class PartitionTest {

    private final SimulatedPartitions sim = new SimulatedPartitions();

    @BeforeEach
    void start() throws IOException {
        sim.start();
    }

    @AfterEach
    void nothingLeaks() {
        sim.assertNoBufferLeaks();
    }

    private Partition leader() {
        return sim.assign(topic("t", 1, 0));
    }

    private static void assertAcknowledged(Append append, long baseOffset) {
        assertThat(append.outcome).isEqualTo(new AppendOutcome(ErrorCode.NONE, null, baseOffset, -1, 0));
    }

    private static void assertRefused(Append append, ErrorCode error) {
        assertThat(append.outcome).isNotNull();
        assertThat(Objects.requireNonNull(append.outcome).error()).isEqualTo(error);
        assertThat(append.outcome.baseOffset()).isEqualTo(-1);
    }

    private static void assertWaits(Append append) {
        assertThat(append.outcome).isNull();
    }

    private static long end(Partition partition) {
        return partition.view().leaderLog().endOffset();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void underFsyncNothingIsAcknowledgedOrSeenBeforeItIsSynced(int acks) {
        Partition partition = leader();
        sim.syncAll();
        Append append = sim.append(partition, acks, batch(3));
        assertWaits(append);
        assertThat(end(partition)).isEqualTo(3);
        assertThat(partition.view().highWatermark()).isZero();
        AtomicInteger told = new AtomicInteger();
        partition.subscribe(changed -> told.addAndGet((int) changed.view().highWatermark()));
        sim.sync();
        assertAcknowledged(append, 0);
        assertThat(partition.view().highWatermark()).isEqualTo(3);
        assertThat(partition.view().lastStableOffset()).isEqualTo(3);
        assertThat(told).hasValue(3);
    }

    @Test
    void withoutAcksAProducerWaitsForTheWriteAlone() {
        Partition partition = leader();
        sim.syncAll();
        assertAcknowledged(sim.append(partition, 0), 0);
        assertThat(partition.view().highWatermark()).isZero();
    }

    @Test
    void oneSyncIsUnderWayAndTheNextCoversWhatCameMeanwhile() {
        Partition partition = leader();
        sim.syncAll();
        Append first = sim.append(partition, 1);
        Append second = sim.append(partition, ALL);
        Append third = sim.append(partition, 1);
        sim.sync();
        assertAcknowledged(first, 0);
        assertWaits(second);
        assertWaits(third);
        assertThat(partition.view().highWatermark()).isEqualTo(1);
        sim.sync();
        assertAcknowledged(second, 1);
        assertAcknowledged(third, 2);
        assertThat(sim.syncs).isEmpty();
    }

    @Test
    void whatIsQueuedTogetherIsWrittenTogether() {
        Partition partition = leader();
        sim.syncAll();
        for (int i = 0; i < 5; i++) {
            sim.handOver(partition, 1, batch(1));
        }
        long before = sim.disk.operations();
        sim.owner.runAll();
        assertThat(sim.disk.operations() - before).isEqualTo(1);
        sim.sync();
        assertThat(partition.view().highWatermark()).isEqualTo(5);
    }

    @Test
    void aFailedSyncTakesThePartitionOfflineAndIsNotTriedAgain() {
        Partition partition = leader();
        sim.syncAll();
        AtomicInteger told = new AtomicInteger();
        partition.subscribe(changed -> told.incrementAndGet());
        Append covered = sim.append(partition, 1);
        Append later = sim.append(partition, ALL);
        sim.disk.setFaults(new DiskFaults(0, 1000));
        sim.sync();
        sim.disk.setFaults(DiskFaults.NONE);
        assertRefused(covered, ErrorCode.KAFKA_STORAGE_ERROR);
        assertRefused(later, ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(partition.view().status()).isEqualTo(Status.OFFLINE);
        assertThat(partition.view().snapshot()).isNull();
        assertThat(told).hasValue(1);
        assertRefused(sim.append(partition, 0), ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(sim.syncs).isEmpty();
        assertThat(sim.disk.events().of(DiskEvent.FAILED_SYNC)).isEqualTo(1);
    }

    @Test
    void aSyncThatDiesOfADefectIsAFailedSync() {
        Partition partition = leader();
        sim.syncAll();
        Append append = sim.append(partition, 1);
        sim.disk.crashAtOperation(1);
        sim.sync();
        assertRefused(append, ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(partition.view().status()).isEqualTo(Status.OFFLINE);
    }

    @Test
    void aFailedWriteTakesThePartitionOfflineAndNothingOfItIsEverSeen() throws IOException {
        Partition partition = leader();
        sim.syncAll();
        Append kept = sim.append(partition, 1);
        sim.disk.setFaults(new DiskFaults(1000, 0));
        Append first = sim.handOver(partition, 1, batch(1));
        Append second = sim.handOver(partition, 0, batch(1));
        sim.owner.runAll();
        sim.disk.setFaults(DiskFaults.NONE);
        assertRefused(first, ErrorCode.KAFKA_STORAGE_ERROR);
        assertRefused(second, ErrorCode.KAFKA_STORAGE_ERROR);
        // Its sync was under way, and what it would have told is void.
        assertRefused(kept, ErrorCode.KAFKA_STORAGE_ERROR);
        sim.sync();
        assertThat(partition.view().status()).isEqualTo(Status.OFFLINE);

        sim.die(false);
        sim.start();
        Partition again = sim.assign(topic("t", 1, 1));
        sim.syncAll();
        assertThat(again.view().highWatermark()).isBetween(1L, 3L);
    }

    @Test
    void aFullDiskTakesThePartitionOfflineUntilTheNextStart() throws IOException {
        Partition partition = leader();
        sim.syncAll();
        sim.disk.setCapacity(1);
        assertRefused(sim.append(partition, 1), ErrorCode.KAFKA_STORAGE_ERROR);
        sim.disk.setCapacity(Long.MAX_VALUE);
        sim.die(false);
        sim.start();
        Partition again = sim.assign(topic("t", 1, 1));
        sim.syncAll();
        assertThat(again.view().highWatermark()).isZero();
    }

    @Test
    void aDuplicateIsAnsweredOnlyOnceTheOriginalIsDurable() {
        Partition partition = leader();
        sim.syncAll();
        Append original = sim.append(partition, 1, batch(7, 0));
        Append duplicate = sim.append(partition, 1, batch(7, 0));
        Append next = sim.append(partition, 1, batch(7, 1));
        Append afterNext = sim.append(partition, ALL, batch(7, 0));
        assertThat(end(partition)).isEqualTo(2);
        assertWaits(duplicate);
        sim.sync();
        assertAcknowledged(original, 0);
        assertAcknowledged(duplicate, 0);
        assertAcknowledged(afterNext, 0);
        assertWaits(next);
        sim.syncAll();
        assertAcknowledged(next, 1);
        assertAcknowledged(sim.append(partition, 1, batch(7, 0)), 0);
        assertThat(sim.syncs).isEmpty();
    }

    @Test
    void aDuplicateOfWhatTheDiskMayHaveLostIsRefused() {
        Partition partition = leader();
        sim.syncAll();
        Append original = sim.append(partition, 1, batch(7, 0));
        Append duplicate = sim.append(partition, 1, batch(7, 0));
        sim.disk.setFaults(new DiskFaults(0, 1000));
        sim.sync();
        assertRefused(original, ErrorCode.KAFKA_STORAGE_ERROR);
        assertRefused(duplicate, ErrorCode.KAFKA_STORAGE_ERROR);
    }

    @Test
    void aGapInAProducersSequenceIsRefused() {
        Partition partition = leader();
        sim.append(partition, 1, batch(7, 0));
        assertRefused(sim.append(partition, 1, batch(7, 2)), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        Append next = sim.append(partition, 1, batch(7, 1));
        sim.syncAll();
        assertAcknowledged(next, 1);
    }

    @Test
    void moreInSyncReplicasThanThereAreReplicasCannotBeAskedFor() {
        sim.minInSyncReplicas = 3;
        Partition partition = leader();
        Append append = sim.append(partition, ALL);
        sim.syncAll();
        assertAcknowledged(append, 0);
    }

    @Test
    void withTooFewInSyncReplicasTheHighWatermarkStandsStill() {
        sim.minInSyncReplicas = 2;
        Partition partition = sim.assign(topic("t", 1, info(0, 0, List.of(NODE))));
        assertRefused(sim.append(partition, ALL), ErrorCode.NOT_ENOUGH_REPLICAS);
        Append one = sim.append(partition, 1);
        sim.syncAll();
        assertAcknowledged(one, 0);
        assertThat(partition.view().highWatermark()).isZero();
    }

    @Test
    void whatAnotherReplicaHasNotConfirmedWaitsUntilThatLeavesTheInSyncReplicas() {
        Partition partition = sim.assign(topic("t", 1, info(0, 0, List.of(NODE, 2))));
        Append all = sim.append(partition, ALL);
        sim.syncAll();
        assertWaits(all);
        assertThat(partition.view().highWatermark()).isZero();
        sim.assign(topic("t", 1, info(0, 1, List.of(NODE))));
        assertAcknowledged(all, 0);
        assertThat(partition.view().highWatermark()).isEqualTo(1);
    }

    private static PartitionInfo info(int leaderEpoch, int partitionEpoch, List<Integer> inSync) {
        return new PartitionInfo(0, NODE, leaderEpoch, partitionEpoch, List.of(NODE, 2), inSync);
    }

    @Test
    void waitingForOtherReplicasEndsWithTheTimeOfTheRequest() {
        Partition partition = sim.assign(topic("t", 1, info(0, 0, List.of(NODE, 2))));
        Append all = sim.append(partition, ALL);
        sim.syncAll();
        sim.pass(Duration.ofMillis(29_999));
        assertWaits(all);
        sim.pass(Duration.ofMillis(1));
        assertRefused(all, ErrorCode.REQUEST_TIMED_OUT);
        sim.pass(Duration.ofSeconds(1));
        sim.syncAll();
        // But for the checkpointer and the watch on the disk nothing ticks where nothing waits.
        assertThat(sim.scheduler.pending()).isEqualTo(2);
        Append later = sim.append(partition, ALL);
        sim.pass(Duration.ofSeconds(30));
        assertRefused(later, ErrorCode.REQUEST_TIMED_OUT);
    }

    @Test
    void aRaisedEpochMayComeBetweenABatchAndItsWrite() {
        Partition partition = leader();
        sim.syncAll();
        Append under0 = sim.handOver(partition, ALL, batch(1));
        sim.announce(topic("t", 1, 1));
        Append under1 = sim.handOver(partition, ALL, batch(1));
        sim.owner.runAll();
        sim.syncAll();
        assertAcknowledged(under0, 0);
        assertAcknowledged(under1, 1);
        PartitionView view = partition.view();
        assertThat(view.leaderEpoch()).isEqualTo(1);
        assertThat(view.epochStartOffset()).isEqualTo(1);
        assertThat(view.leaderLog().epochOf(0)).isZero();
        assertThat(view.leaderLog().epochOf(1)).isEqualTo(1);
        assertThat(view.checkLeader(0)).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(view.checkLeader(1)).isEqualTo(ErrorCode.NONE);
        assertThat(view.checkLeader(2)).isEqualTo(ErrorCode.UNKNOWN_LEADER_EPOCH);
    }

    @Test
    void anEpochBelowThatOfTheLogIsNotFollowed() throws IOException {
        sim.append(sim.assign(topic("t", 1, 5)), 1);
        sim.syncAll();
        sim.die(false);
        sim.start();
        assertThat(sim.assign(topic("t", 1, 4)).view().status()).isEqualTo(Status.OFFLINE);
        assertThat(sim.partitions().settled().toCompletableFuture()).isCompleted();
    }

    @Test
    void aFormerLeaderRefusesWhatWaits() {
        Partition partition = leader();
        sim.syncAll();
        Append written = sim.append(partition, 1);
        Append staged = sim.handOver(partition, ALL, batch(1));
        sim.announce(topic("t", 1, new PartitionInfo(0, 2, 1, 1, List.of(NODE, 2), List.of(2))));
        Append late = sim.handOver(partition, 1, batch(1));
        sim.owner.runAll();
        for (Append each : List.of(written, staged, late)) {
            assertRefused(each, ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
        assertThat(partition.view().status()).isEqualTo(Status.FOLLOWING);
        assertThat(partition.view().leader()).isEqualTo(2);
        sim.syncAll();
        Partition again = sim.assign(topic("t", 1, 2));
        sim.syncAll();
        assertThat(again.view().highWatermark()).isEqualTo(2);
    }

    @Test
    void withoutSyncingAnAppendIsAcknowledgedByItsWrite() {
        sim.policy = ASYNC;
        Partition partition = leader();
        assertAcknowledged(sim.append(partition, 1), 0);
        assertAcknowledged(sim.append(partition, ALL), 1);
        assertThat(partition.view().highWatermark()).isEqualTo(2);
        assertThat(sim.syncs).isEmpty();
    }

    @Test
    void flushMessagesSyncsAfterSoManyRecords() {
        sim.policy = FlushPolicy.of(Durability.FSYNC, 3, Long.MAX_VALUE);
        Partition partition = leader();
        assertAcknowledged(sim.append(partition, ALL, batch(2)), 0);
        assertThat(sim.syncs).isEmpty();
        assertAcknowledged(sim.append(partition, ALL), 2);
        sim.sync();
        assertAcknowledged(sim.append(partition, ALL), 3);
        assertThat(sim.syncs).isEmpty();
    }

    @Test
    void flushMessagesOfOneMeansSyncedBeforeAcknowledged() {
        sim.policy = FlushPolicy.of(Durability.ASYNC, 1, Long.MAX_VALUE);
        Partition partition = leader();
        sim.syncAll();
        Append append = sim.append(partition, 1);
        assertWaits(append);
        sim.sync();
        assertAcknowledged(append, 0);
    }

    @Test
    void flushMsSyncsWhenTheOldestRecordIsSoOld() {
        sim.policy = FlushPolicy.of(Durability.FSYNC, Long.MAX_VALUE, 500);
        Partition partition = leader();
        assertAcknowledged(sim.append(partition, ALL), 0);
        sim.pass(Duration.ofMillis(499));
        sim.append(partition, ALL);
        assertThat(sim.syncs).isEmpty();
        sim.pass(Duration.ofMillis(1));
        sim.sync();
        sim.pass(Duration.ofSeconds(2));
        assertThat(sim.syncs).isEmpty();
    }

    @Test
    void closedSegmentsAreSyncedEvenWhereNothingWaitsForThat() {
        sim.policy = ASYNC;
        sim.segmentBytes = 200;
        Partition partition = leader();
        for (int i = 0; i < 5; i++) {
            assertAcknowledged(sim.append(partition, 1), i);
        }
        assertThat(sim.syncs).hasSize(1);
        sim.syncAll();
        assertThat(partition.view().leaderLog().checkpoint(0).recoveryPoint()).isPositive();
    }
}
