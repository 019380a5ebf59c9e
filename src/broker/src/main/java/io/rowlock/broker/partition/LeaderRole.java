package io.rowlock.broker.partition;

import io.rowlock.broker.cluster.InSyncChange;
import io.rowlock.broker.cluster.InSyncResult;
import io.rowlock.broker.cluster.PartitionInfo;
import io.rowlock.broker.partition.PartitionView.Status;
import io.rowlock.log.StageResult;
import io.rowlock.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A replica that leads under one leader epoch: it takes appends, follows its followers, and decides what is confirmed and who
 * is in sync. Confined to the partition's owner.
 */
final class LeaderRole implements Role {

    /** Whom the store would not have in sync is proposed again after so long. */
    private static final Duration REST = Duration.ofSeconds(1);

    private static final String NO_LEASE = "the node's lease has run out, so that another may lead by now";

    private final Partition partition;
    private final ReplicaEnvironment environment;
    private final ReplicaLog log;
    private final PublishedView published;
    private final PendingAppends appends;
    private final int epoch;
    private final long registration;
    private final long epochStart;
    private final InSyncSet inSync;
    private final FollowerStates followers;
    private List<Integer> replicas;
    private int minInSync;
    private boolean ended;

    /**
     * @param appends may hold what waits since an earlier epoch of this node
     * @param registration broker epoch of this node in the image that gave it this leadership
     * @param epochStart end of the log when this leadership began
     */
    LeaderRole(
            Partition partition,
            ReplicaEnvironment environment,
            ReplicaLog log,
            PublishedView published,
            PendingAppends appends,
            PartitionInfo info,
            long registration,
            int minInSyncReplicas,
            long epochStart) {
        this.partition = partition;
        this.environment = environment;
        this.log = log;
        this.published = published;
        this.appends = appends;
        this.epoch = info.leaderEpoch();
        this.registration = registration;
        this.epochStart = epochStart;
        this.inSync = new InSyncSet(info.partitionEpoch(), info.inSyncReplicas());
        this.followers =
                new FollowerStates(environment.liveness(), partition.owner().nowNanos());
        this.replicas = info.replicas();
        this.minInSync = Math.min(minInSyncReplicas, replicas.size());
    }

    int epoch() {
        return epoch;
    }

    /** Says that the replica leads. */
    void begin() {
        published.publish(partition, view(log.snapshot(), published.get().highWatermark()));
        moved();
        log.syncIfDue(false);
    }

    /** Follows what the cluster agreed on under the same leader epoch. */
    void follow(PartitionInfo info, int minInSyncReplicas) {
        replicas = info.replicas();
        minInSync = Math.min(minInSyncReplicas, replicas.size());
        inSync.learned(info.partitionEpoch(), info.inSyncReplicas());
        propose(joining(), List.of());
        moved();
        log.syncIfDue(false);
    }

    /** Checks one batch and gives it its offsets; it is written by the next {@link #write}. Returns whether it waits for that. */
    boolean stage(PartitionAppend append) {
        ErrorCode refusal = refusal(append);
        if (refusal != ErrorCode.NONE) {
            append.refuse(refusal, refusal == ErrorCode.NOT_LEADER_OR_FOLLOWER ? NO_LEASE : null);
            return false;
        }
        int bytes = append.records().readableBytes();
        String noRoom = log.takeRoom(bytes);
        if (noRoom != null) {
            append.refuse(ErrorCode.KAFKA_STORAGE_ERROR, noRoom);
            return false;
        }
        StageResult result = log.stage(append.records(), epoch);
        if (!(result instanceof StageResult.Staged)) {
            log.giveBackRoom(bytes);
        }
        if (!append.accept(result)) {
            return false;
        }
        appends.staged(append);
        return true;
    }

    private ErrorCode refusal(PartitionAppend append) {
        boolean othersConfirm = append.needsAllReplicas() && !isAlone();
        if (!othersConfirm && !mayConfirmAlone()) {
            return ErrorCode.NOT_LEADER_OR_FOLLOWER;
        }
        return append.needsAllReplicas() && !hasEnoughReplicas() ? ErrorCode.NOT_ENOUGH_REPLICAS : ErrorCode.NONE;
    }

    /** Whether no other replica has to confirm anything. */
    private boolean isAlone() {
        return inSync.mayBeMembers().size() == 1;
    }

    /**
     * Whether what this replica alone confirms counts. Not once the lease has run out, because another may have been elected that
     * never had it; nor under the lease of a later registration, which ended this leadership, heard of or not. But the only
     * replica has no other.
     */
    private boolean mayConfirmAlone() {
        return replicas.size() == 1 || environment.leaseHeld().test(registration);
    }

    private boolean hasEnoughReplicas() {
        return inSync.confirmed().size() >= minInSync;
    }

    /** Writes everything staged, and acknowledges what is confirmed by that alone. */
    void write() {
        if (!appends.anyStaged()) {
            return;
        }
        long before = published.get().leaderLog().endOffset();
        if (!log.write()) {
            return;
        }
        followers.leaderMoved(before);
        appends.written(log.snapshot().startOffset());
        moved();
        if (appends.anyMayExpire()) {
            partition.owner().watch(partition);
        }
    }

    /** Publishes what is written and confirmed, and acknowledges what that covers. */
    @Override
    public void moved() {
        PartitionView before = published.get();
        LogSnapshot written = log.snapshot();
        long confirmedHere = log.confirmedEnd();
        boolean aloneCounts = mayConfirmAlone();
        long highWatermark = highWatermark(before.highWatermark(), confirmedHere, aloneCounts);
        PartitionView next = view(written, highWatermark);
        if (highWatermark == before.highWatermark()) {
            published.replace(partition, next);
        } else {
            published.publish(partition, next);
        }
        if (!aloneCounts) {
            appends.refuseThoseForThisReplica(ErrorCode.NOT_LEADER_OR_FOLLOWER, NO_LEASE);
        }
        appends.confirm(confirmedHere, highWatermark, written.startOffset(), hasEnoughReplicas());
        if (!aloneCounts && isAlone()) {
            appends.refuseThoseForAllReplicas(ErrorCode.NOT_LEADER_OR_FOLLOWER, NO_LEASE);
        }
    }

    /**
     * What all have confirmed that may be in sync. It never goes back, and stands still with too few in-sync replicas (KIP-966).
     */
    private long highWatermark(long current, long confirmedHere, boolean aloneCounts) {
        if (!hasEnoughReplicas() || (isAlone() && !aloneCounts)) {
            return current;
        }
        long least = confirmedHere;
        for (int member : inSync.mayBeMembers()) {
            if (member != environment.nodeId()) {
                least = Math.min(least, followers.acked(member));
            }
        }
        return Math.max(current, least);
    }

    private PartitionView view(LogSnapshot written, long highWatermark) {
        return new PartitionView(
                Status.LEADING, environment.nodeId(), epoch, epochStart, written, highWatermark, highWatermark);
    }

    /** See {@link Partition#followerFetched}. */
    void followerFetched(int replicaId, long brokerEpoch, int leaderEpoch, long offset, long nowNanos) {
        long end = log.end();
        boolean known = replicaId != environment.nodeId() && replicas.contains(replicaId);
        if (!known || leaderEpoch != epoch || offset > end) {
            return;
        }
        long before = followers.acked(replicaId);
        if (!followers.fetched(replicaId, brokerEpoch, offset, end, nowNanos)) {
            return;
        }
        if (!inSync.confirmed().contains(replicaId)) {
            propose(joining(), List.of());
        }
        if (offset != before) {
            moved();
        }
    }

    /** Removes from the in-sync replicas who fell behind for too long, and looks again at what had to wait for its time. */
    void checkFollowers(long lagNanosMax) {
        if (replicas.size() == 1 && isAlone()) {
            return;
        }
        long now = partition.owner().nowNanos();
        propose(joining(), followers.lagging(inSync.confirmed(), environment.nodeId(), log.end(), now, lagNanosMax));
        // What the lease held back goes on with it.
        moved();
    }

    private List<Integer> joining() {
        long enough = Math.max(published.get().highWatermark(), epochStart);
        return followers.thatHave(
                enough, replicas, environment.nodeId(), partition.owner().nowNanos());
    }

    private void propose(List<Integer> join, List<Integer> leave) {
        join.removeAll(leave);
        InSyncSet.Proposal proposal = inSync.propose(join, leave);
        if (proposal != null) {
            List<InSyncChange.Member> members = proposal.members().stream()
                    .map(node -> new InSyncChange.Member(
                            node,
                            inSync.confirmed().contains(node)
                                    ? InSyncChange.Member.UNCHECKED
                                    : followers.brokerEpoch(node)))
                    .toList();
            environment
                    .inSyncChanges()
                    .propose(
                            partition,
                            new InSyncChange(partition.key().id(), epoch, proposal.partitionEpoch(), members));
        }
    }

    /** See {@link Partition#inSyncAnswered}. */
    void answered(InSyncChange change, InSyncResult result, boolean lostAnswers) {
        if (change.leaderEpoch() != epoch) {
            return;
        }
        PartitionInfo now = result instanceof InSyncResult.Altered altered ? altered.now() : null;
        if (result instanceof InSyncResult.Refused refused) {
            now = refused.now();
            if (refused.reason() == InSyncResult.Reason.INELIGIBLE) {
                restThoseAdded(change);
                inSync.refused(change.partitionEpoch(), lostAnswers);
            }
        }
        learned(now);
        propose(joining(), List.of());
        moved();
    }

    private void learned(@Nullable PartitionInfo now) {
        // Of another leadership the metadata tells.
        if (now != null && now.leader() == environment.nodeId() && now.leaderEpoch() == epoch) {
            inSync.learned(now.partitionEpoch(), now.inSyncReplicas());
        }
    }

    private void restThoseAdded(InSyncChange change) {
        long until = partition.owner().nowNanos() + REST.toNanos();
        change.members().stream()
                .filter(member -> member.brokerEpoch() != InSyncChange.Member.UNCHECKED)
                .forEach(member -> followers.rest(member.nodeId(), until));
        // A follower that has everything tells nothing new by itself.
        partition.later(REST, () -> {
            if (!ended) {
                propose(joining(), List.of());
            }
        });
    }

    /** Another epoch of this node's follows, for which appends wait on. */
    void handOver() {
        ended = true;
    }

    @Override
    public void end(ErrorCode error, String why) {
        ended = true;
        appends.refuseAll(error, why);
    }
}
