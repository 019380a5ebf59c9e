package io.rowlock.broker;

import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.Departure;
import io.rowlock.broker.cluster.Elections;
import io.rowlock.broker.cluster.LeadershipStore;
import io.rowlock.broker.cluster.Membership;
import io.rowlock.broker.cluster.PeerWatch;
import io.rowlock.broker.cluster.PreferredLeaders;
import io.rowlock.broker.config.BrokerSettings;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** What a node does for its cluster, beside serving: elects leaders, brings its own back, and hands over before it stops. */
final class ClusterDuties {

    private final Elections elections;
    private final PreferredLeaders preferredLeaders;
    private final Departure departure;

    /** @param served completes when this node does what the given version of the metadata says of its partitions */
    ClusterDuties(
            Membership membership,
            LeadershipStore store,
            ClusterMetadata metadata,
            Supplier<BrokerSettings> settings,
            Broker.Ports ports,
            LongFunction<CompletionStage<Void>> served) {
        elections = new Elections(membership, store, metadata::image, ports.clock(), ports.scheduler(), ports.random());
        preferredLeaders = new PreferredLeaders(
                membership, store, metadata::image, settings, ports.clock(), ports.scheduler(), ports.random());
        departure = new Departure(membership, store, metadata::image, served, ports.scheduler());
    }

    void start() {
        elections.start();
        preferredLeaders.start();
    }

    /** To be told what this node sees of its peers. */
    PeerWatch peerWatch() {
        return elections;
    }

    /** Ends everything else, and has others lead what this node leads, within {@code limit}. Never fails. */
    CompletionStage<Void> handOver(Duration limit) {
        elections.close();
        preferredLeaders.close();
        return departure.handOver(limit);
    }

    /** Ends everything at once. */
    void stop() {
        elections.close();
        preferredLeaders.close();
    }
}
