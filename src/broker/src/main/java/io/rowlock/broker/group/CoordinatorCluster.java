package io.rowlock.broker.group;

import java.util.Set;

/** What a coordinator has to know of its cluster's nodes, as far as this node knows at the moment. Asked on an owner. */
public interface CoordinatorCluster {

    /** Of the latest registration of this process. */
    long brokerEpoch();

    /** Whether another node took this one's place, or will: then nothing here is its own any more. */
    boolean isDeposed();

    /** Whether slots of nodes whose lease has lapsed may be taken: PostgreSQL has answered this one for the time of a whole lease. */
    boolean isSteady();

    /** The nodes over which slots are to be spread; with this one, as long as it takes part. */
    Set<Integer> active();

    /** Whether a node has stopped by plan or was deposed, under a registration that is not older than {@code brokerEpoch}. */
    boolean hasLeft(int nodeId, long brokerEpoch);
}
