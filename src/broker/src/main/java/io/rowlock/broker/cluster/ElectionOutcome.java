package io.rowlock.broker.cluster;

/** How an election that somebody asked for ended, for one partition. */
public enum ElectionOutcome {
    ELECTED,
    /** The preferred replica leads already, or, where any would do, there is a leader. */
    NOT_NEEDED,
    /** The preferred replica is not alive or not in sync. */
    PREFERRED_NOT_AVAILABLE,
    /** No replica is alive. */
    NONE_ELIGIBLE,
    UNKNOWN_PARTITION
}
