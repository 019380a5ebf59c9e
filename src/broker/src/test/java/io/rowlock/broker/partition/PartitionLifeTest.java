package io.rowlock.broker.partition;

import static io.rowlock.broker.partition.SimulatedPartitions.ALL;
import static io.rowlock.broker.partition.SimulatedPartitions.ASYNC;
import static io.rowlock.broker.partition.SimulatedPartitions.CHECKPOINT_INTERVAL;
import static io.rowlock.broker.partition.SimulatedPartitions.ROOT;
import static io.rowlock.broker.partition.SimulatedPartitions.batch;
import static io.rowlock.broker.partition.SimulatedPartitions.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.cluster.MetadataDelta;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.partition.PartitionView.Status;
import io.rowlock.broker.partition.SimulatedPartitions.Append;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.testkit.DiskFaults;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Closing, deleting, checkpointing and coming back after a crash. */
class PartitionLifeTest {

    private static final long BROKER_EPOCH = 42;
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

    private static ErrorCode error(Append append) {
        return Objects.requireNonNull(append.outcome).error();
    }

    @Test
    void closingAcknowledgesWhatIsUnderWayAndLeavesNothingToRecover() throws IOException {
        Partition partition = sim.assign(TOPIC);
        sim.syncAll();
        Append syncing = sim.append(partition, 1);
        Append written = sim.append(partition, ALL);
        Append staged = sim.handOver(partition, ALL, batch(1));
        CompletableFuture<Void> closed = sim.partitions().close(BROKER_EPOCH).toCompletableFuture();
        Append late = sim.handOver(partition, 1, batch(1));
        sim.owner.runAll();
        assertThat(closed).isNotDone();
        sim.sync();
        assertThat(closed).as("what came meanwhile is synced on the pool, too").isNotDone();
        sim.sync();
        assertThat(closed).isCompleted();
        assertThat(sim.syncs).isEmpty();
        assertThat(error(syncing)).isEqualTo(ErrorCode.NONE);
        assertThat(error(written)).isEqualTo(ErrorCode.NONE);
        assertThat(error(staged)).isEqualTo(ErrorCode.NONE);
        assertThat(error(late)).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(partition.view().status()).isEqualTo(Status.CLOSED);
        assertThat(sim.recoveryPoints()).contains("t 0 3");

        sim.die(true);
        sim.start();
        assertThat(sim.directory().cleanShutdownEpoch()).hasValue(BROKER_EPOCH);
        assertThat(sim.assign(topic("t", 1, 1)).view().highWatermark()).isEqualTo(3);
    }

    @Test
    void whoeverAsksWhileATopicGrowsIsAnswered() {
        PartitionInfo led = TOPIC.partitions().get(0);
        sim.assign(TOPIC);
        List<ErrorCode> answers = new ArrayList<>();
        sim.whenAssigned =
                () -> answers.add(sim.partitions().find(TOPIC.id(), "", 1).error());
        PartitionInfo added = new PartitionInfo(1, led.leader(), 0, 0, led.replicas(), led.inSyncReplicas());
        sim.announce(topic("t", 1, led, added));
        assertThat(answers).containsExactly(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        sim.owner.runAll();
        assertThat(sim.partitions().find(TOPIC.id(), "", 1).checkLeader(-1)).isEqualTo(ErrorCode.NONE);
        assertThat(sim.partitions().find(TOPIC.id(), "", 0).checkLeader(-1)).isEqualTo(ErrorCode.NONE);
    }

    /** A store that tells everything anew may yet know what was deleted; what it only does not know keeps its files. */
    @Test
    void ofTopicsThatAreMissingFromEverythingOnlyTheDeletedLoseTheirFiles() throws IOException {
        TopicInfo unknown = topic("u", 2, 0);
        Partition deleted = sim.assign(TOPIC);
        Partition missing = sim.assign(unknown);
        long version = sim.image().version() + 1;
        sim.apply(new MetadataDelta(version, true, "c", List.of(), List.of(), Set.of(TOPIC.id())));
        sim.owner.runAll();
        sim.syncAll();
        assertThat(deleted.view().status()).isEqualTo(Status.DELETED);
        assertThat(sim.disk.exists(ROOT.resolve("t-0"))).isFalse();
        assertThat(missing.view().status()).isEqualTo(Status.CLOSED);
        assertThat(sim.disk.exists(ROOT.resolve("u-0"))).isTrue();
    }

    @Test
    void anErrorWhereLogsAreOpenedStopsOnePartitionAndNobodyWaitsForIt() {
        Partition other = sim.assign(topic("u", 2, 0));
        sim.logPool = task -> {
            throw new LinkageError("nothing is missing but in this test");
        };
        Partition broken = sim.assign(TOPIC);
        sim.logPool = Runnable::run;
        sim.assign(topic("v", 3, 0));
        assertThat(broken.view().status()).isEqualTo(Status.OFFLINE);
        assertThat(other.view().status()).isEqualTo(Status.LEADING);
        assertThat(sim.partitions().settled().toCompletableFuture()).isCompleted();
    }

    @Test
    void anErrorWhereLogsAreClosedIsNoCleanStop() throws IOException {
        TopicInfo deleted = topic("u", 2, 0);
        sim.assign(TOPIC);
        sim.assign(deleted);
        sim.logPool = task -> {
            throw new LinkageError("nothing is missing but in this test");
        };
        sim.announceDeletion(deleted);
        sim.owner.runAll();
        assertThat(sim.partitions().settled().toCompletableFuture()).isCompleted();
        CompletableFuture<Void> closed = sim.partitions().close(BROKER_EPOCH).toCompletableFuture();
        sim.owner.runAll();
        assertThat(closed).isCompleted();
        sim.die(true);
        sim.logPool = Runnable::run;
        sim.start();
        assertThat(sim.directory().cleanShutdownEpoch()).isEmpty();
    }

    @Test
    void closingWhatIsSettledSyncsNothing() throws IOException {
        Partition partition = sim.assign(TOPIC);
        sim.append(partition, ALL);
        sim.syncAll();
        sim.pass(SimulatedPartitions.CHECKPOINT_INTERVAL);
        sim.syncAll();
        assertThat(sim.recoveryPoints()).contains("t 0 1");
        CompletableFuture<Void> closed = sim.partitions().close(BROKER_EPOCH).toCompletableFuture();
        sim.owner.runAll();
        assertThat(sim.syncs).isEmpty();
        assertThat(closed).isCompleted();
        sim.die(true);
        sim.start();
        assertThat(sim.directory().cleanShutdownEpoch()).hasValue(BROKER_EPOCH);
        assertThat(sim.assign(topic("t", 1, 1)).view().highWatermark()).isEqualTo(1);
    }

    @Test
    void whatIsSettledIsLedUnderTheNewestEpoch() {
        List<Integer> epochs = new ArrayList<>();
        for (int epoch = 0; epoch < 3; epoch++) {
            sim.announce(topic("t", 1, epoch));
            Partition partition = Objects.requireNonNull(
                    sim.partitions().find(TOPIC.id(), "t", 0).partition());
            sim.partitions().settled().thenRun(() -> epochs.add(partition.view().leaderEpoch()));
            sim.owner.runAll();
        }
        assertThat(epochs).containsExactly(0, 1, 2);
    }

    @Test
    void aPartitionThatIsOfflineLeavesNoMarkOfACleanStop() throws IOException {
        Partition partition = sim.assign(TOPIC);
        sim.disk.setFaults(new DiskFaults(0, 1000));
        sim.append(partition, 1);
        sim.syncAll();
        sim.disk.setFaults(DiskFaults.NONE);
        assertThat(partition.view().status()).isEqualTo(Status.OFFLINE);
        CompletableFuture<Void> closed = sim.partitions().close(BROKER_EPOCH).toCompletableFuture();
        sim.owner.runAll();
        assertThat(closed).isCompleted();
        sim.die(false);
        sim.start();
        assertThat(sim.directory().cleanShutdownEpoch()).isEmpty();
    }

    @Test
    void deletingRefusesWhatWaitsAndRemovesTheFilesAfterTheSyncUnderWay() throws IOException {
        Partition partition = sim.assign(TOPIC);
        sim.syncAll();
        Append syncing = sim.append(partition, 1);
        Append staged = sim.handOver(partition, ALL, batch(1));
        sim.announceDeletion(TOPIC);
        Append late = sim.handOver(partition, 1, batch(1));
        sim.owner.runAll();
        assertThat(error(syncing)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(staged)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(late)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(partition.view().status()).isEqualTo(Status.DELETED);
        assertThat(sim.disk.exists(ROOT.resolve("t-0"))).isTrue();
        sim.sync();
        assertThat(sim.disk.list(ROOT)).noneMatch(name -> name.startsWith("t-0"));

        Partition again = sim.assign(topic("t", 2, 0));
        Append first = sim.append(again, ALL);
        sim.syncAll();
        assertThat(Objects.requireNonNull(first.outcome).baseOffset()).isZero();
    }

    @Test
    void anOfflinePartitionCanBeDeleted() throws IOException {
        Partition partition = sim.assign(TOPIC);
        sim.disk.setFaults(new DiskFaults(1000, 0));
        sim.append(partition, 1);
        sim.disk.setFaults(DiskFaults.NONE);
        sim.syncAll();
        assertThat(partition.view().status()).isEqualTo(Status.OFFLINE);
        sim.announceDeletion(TOPIC);
        sim.owner.runAll();
        assertThat(sim.disk.exists(ROOT.resolve("t-0"))).isFalse();
    }

    /** Corrupts the first record; below the recovery point nobody looks. */
    private void damageFirstBatch() throws IOException {
        sim.disk.flipBit(ROOT.resolve("t-0").resolve("00000000000000000000.log"), 65, 0);
    }

    @Test
    void afterACrashOnlyWhatCameAfterTheCheckpointIsLookedAt() throws IOException {
        Partition partition = sim.assign(TOPIC);
        sim.append(partition, 1);
        sim.syncAll();
        sim.pass(CHECKPOINT_INTERVAL);
        sim.sync();
        assertThat(sim.recoveryPoints()).contains("t 0 1");
        sim.append(partition, 1);
        sim.syncAll();
        sim.die(true);
        damageFirstBatch();
        sim.start();
        Partition again = sim.assign(topic("t", 1, 1));
        sim.syncAll();
        assertThat(again.view().highWatermark()).isEqualTo(2);
    }

    @Test
    void withoutACheckpointEverythingIsLookedAt() throws IOException {
        Partition partition = sim.assign(TOPIC);
        sim.append(partition, 1);
        sim.append(partition, 1);
        sim.syncAll();
        sim.die(true);
        damageFirstBatch();
        sim.start();
        assertThat(sim.assign(topic("t", 1, 1)).view().status()).isEqualTo(Status.OFFLINE);
    }

    @Test
    void aCheckpointIsTakenAlsoUnderLoad() throws IOException {
        Partition partition = sim.assign(TOPIC);
        sim.syncAll();
        sim.append(partition, 1);
        sim.scheduler.advance(CHECKPOINT_INTERVAL);
        sim.handOver(partition, 1, batch(1));
        sim.owner.runAll();
        sim.handOver(partition, 1, batch(1));
        sim.sync();
        sim.handOver(partition, 1, batch(1));
        sim.sync();
        assertThat(sim.recoveryPoints()).contains("t 0 3");
        sim.syncAll();
    }

    @Test
    void whatDidNotMoveIsNotSyncedAgain() {
        Partition partition = sim.assign(TOPIC);
        sim.append(partition, 1);
        sim.syncAll();
        sim.pass(CHECKPOINT_INTERVAL);
        sim.sync();
        sim.pass(CHECKPOINT_INTERVAL);
        assertThat(sim.syncs).isEmpty();
    }

    @Test
    void whereNothingWaitsForSyncsClosedSegmentsMoveTheCheckpoint() throws IOException {
        sim.policy = ASYNC;
        sim.segmentBytes = 200;
        Partition partition = sim.assign(TOPIC);
        for (int i = 0; i < 5; i++) {
            sim.append(partition, 1);
        }
        sim.syncAll();
        sim.pass(CHECKPOINT_INTERVAL);
        assertThat(sim.syncs).isEmpty();
        assertThat(sim.recoveryPoints()).contains("t 0 4");
    }

    @Test
    void theCheckpointOfADeletedPartitionIsNotTakenForThatOfItsSuccessor() throws IOException {
        TopicInfo other = topic("u", 9, 0);
        Partition partition = sim.assign(TOPIC);
        Partition slow = sim.assign(other);
        sim.append(partition, 1, batch(5));
        sim.append(slow, 1);
        while (!sim.syncs.isEmpty()) {
            sim.syncs.remove().run();
            sim.owner.runAll();
        }
        sim.pass(CHECKPOINT_INTERVAL);
        assertThat(sim.syncs).hasSize(2);
        Runnable first = sim.syncs.remove();
        Runnable second = sim.syncs.remove();
        first.run();
        sim.owner.runAll();
        second.run();
        // The answer of the second waits in the owner's queue, behind it the deletion.
        sim.announceDeletion(TOPIC);
        sim.announceDeletion(other);
        sim.announce(topic("t", 2, 0), topic("u", 3, 0));
        sim.owner.runAll();
        assertThat(sim.recoveryPoints()).doesNotContain("t 0 5");
        Append fresh = sim.append(
                Objects.requireNonNull(
                        sim.partitions().find(topic("t", 2, 0).id(), "t", 0).partition()),
                0);
        assertThat(Objects.requireNonNull(fresh.outcome).baseOffset()).isZero();
        sim.syncs.forEach(Runnable::run);
        sim.owner.runAll();
        sim.die(true);
        sim.start();
        assertThat(sim.assign(topic("t", 2, 1)).view().status()).isEqualTo(Status.LEADING);
    }

    @Test
    void aLogOfAnotherTopicOfTheNameIsSetAsideWithItsCheckpoints() throws IOException {
        Partition partition = sim.assign(TOPIC);
        sim.append(partition, 1, batch(5));
        sim.syncAll();
        sim.pass(CHECKPOINT_INTERVAL);
        sim.syncAll();
        assertThat(sim.recoveryPoints()).contains("t 0 5");
        sim.die(false);
        sim.start();
        Append first = sim.append(sim.assign(topic("t", 2, 0)), ALL);
        sim.syncAll();
        assertThat(Objects.requireNonNull(first.outcome).baseOffset()).isZero();
        assertThat(sim.disk.list(ROOT)).anyMatch(name -> name.endsWith("-stray"));
        sim.die(true);
        sim.start();
        Partition again = sim.assign(topic("t", 2, 1));
        sim.syncAll();
        assertThat(again.view().highWatermark()).isEqualTo(1);
    }

    @Test
    void aLogThatCannotBeOpenedIsOfflineAndTheOthersAreServed() throws IOException {
        Path metadata = ROOT.resolve("t-0").resolve("partition.metadata");
        sim.assign(TOPIC);
        sim.syncAll();
        sim.die(false);
        sim.disk.replace(metadata, "rubbish".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        sim.start();
        assertThat(sim.assign(topic("t", 1, 1)).view().status()).isEqualTo(Status.OFFLINE);
        Append served = sim.append(sim.assign(topic("u", 2, 0)), ALL);
        sim.syncAll();
        assertThat(error(served)).isEqualTo(ErrorCode.NONE);
        assertThat(sim.partitions().settled().toCompletableFuture()).isCompleted();
    }
}
