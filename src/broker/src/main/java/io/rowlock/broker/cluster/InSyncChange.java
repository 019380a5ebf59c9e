package io.rowlock.broker.cluster;

import java.util.List;

/**
 * What a leader wants the in-sync replicas of a partition to be (Kafka's AlterPartition).
 *
 * @param leaderEpoch under which the asking node leads
 * @param partitionEpoch of the state that the decision was made on
 * @param members with the leader, which never leaves
 */
public record InSyncChange(PartitionId partition, int leaderEpoch, int partitionEpoch, List<Member> members) {

    public InSyncChange {
        members = List.copyOf(members);
    }

    /** Fails where {@code nodeId}, which leads, would not be in sync any more, or a member stands there twice. */
    public void check(int nodeId) {
        long distinct = members.stream().mapToInt(Member::nodeId).distinct().count();
        if (distinct != members.size() || members.stream().noneMatch(member -> member.nodeId() == nodeId)) {
            throw new IllegalArgumentException(
                    "node " + nodeId + " leads " + partition + ", whose in-sync replicas cannot be " + members);
        }
    }

    /**
     * One in-sync replica.
     *
     * @param brokerEpoch under which it fetched what makes it in sync (KIP-903), or {@link #UNCHECKED} for one that is a
     *     member already
     */
    public record Member(int nodeId, long brokerEpoch) {

        /** Of a member that stays one: its registration decided whether it does. */
        public static final long UNCHECKED = -1;
    }
}
