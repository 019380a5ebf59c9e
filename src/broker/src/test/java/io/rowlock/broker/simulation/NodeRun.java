package io.rowlock.broker.simulation;

import io.rowlock.broker.Broker;
import io.rowlock.broker.BrokerAccess;
import io.rowlock.broker.api.ListenerKind;
import io.rowlock.broker.api.configs.MapLogLevels;
import io.rowlock.broker.cluster.ClusterMetadata;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.Membership;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.RegistrationResult;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.partition.Partition;
import io.rowlock.log.LogDirectory;
import io.rowlock.log.LogEnvironment;
import io.rowlock.testkit.SimDisk;
import io.rowlock.testkit.SimProcess;
import io.rowlock.testkit.SimRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One process of a node: the engine put together as the application does it, on simulated ports. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails here fails the simulation, by the world's scheduler
final class NodeRun {
    private static final Path DATA = Path.of("/data");
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
    private static final Duration HAND_OVER_MAX = Duration.ofSeconds(5);
    private static final Duration AGAIN = Duration.ofMillis(500);

    private final SimWorld world;
    private final SimNode node;
    private final SimProcess process;
    private final SimRandom random;
    private final LogDirectory directory;
    private final SimStore store;
    private final ClusterMetadata metadata;
    private final Broker broker;
    private final Membership membership;
    private boolean registered;
    private boolean stopping;
    private boolean serving;

    NodeRun(SimWorld world, SimNode node, SimProcess process, SimDisk disk) throws IOException {
        this.world = world;
        this.node = node;
        this.process = process;
        this.random = world.random.split();
        this.directory = LogDirectory.open(new LogEnvironment(disk, world.clock, random), DATA);
        this.store = new SimStore(
                world.store,
                new StoreLine(world.scheduler, process, random.split(), world.weather, node.id, world.tally));
        this.metadata = new ClusterMetadata(store, world.clock, process, POLL_INTERVAL);
        this.membership = new Membership(store, world.clock, process, registration(), new Watch());
        this.broker = new Broker(
                new Broker.Config(node.id, world.durability, 0, BrokerSettings.of(world.settings), 1),
                new Broker.Ports(world.clock, process, random, new MapLogLevels()),
                SimThreads.of(process, random.split()),
                directory,
                new Broker.Stores(store, world.groupStore, store),
                metadata,
                Broker.Standing.of(membership));
    }

    SimProcess process() {
        return process;
    }

    boolean isStopping() {
        return stopping;
    }

    /** Whether the cluster knows of this process. */
    boolean isRegistered() {
        return registered;
    }

    @Nullable
    Partition replica(UUID topicId, int index) {
        return BrokerAccess.replica(broker, topicId, index);
    }

    void start() {
        membership
                .join()
                .whenComplete((result, failure) -> world.watched(() -> {
                    if (failure != null) {
                        process.schedule(AGAIN, this::start);
                    } else {
                        joined((RegistrationResult.Registered) result);
                    }
                }));
    }

    private NodeRegistration registration() {
        return new NodeRegistration(
                node.id,
                directory.id(),
                null,
                Map.of(
                        "client", new Endpoint(node.machine(), SimWorld.CLIENT_PORT, "PLAINTEXT"),
                        "peer", new Endpoint(node.machine(), SimWorld.PEER_PORT, "PLAINTEXT")),
                SimWorld.LEASE_TTL,
                mayLackAcknowledged());
    }

    private boolean mayLackAcknowledged() {
        return world.durability != Durability.FSYNC && directory.unsyncedMayBeLost();
    }

    private void joined(RegistrationResult.Registered first) {
        if (mayLackAcknowledged()) {
            world.tally.count("unclean restarts");
        }
        settle();
        registered = true;
        metadata.start();
        metadata.awaitVersion(first.version()).thenRun(() -> world.watched(() -> serve(first.version())));
    }

    private final class Watch implements Membership.Listener {
        @Override
        public void lapsed(@Nullable Throwable lastFailure) {
            world.tally.count("lapsed leases");
        }

        @Override
        public void restored(Duration outage) {}

        @Override
        public void fenced(long brokerEpoch) {
            world.tally.count("deposed nodes that heard of it");
        }

        @Override
        public void rejoined(RegistrationResult.Registered again, Duration absence) {
            world.tally.count("deposed nodes that came back");
        }

        @Override
        public void replaced() {
            throw new AssertionError("somebody else has the id of node " + node.id);
        }
    }

    private void settle() {
        try {
            directory.noteLossTold();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(long version) {
        serving = true;
        broker.start();
        broker.startReplication(
                world.network.of(node.machine(), process, "node-" + node.id),
                membership::brokerEpoch,
                broker.takePart(membership));
        listen(SimWorld.PEER_PORT, ListenerKind.PEER);
        broker.served(version).thenRun(() -> listen(SimWorld.CLIENT_PORT, ListenerKind.CLIENT));
    }

    private void listen(int port, ListenerKind kind) {
        var apis = BrokerAccess.apis(broker);
        world.network.listen(node.machine(), port, process, peer -> new ServedConnection(process, apis, kind, peer));
    }

    /** Stops by plan; {@code ended} hears when the process may end. */
    void stop(Runnable ended) {
        stopping = true;
        if (!serving) {
            membership.close();
            ended.run();
            return;
        }
        broker.handOver(HAND_OVER_MAX)
                .thenCompose(any -> {
                    world.network.stopListening(node.machine(), SimWorld.CLIENT_PORT);
                    return broker.stop(membership.brokerEpoch());
                })
                .whenComplete((any, failure) -> {
                    metadata.close();
                    membership.leave().whenComplete((done, lost) -> world.watched(() -> close(ended, failure)));
                });
    }

    private void close(Runnable ended, @Nullable Throwable failure) {
        if (failure != null) {
            throw new AssertionError("node " + node.id + " does not stop", failure);
        }
        try {
            directory.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ended.run();
    }

    @Override
    public String toString() {
        String epoch = registered ? " under broker epoch " + membership.brokerEpoch() : "";
        return (stopping ? "stopping" : serving ? "serving" : registered ? "a member" : "starting") + epoch;
    }
}
