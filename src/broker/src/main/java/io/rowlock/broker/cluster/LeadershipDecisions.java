package io.rowlock.broker.cluster;

import io.rowlock.broker.cluster.InSyncChange.Member;
import io.rowlock.broker.cluster.InSyncResult.Altered;
import io.rowlock.broker.cluster.InSyncResult.Reason;
import io.rowlock.broker.cluster.InSyncResult.Refused;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of single partitions when leaders and operators ask: the same for every {@link LeadershipStore}, which asks while
 * nobody else changes metadata. Immutable.
 */
public final class LeadershipDecisions {

    /** The nodes as they are at the moment of the decision. */
    public interface Nodes {

        /** Null if there is none of that id. */
        @Nullable
        NodeInfo node(int id);

        /** Whether the node is active, and its lease runs. */
        boolean isLive(int id);

        /** Whether this is the node's latest registration, and it holds. */
        default boolean isServing(int id, long brokerEpoch) {
            NodeInfo node = node(id);
            return node != null && node.brokerEpoch() == brokerEpoch && node.isServing();
        }
    }

    /** @param next what becomes of the partition; null where nothing does */
    public record Election(
            ElectionOutcome outcome, @Nullable PartitionInfo next) {}

    private final Nodes nodes;

    public LeadershipDecisions(Nodes nodes) {
        this.nodes = nodes;
    }

    /**
     * A change of in-sync replicas.
     *
     * @param p the partition as it is; null if it does not exist
     * @throws IllegalArgumentException if the leader would leave, or a member stands there twice
     */
    public InSyncResult alter(int nodeId, long brokerEpoch, InSyncChange change, @Nullable PartitionInfo p) {
        change.check(nodeId);
        if (p == null
                || !nodes.isServing(nodeId, brokerEpoch)
                || p.leader() != nodeId
                || p.leaderEpoch() != change.leaderEpoch()) {
            return new Refused(Reason.NOT_LEADER, p);
        }
        if (p.partitionEpoch() != change.partitionEpoch()) {
            return new Refused(Reason.STALE, p);
        }
        if (!change.members().stream().allMatch(member -> isEligible(member, p))) {
            return new Refused(Reason.INELIGIBLE, p);
        }
        List<Integer> members = change.members().stream().map(Member::nodeId).toList();
        return new Altered(PartitionRules.withInSync(p, members));
    }

    private boolean isEligible(Member member, PartitionInfo p) {
        if (p.inSyncReplicas().contains(member.nodeId())) {
            return true;
        }
        NodeInfo node = nodes.node(member.nodeId());
        return p.replicas().contains(member.nodeId())
                && node != null
                && node.brokerEpoch() == member.brokerEpoch()
                && nodes.isLive(member.nodeId());
    }

    /**
     * An election that somebody asks for.
     *
     * @param p the partition as it is; null if it does not exist
     * @param lastInSync where no replica is in sync the one that was last, and may have most of what was acknowledged; else, or
     *     where that is not known, {@link PartitionInfo#NO_LEADER}
     */
    public Election elect(ElectionType type, @Nullable PartitionInfo p, int lastInSync) {
        if (p == null) {
            return new Election(ElectionOutcome.UNKNOWN_PARTITION, null);
        }
        return type == ElectionType.PREFERRED ? preferred(p) : unclean(p, lastInSync);
    }

    private Election preferred(PartitionInfo p) {
        int preferred = p.replicas().get(0);
        if (p.leader() == preferred) {
            return new Election(ElectionOutcome.NOT_NEEDED, null);
        }
        if (!p.inSyncReplicas().contains(preferred) || !nodes.isLive(preferred)) {
            return new Election(ElectionOutcome.PREFERRED_NOT_AVAILABLE, null);
        }
        return new Election(ElectionOutcome.ELECTED, PartitionRules.withLeader(p, preferred, p.inSyncReplicas()));
    }

    private Election unclean(PartitionInfo p, int lastInSync) {
        if (p.leader() != PartitionInfo.NO_LEADER) {
            return new Election(ElectionOutcome.NOT_NEEDED, null);
        }
        int leader = p.replicas().contains(lastInSync) && nodes.isLive(lastInSync)
                ? lastInSync
                : p.replicas().stream().filter(nodes::isLive).findFirst().orElse(PartitionInfo.NO_LEADER);
        return leader == PartitionInfo.NO_LEADER
                ? new Election(ElectionOutcome.NONE_ELIGIBLE, null)
                : new Election(ElectionOutcome.ELECTED, PartitionRules.withLeader(p, leader, List.of(leader)));
    }
}
