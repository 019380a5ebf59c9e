package io.rowlock.broker.group;

/** Where a classic group is in its life, with the name under which clients and operators know it (KIP-518). */
public enum GroupPhase {
    /** No members; perhaps committed offsets. */
    EMPTY("Empty"),
    /** A rebalance has begun: members are asked to join again. */
    PREPARING_REBALANCE("PreparingRebalance"),
    /** All have joined the new generation and wait for the leader's assignment. */
    COMPLETING_REBALANCE("CompletingRebalance"),
    /** Every member has its assignment. */
    STABLE("Stable"),
    /** Deleted: nothing happens here any more. */
    DEAD("Dead");

    private final String displayName;

    GroupPhase(String displayName) {
        this.displayName = displayName;
    }

    /** As in DescribeGroups and ListGroups, and in the store. */
    public String displayName() {
        return displayName;
    }
}
