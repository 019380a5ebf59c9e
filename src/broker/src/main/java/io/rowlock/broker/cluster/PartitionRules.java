package io.rowlock.broker.cluster;

import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * What becomes of a partition when nodes come and go. Each answers the partition itself where nothing changes.
 *
 * <p>Where there is a leader, all in-sync replicas are nodes that serve. Where there is none, no in-sync replica is an active
 * node: whichever of them registers next has everything, and leads. A lease that lapsed changes nothing of this by itself, because
 * it may be renewed, without any look at partitions, until somebody deposes its node.
 */
final class PartitionRules {

    private PartitionRules() {}

    /** A new partition: nodes that are known not to take part are not in sync, unless all are, since it is empty. */
    static PartitionInfo created(int index, List<Integer> replicas, IntPredicate absent) {
        List<Integer> present = replicas.stream().filter(id -> !absent.test(id)).toList();
        return present.isEmpty()
                ? new PartitionInfo(index, PartitionInfo.NO_LEADER, 0, 0, replicas, replicas)
                : new PartitionInfo(index, present.get(0), 0, 0, replicas, present);
    }

    /**
     * Nodes leave the cluster with what they have. The in-sync replicas stay as they are where nobody can lead: any of them has
     * everything.
     *
     * @param active of whom the leaving nodes are none any more
     */
    static PartitionInfo left(PartitionInfo p, Set<Integer> leaving, IntPredicate active) {
        boolean leaderLeaves = leaving.contains(p.leader());
        if (p.leader() == PartitionInfo.NO_LEADER
                || (!leaderLeaves && p.inSyncReplicas().stream().noneMatch(leaving::contains))) {
            return p;
        }
        int leader = leaderLeaves ? firstInSync(p, active) : p.leader();
        if (leader == PartitionInfo.NO_LEADER) {
            return withLeader(p, leader, p.inSyncReplicas());
        }
        List<Integer> staying =
                p.inSyncReplicas().stream().filter(id -> !leaving.contains(id)).toList();
        return leaderLeaves ? withLeader(p, leader, staying) : withInSync(p, staying);
    }

    /** A node registered that has its data. */
    static PartitionInfo returned(PartitionInfo p, int nodeId, IntPredicate active) {
        if (p.leader() == nodeId) {
            return withLeader(p, nodeId, p.inSyncReplicas());
        }
        if (p.leader() != PartitionInfo.NO_LEADER || !p.inSyncReplicas().contains(nodeId)) {
            return p;
        }
        return withLeader(
                p, nodeId, p.inSyncReplicas().stream().filter(active::test).toList());
    }

    /** A node registered that lacks what it had, or may lack some of it. */
    static PartitionInfo dataLost(PartitionInfo p, int nodeId, IntPredicate active) {
        if (!p.inSyncReplicas().contains(nodeId)) {
            return p;
        }
        List<Integer> others =
                p.inSyncReplicas().stream().filter(id -> id != nodeId).toList();
        return p.leader() == nodeId
                ? withLeader(p, firstInSync(withInSync(p, others), active), others)
                : withInSync(p, others);
    }

    /** A node is about to stop: it leaves what somebody else can have. */
    static PartitionInfo handedOver(PartitionInfo p, int nodeId, IntPredicate live) {
        if (p.leader() == PartitionInfo.NO_LEADER || !p.inSyncReplicas().contains(nodeId)) {
            return p;
        }
        List<Integer> others =
                p.inSyncReplicas().stream().filter(id -> id != nodeId).toList();
        if (others.stream().noneMatch(live::test)) {
            return p;
        }
        return p.leader() == nodeId
                ? withLeader(p, firstInSync(withInSync(p, others), live), others)
                : withInSync(p, others);
    }

    /** The first in-sync replica that is wanted, in the order of preference. */
    static int firstInSync(PartitionInfo p, IntPredicate wanted) {
        return p.replicas().stream()
                .filter(id -> p.inSyncReplicas().contains(id) && wanted.test(id))
                .findFirst()
                .orElse(PartitionInfo.NO_LEADER);
    }

    static PartitionInfo withLeader(PartitionInfo p, int leader, List<Integer> inSync) {
        return new PartitionInfo(p.index(), leader, p.leaderEpoch() + 1, p.partitionEpoch() + 1, p.replicas(), inSync);
    }

    static PartitionInfo withInSync(PartitionInfo p, List<Integer> inSync) {
        return new PartitionInfo(p.index(), p.leader(), p.leaderEpoch(), p.partitionEpoch() + 1, p.replicas(), inSync);
    }
}
