package io.rowlock.broker.partition;

import static io.rowlock.broker.partition.SimulatedPartitions.ALL;
import static io.rowlock.broker.partition.SimulatedPartitions.NODE;
import static io.rowlock.broker.partition.SimulatedPartitions.batch;
import static io.rowlock.broker.partition.SimulatedPartitions.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.InSyncResult;
import io.rowlock.broker.cluster.MetadataDelta;
import io.rowlock.broker.cluster.NodeInfo;
import io.rowlock.broker.cluster.NodeState;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.partition.PartitionView.Status;
import io.rowlock.broker.partition.SimulatedPartitions.Append;
import io.rowlock.log.EpochEnd;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.record.RecordBatch;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One replica among others, step by step: what a leader hears of its followers, and a follower of its leader. */
class PartitionReplicasTest {

    private final SimulatedPartitions sim = new SimulatedPartitions();

    @BeforeEach
    void start() throws IOException {
        sim.start();
    }

    private static PartitionInfo led(int by, int leaderEpoch, int partitionEpoch, Integer... inSync) {
        return new PartitionInfo(0, by, leaderEpoch, partitionEpoch, List.of(NODE, 2, 3), List.of(inSync));
    }

    private Partition assign(PartitionInfo info) {
        Partition partition = sim.assign(topic("t", 1, info));
        sim.syncAll();
        return partition;
    }

    private void fetched(Partition leader, int follower, long brokerEpoch, int leaderEpoch, long offset) {
        leader.owner()
                .followerFetched(
                        follower,
                        brokerEpoch,
                        List.of(new PartitionOwner.FollowerFetch(leader, leaderEpoch, offset)),
                        sim.clock.monotonicNanos(),
                        Runnable::run);
        sim.owner.runAll();
    }

    private static ErrorCode error(Append append) {
        return Objects.requireNonNull(append.outcome).error();
    }

    private FollowResult get(CompletionStage<FollowResult> stage) {
        sim.owner.runAll();
        sim.syncAll();
        assertThat(stage.toCompletableFuture()).isCompleted();
        return stage.toCompletableFuture().join();
    }

    private static FollowResult at(int leaderEpoch, long offset, int lastEpoch) {
        return new FollowResult.At(new FetchPosition(leaderEpoch, offset, lastEpoch, 0));
    }

    private static ByteBuf sent(long baseOffset, int epoch, int records) {
        ByteBuf bytes = batch(records);
        RecordBatch header = new RecordBatch(bytes);
        header.setBaseOffset(baseOffset);
        header.setPartitionLeaderEpoch(epoch);
        return bytes;
    }

    @Test
    void acksAllWaitsForEveryInSyncReplica() {
        Partition leader = assign(led(NODE, 1, 1, NODE, 2, 3));
        Append all = sim.append(leader, ALL);
        sim.syncAll();
        fetched(leader, 2, 20, 1, 1);
        assertThat(all.outcome).isNull();
        fetched(leader, 3, 30, 1, 0);
        assertThat(all.outcome).isNull();
        AtomicInteger seen = new AtomicInteger();
        leader.subscribe(changed -> seen.incrementAndGet());
        fetched(leader, 3, 30, 1, 1);
        assertThat(error(all)).isEqualTo(ErrorCode.NONE);
        assertThat(leader.view().highWatermark()).isEqualTo(1);
        assertThat(seen).hasValue(1);
    }

    @Test
    void aFetchUnderAnotherEpochOrOfAnEarlierProcessConfirmsNothing() {
        Partition leader = assign(led(NODE, 3, 1, NODE, 2));
        sim.append(leader, 1);
        sim.syncAll();
        fetched(leader, 2, 20, 2, 1);
        fetched(leader, 2, 20, 4, 1);
        fetched(leader, 9, 20, 3, 1);
        fetched(leader, 2, 20, 3, 2);
        assertThat(leader.view().highWatermark()).isZero();
        fetched(leader, 2, 21, 3, 0);
        fetched(leader, 2, 20, 3, 1);
        assertThat(leader.view().highWatermark()).isZero();
        fetched(leader, 2, 21, 3, 1);
        assertThat(leader.view().highWatermark()).isEqualTo(1);
    }

    @Test
    void whoHasEverythingJoinsAndCountsFromThen() {
        Partition leader = assign(led(NODE, 1, 1, NODE));
        sim.append(leader, ALL);
        sim.syncAll();
        assertThat(leader.view().highWatermark()).isEqualTo(1);
        fetched(leader, 2, 20, 1, 0);
        assertThat(sim.proposed).isEmpty();
        fetched(leader, 2, 20, 1, 1);
        InSyncChange change = new InSyncChange(
                leader.key().id(),
                1,
                1,
                List.of(new InSyncChange.Member(NODE, InSyncChange.Member.UNCHECKED), new InSyncChange.Member(2, 20)));
        assertThat(sim.proposed).containsExactly(change);
        Append all = sim.append(leader, ALL);
        sim.syncAll();
        assertThat(all.outcome).as("while the addition is in flight").isNull();
        sim.owner.execute(
                () -> leader.inSyncAnswered(change, new InSyncResult.Altered(led(NODE, 1, 2, NODE, 2)), false));
        sim.owner.runAll();
        assertThat(all.outcome).isNull();
        fetched(leader, 2, 20, 1, 2);
        assertThat(error(all)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whoFallsBehindForTooLongLeavesOnceThatIsAgreed() {
        Partition leader = assign(led(NODE, 1, 1, NODE, 2));
        Append all = sim.append(leader, ALL);
        sim.pass(Duration.ofSeconds(10));
        check(leader);
        assertThat(sim.proposed).isEmpty();
        sim.pass(Duration.ofMillis(1));
        check(leader);
        assertThat(sim.proposed).hasSize(1);
        sim.syncAll();
        assertThat(all.outcome).isNull();
        assign(led(NODE, 1, 2, NODE));
        assertThat(error(all)).isEqualTo(ErrorCode.NONE);
    }

    private void check(Partition leader) {
        leader.owner().checkFollowers(List.of(leader), Duration.ofSeconds(10));
        sim.owner.runAll();
    }

    @Test
    void roundsLookAtEveryLeaderAndEndWithTheNode() {
        assign(led(NODE, 1, 1, NODE, 2));
        FollowerRounds rounds = new FollowerRounds(sim.partitions(), () -> Duration.ofSeconds(10), sim.scheduler);
        rounds.start();
        sim.pass(Duration.ofSeconds(14));
        assertThat(sim.proposed).isEmpty();
        sim.pass(Duration.ofSeconds(1));
        assertThat(sim.proposed).hasSize(1);
        int pending = sim.scheduler.pending();
        rounds.stop();
        sim.pass(Duration.ofSeconds(5));
        assertThat(sim.scheduler.pending()).isLessThan(pending);
    }

    @Test
    void whoHasAllOfAnIdleLogAndGoesOnFetchingStays() {
        Partition leader = assign(led(NODE, 1, 1, NODE, 2));
        fetched(leader, 2, 20, 1, 0);
        sim.pass(Duration.ofSeconds(60));
        sim.liveness.fetched(2, 20, sim.clock.monotonicNanos());
        sim.append(leader, 1);
        sim.pass(Duration.ofSeconds(10));
        check(leader);
        assertThat(sim.proposed).isEmpty();
        sim.pass(Duration.ofMillis(1));
        check(leader);
        assertThat(sim.proposed).hasSize(1);
    }

    @Test
    void pastItsLeaseALeaderConfirmsOnlyWhatAnotherConfirmsToo() {
        Partition leader = assign(led(NODE, 1, 1, NODE, 2));
        Append written = sim.append(leader, 1);
        sim.leaseHeld = false;
        sim.syncAll();
        assertThat(error(written)).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(error(sim.append(leader, 1))).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(error(sim.append(leader, 0))).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        Append all = sim.append(leader, ALL);
        sim.syncAll();
        fetched(leader, 2, 20, 1, 2);
        assertThat(error(all)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void pastItsLeaseALeaderAloneInSyncConfirmsNothing() {
        Partition leader = assign(led(NODE, 1, 1, NODE));
        Append written = sim.append(leader, ALL);
        sim.leaseHeld = false;
        sim.syncAll();
        assertThat(error(written)).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(leader.view().highWatermark()).isZero();
        assertThat(error(sim.append(leader, ALL))).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        sim.leaseHeld = true;
        check(leader);
        assertThat(leader.view().highWatermark()).isEqualTo(1);
    }

    @Test
    void aLeadershipOfAnEarlierRegistrationHasNoPartInTheNextLease() {
        Partition leader = assign(led(NODE, 1, 1, NODE));
        Append written = sim.append(leader, ALL);
        // Deposed and registered anew, of which the image knows nothing yet.
        sim.leaseOf = 7;
        sim.syncAll();
        assertThat(error(written)).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(error(sim.append(leader, 1))).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(leader.view().highWatermark()).isZero();

        announceRegistration(7, led(NODE, 2, 2, NODE));
        assertThat(leader.view().highWatermark()).isEqualTo(1);
        Append again = sim.append(leader, 1);
        sim.syncAll();
        assertThat(error(again)).isEqualTo(ErrorCode.NONE);
    }

    private void announceRegistration(long brokerEpoch, PartitionInfo info) {
        NodeInfo self = new NodeInfo(NODE, brokerEpoch, new UUID(1, 1), null, Map.of(), NodeState.ACTIVE);
        sim.apply(new MetadataDelta(
                sim.image().version() + 1, false, "c", List.of(self), List.of(topic("t", 1, info)), Set.of()));
        sim.owner.runAll();
        sim.syncAll();
    }

    @Test
    void theOnlyReplicaNeedsNoLease() {
        Partition only = sim.assign(topic("t", 1, 0));
        sim.syncAll();
        sim.leaseHeld = false;
        Append append = sim.append(only, 1);
        sim.syncAll();
        assertThat(error(append)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aDuplicateWaitsForTheReplicasThatTheOriginalDidNotWaitFor() {
        Partition leader = assign(led(NODE, 1, 1, NODE, 2));
        Append original = sim.append(leader, 1, batch(7, 0));
        sim.syncAll();
        assertThat(error(original)).isEqualTo(ErrorCode.NONE);
        Append duplicate = sim.append(leader, ALL, batch(7, 0));
        assertThat(duplicate.outcome).isNull();
        fetched(leader, 2, 20, 1, 1);
        assertThat(error(duplicate)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aFollowerAppendsAndSaysWhereToGoOnOnceItIsSynced() {
        Partition follower = assign(led(2, 4, 1, NODE, 2));
        assertThat(get(follower.position(4))).isEqualTo(at(4, 0, -1));
        ByteBuf records = Unpooled.copiedBuffer(sent(0, 3, 2), sent(2, 4, 1), sent(9, 4, 1));
        CompletionStage<FollowResult> appended = follower.appendFromLeader(4, records, 3, 0);
        sim.owner.runAll();
        assertThat(appended.toCompletableFuture()).as("not synced").isNotDone();
        assertThat(get(appended)).isEqualTo(at(4, 10, 4));
        assertThat(follower.view().highWatermark()).isEqualTo(3);
        assertThat(records.refCnt()).isZero();
        assertThat(get(follower.appendFromLeader(4, Unpooled.EMPTY_BUFFER, 99, 0)))
                .isEqualTo(at(4, 10, 4));
        assertThat(follower.view().highWatermark()).as("within what it has").isEqualTo(10);
        assertThat(get(follower.appendFromLeader(3, sent(10, 3, 1), 99, 0))).isInstanceOf(FollowResult.Over.class);
        assertThat(get(follower.position(5))).isInstanceOf(FollowResult.Over.class);
    }

    @Test
    void whatDoesNotFitIsLeftOutAndAskedForAgain() {
        Partition follower = assign(led(2, 4, 1, NODE, 2));
        get(follower.appendFromLeader(4, sent(0, 4, 3), 0, 0));
        ByteBuf damaged = sent(3, 4, 1);
        damaged.setByte(damaged.writerIndex() - 1, 99);
        ByteBuf cut = sent(3, 4, 1);
        cut.writerIndex(cut.writerIndex() - 1);
        List<ByteBuf> wrong = List.of(
                damaged,
                cut,
                sent(2, 4, 1),
                sent(3, 3, 1),
                sent(3, 5, 1),
                Unpooled.copiedBuffer(sent(3, 4, 2), sent(4, 4, 1)));
        for (ByteBuf each : wrong) {
            CompletionStage<FollowResult> answer = follower.appendFromLeader(4, each, 0, 0);
            sim.owner.runAll();
            assertThat(answer.toCompletableFuture()).isNotDone();
            sim.pass(Duration.ofSeconds(1));
            assertThat(get(answer)).isEqualTo(at(4, 3, 4));
            assertThat(each.refCnt()).isZero();
        }
        assertThat(follower.view().status()).isEqualTo(Status.FOLLOWING);
    }

    @Test
    void theLogIsCutWhereItPartsFromTheLeaders() {
        Partition follower = assign(led(2, 6, 1, NODE, 2));
        get(follower.appendFromLeader(6, Unpooled.copiedBuffer(sent(0, 1, 1), sent(1, 3, 1), sent(2, 5, 1)), 1, 0));
        assertThat(get(follower.truncate(6, new EpochEnd(4, 8)))).isEqualTo(at(6, 2, 3));
        assertThat(get(follower.truncate(6, new EpochEnd(3, 1)))).isEqualTo(at(6, 1, 1));
        assertThat(get(follower.startOver(6, 7))).isEqualTo(new FollowResult.At(new FetchPosition(6, 7, -1, 7)));
    }

    @Test
    void aCutWaitsForTheSyncUnderWayAndForNothingElse() {
        Partition follower = assign(led(2, 6, 1, NODE, 2));
        CompletionStage<FollowResult> appended = follower.appendFromLeader(6, sent(0, 6, 1), 0, 0);
        sim.owner.runAll();
        CompletionStage<FollowResult> cut = follower.truncate(6, new EpochEnd(6, 0));
        sim.owner.runAll();
        assertThat(follower.view().endOffset()).isEqualTo(1);
        assertThat(get(cut)).isEqualTo(at(6, 0, -1));
        assertThat(appended.toCompletableFuture()).isCompleted();
        assertThat(follower.view().status()).isEqualTo(Status.FOLLOWING);
    }

    @Test
    void aFullDiskHoldsAFollowerUpAndLosesNothing() {
        Partition follower = assign(led(2, 4, 1, NODE, 2));
        get(follower.appendFromLeader(4, sent(0, 4, 1), 0, 0));
        sim.disk.setCapacity(1);
        CompletionStage<FollowResult> refused = follower.appendFromLeader(4, sent(1, 4, 1), 0, 0);
        sim.pass(Duration.ofSeconds(5));
        assertThat(refused.toCompletableFuture()).isNotDone();
        sim.disk.setCapacity(Long.MAX_VALUE);
        sim.pass(Duration.ofSeconds(5));
        assertThat(get(refused)).isEqualTo(at(4, 1, 4));
        assertThat(get(follower.appendFromLeader(4, sent(1, 4, 1), 2, 0))).isEqualTo(at(4, 2, 4));
    }

    @Test
    void theHighWatermarkSurvivesARestart() throws IOException {
        Partition leader = assign(led(NODE, 1, 1, NODE, 2));
        sim.append(leader, 1, batch(3));
        sim.syncAll();
        fetched(leader, 2, 20, 1, 2);
        sim.pass(SimulatedPartitions.CHECKPOINT_INTERVAL);
        sim.syncAll();
        sim.die(true);
        sim.start();
        Partition again = assign(led(NODE, 2, 2, NODE, 2));
        assertThat(again.view().highWatermark()).isEqualTo(2);
        assertThat(again.view().epochStartOffset()).isEqualTo(3);
    }

    @Test
    void aPartitionThatMovesAwayGoesWithItsFiles() throws IOException {
        Partition partition = assign(led(NODE, 1, 1, NODE, 2));
        Append waits = sim.append(partition, ALL);
        PartitionInfo elsewhere = new PartitionInfo(0, 2, 2, 2, List.of(2, 3), List.of(2));
        sim.announce(topic("t", 1, elsewhere));
        sim.owner.runAll();
        sim.syncAll();
        assertThat(error(waits)).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(partition.view().status()).isEqualTo(Status.CLOSED);
        assertThat(sim.partitions().find(partition.key().topicId(), "t", 0).error())
                .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(sim.disk.exists(SimulatedPartitions.ROOT.resolve("t-0"))).isFalse();
    }

    @Test
    void whoReadsAsAReplicaHearsOfWhatIsWritten() {
        Partition leader = assign(led(NODE, 1, 1, NODE, 2));
        AtomicInteger clients = new AtomicInteger();
        AtomicInteger replicas = new AtomicInteger();
        PartitionListener replica = changed -> replicas.incrementAndGet();
        leader.subscribe(changed -> clients.incrementAndGet());
        leader.subscribeToWrites(replica);
        sim.append(leader, 1);
        assertThat(clients).hasValue(0);
        assertThat(replicas).hasValue(1);
        leader.unsubscribeFromWrites(replica);
        sim.append(leader, 1);
        assertThat(replicas).hasValue(1);
    }
}
