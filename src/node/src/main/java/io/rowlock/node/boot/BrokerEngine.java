package io.rowlock.node.boot;

import io.rowlock.broker.Broker;
import io.rowlock.broker.BrokerThreads;
import io.rowlock.broker.cluster.Membership;
import io.rowlock.broker.wire.KafkaListener;
import io.rowlock.net.TcpPeerNetwork;
import io.rowlock.node.config.ListenerSettings;
import io.rowlock.node.config.NodeSettings;
import io.rowlock.ports.HostedOwner;
import io.rowlock.ports.OwnerExecutor;
import io.rowlock.ports.WorkerPool;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The broker with its threads and listeners, as the node runs it. */
@Singleton
public class BrokerEngine implements Engine {

    private static final System.Logger LOG = System.getLogger(BrokerEngine.class.getName());
    /** An event loop that an owner's work holds up for so long meets a disk that stalls: it is then left alone for a while. */
    private static final Duration HELD_UP = Duration.ofMillis(50);

    private static final Duration LEAVE_ALONE = Duration.ofSeconds(5);

    /** For how long a stop waits until others lead what this node led. */
    private static final Duration HAND_OVER_MAX = Duration.ofSeconds(10);

    /** The longest answer of another node: a fetch returns more than its bounds where a first batch is larger. */
    private static final int PEER_ANSWER_BYTES_MAX = 256 << 20;

    private static final Duration ANSWERS_MAX = Duration.ofSeconds(5);
    /** For how long the start waits for groups to be loaded. */
    private static final Duration GROUPS_MAX = Duration.ofSeconds(2);

    /** Syncs wait for the disk and not for a processor, and a disk takes several at once. */
    private static final int SYNC_THREADS = 16;

    private final List<AutoCloseable> threads = new ArrayList<>();
    private final List<KafkaListener> listeners = new ArrayList<>();
    private @Nullable Broker broker;
    private @Nullable Membership membership;

    @Override
    public void start(Context context) throws Exception {
        try {
            serve(context);
        } catch (Exception e) {
            stop();
            throw e;
        }
    }

    private void serve(Context context) throws Exception {
        NodeSettings settings = context.settings();
        int processors = Runtime.getRuntime().availableProcessors();
        Membership member = context.membership();
        membership = member;
        Broker started = new Broker(
                new Broker.Config(
                        settings.nodeId(),
                        settings.durability(),
                        settings.diskReserveBytes(),
                        settings.broker(),
                        processors),
                new Broker.Ports(
                        context.environment().clock(),
                        context.scheduler(),
                        context.environment().random(),
                        new ProcessLogLevels()),
                threads(processors),
                context.directory(),
                new Broker.Stores(context.store(), context.groupStore(), context.leadershipStore()),
                context.metadata(),
                Broker.Standing.of(member));
        broker = started;
        started.start();
        // Others may connect as soon as the registration tells them where, and take a refusal for the end of this
        // process.
        for (ListenerSettings peer : settings.listeners(true)) {
            open(started.peerListener(context.vertx(), peer.name(), peer.host(), peer.port()));
        }
        started.startReplication(
                new TcpPeerNetwork(
                        context.vertx(),
                        context.environment().clock(),
                        PEER_ANSWER_BYTES_MAX,
                        "rowlock-node-" + settings.nodeId()),
                member::brokerEpoch,
                started.takePart(member));
        await(started.served(member.registered().version()));
        awaitGroups(started.startGroups(member::brokerEpoch, member::isSteady));
        for (ListenerSettings client : settings.listeners(false)) {
            open(started.listener(context.vertx(), client.name(), client.host(), client.port()));
        }
    }

    private void open(KafkaListener listener) throws Exception {
        await(listener.start());
        listeners.add(listener);
    }

    /** Clients can wait for their groups as well as this node: it serves everything else meanwhile. */
    private static void awaitGroups(CompletionStage<Void> loaded) throws Exception {
        try {
            loaded.toCompletableFuture().get(GROUPS_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.log(System.Logger.Level.WARNING, "Groups are still being loaded; their members are told to wait");
        }
    }

    private BrokerThreads threads(int processors) {
        List<OwnerExecutor> owners = new ArrayList<>();
        for (int i = 0; i < Math.max(1, processors / 2); i++) {
            HostedOwner owner = new HostedOwner("rowlock-owner-" + i, HELD_UP, LEAVE_ALONE, BrokerEngine::uncaught);
            owners.add(owner);
            threads.add(owner);
        }
        WorkerPool cleaners = WorkerPool.unbounded("rowlock-cleaner", BrokerEngine::uncaught);
        threads.add(cleaners);
        return new BrokerThreads(
                owners,
                pool("rowlock-sync", SYNC_THREADS),
                pool("rowlock-disk", processors),
                pool("rowlock-reader", Math.max(4, processors)),
                pool("rowlock-opener", processors),
                pool("rowlock-watcher", 1),
                cleaners);
    }

    private WorkerPool pool(String name, int size) {
        WorkerPool pool = new WorkerPool(name, size, BrokerEngine::uncaught);
        threads.add(pool);
        return pool;
    }

    private static void uncaught(Throwable thrown) {
        LOG.log(
                System.Logger.Level.ERROR,
                "A task failed on " + Thread.currentThread().getName(),
                thrown);
    }

    @Override
    public void stop() throws Exception {
        if (broker != null) {
            await(broker.handOver(HAND_OVER_MAX));
        }
        if (broker != null) {
            await(broker.stopGroups());
        }
        for (KafkaListener listener : listeners) {
            await(listener.stop(ANSWERS_MAX));
        }
        listeners.clear();
        if (broker != null && membership != null) {
            await(broker.stop(membership.brokerEpoch()));
            broker = null;
        }
        // A pool hands its results to owners, so that owners end last.
        for (int i = threads.size() - 1; i >= 0; i--) {
            threads.get(i).close();
        }
        threads.clear();
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
