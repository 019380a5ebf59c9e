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
