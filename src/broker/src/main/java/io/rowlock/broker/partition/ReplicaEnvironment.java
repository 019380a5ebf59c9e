package io.rowlock.broker.partition;

import java.util.concurrent.Executor;
import java.util.function.LongPredicate;

/**
 * What all replicas of a node share.
 *
 * @param nodeId this node
 * @param syncPool runs syncs, which block
 * @param reserve what appends leave free of the disk
 * @param leaseHeld whether the node holds the lease of the registration with that broker epoch at this moment; any thread asks,
 *     and it does not block
 * @param liveness when followers last fetched from this node
 * @param inSyncChanges where leaders ask for other in-sync replicas
 * @param logStarts makes later log starts durable
 */
public record ReplicaEnvironment(
        int nodeId,
        Executor syncPool,
        DiskReserve reserve,
        LongPredicate leaseHeld,
        FollowerLiveness liveness,
        InSyncProposals inSyncChanges,
        LogStarts logStarts) {}
