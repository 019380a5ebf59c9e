package io.rowlock.broker.simulation;

import io.rowlock.broker.cluster.InMemoryMetadataStore;
import io.rowlock.broker.group.InMemoryGroupStore;
import io.rowlock.broker.partition.Durability;
import io.rowlock.testkit.SimClock;
import io.rowlock.testkit.SimNetwork;
import io.rowlock.testkit.SimRandom;
import io.rowlock.testkit.SimScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What all nodes and clients of one simulation share. */
final class SimWorld {
    static final int CLIENT_PORT = 9092;
    static final int PEER_PORT = 9093;
    static final Duration LEASE_TTL = Duration.ofSeconds(2);
    private static final Duration NETWORK_DELAY_MAX = Duration.ofMillis(8);

    final SimClock clock = new SimClock();
    final SimScheduler scheduler = new SimScheduler(clock);
    final SimRandom random;
    final SimNetwork network;
    final InMemoryMetadataStore store;
    final InMemoryGroupStore groupStore;
    final StoreWeather weather = new StoreWeather();
    final Tally tally = new Tally();
    final Durability durability;
    final Map<String, String> settings;
    private final List<Throwable> failures = new ArrayList<>();

    SimWorld(long seed, Durability durability, Map<String, String> settings) {
        this.random = new SimRandom(seed);
        this.network = new SimNetwork(scheduler, random.split(), NETWORK_DELAY_MAX);
        this.store = new InMemoryMetadataStore(clock, random.split());
        this.groupStore = new InMemoryGroupStore(store, clock);
        this.durability = durability;
        this.settings = settings;
    }

    static String machine(int nodeId) {
        return "node-" + nodeId;
    }

    /** Runs what a stage of a future would otherwise keep the failure of to itself. */
    void watched(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            failures.add(e);
        }
    }

    /** Fails with what failed out of sight. */
    void requireNoFailure() {
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.get(0).getMessage(), failures.get(0));
        }
    }

    long nowMillis() {
        return clock.monotonicNanos() / 1_000_000;
    }
}
