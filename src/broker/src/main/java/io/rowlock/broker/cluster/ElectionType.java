package io.rowlock.broker.cluster;

/** Whom an election that somebody asks for may make the leader (Kafka's ElectLeaders). */
public enum ElectionType {
    /** The first of the partition's replicas, if it is in sync and alive. */
    PREFERRED,
    /** Where there is no leader: any live replica, if none in sync is alive. Loses what only those had. */
    UNCLEAN
}
