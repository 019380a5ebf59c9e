package io.rowlock.broker.replication;

import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.PeerWatch;
import io.rowlock.net.PeerNetwork;
import io.rowlock.ports.Clock;
import io.rowlock.ports.RandomSource;
import io.rowlock.ports.Scheduler;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a follower takes from its node.
 *
 * @param nodeId this node
 * @param brokerEpoch of its registration at this moment
 * @param image the newest metadata
 * @param refreshMetadata has it asked for at once; called often
 * @param peers told what is seen of other nodes
 */
public record Surroundings(
        int nodeId,
        LongSupplier brokerEpoch,
        Supplier<MetadataImage> image,
        Runnable refreshMetadata,
        PeerWatch peers,
        PeerNetwork network,
        Clock clock,
        Scheduler scheduler,
        RandomSource random,
        FetcherLimits limits) {}
