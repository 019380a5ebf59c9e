package io.rowlock.node.boot;

import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.LeaseKeeper;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.RegistrationResult;
import io.rowlock.node.config.ListenerSettings;
import io.rowlock.node.config.NodeSettings;
import io.rowlock.ports.Clock;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Takes the node id for this data directory, and keeps the lease until the stop gives it back. */
final class MembershipStep implements Step {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration RELEASE_LIMIT = Duration.ofSeconds(5);
    private static final int ATTEMPTS = 3;

    private final MetadataStore store;
    private final Clock clock;
    private final Scheduler scheduler;
    private final NodeSettings settings;
    private final UUID directoryId;
    private final LeaseKeeper.Listener listener;
    private RegistrationResult.@Nullable Registered registered;
    private @Nullable LeaseKeeper lease;

    MembershipStep(
            MetadataStore store,
            Clock clock,
            Scheduler scheduler,
            NodeSettings settings,
            UUID directoryId,
            LeaseKeeper.Listener listener) {
        this.store = store;
        this.clock = clock;
        this.scheduler = scheduler;
        this.settings = settings;
        this.directoryId = directoryId;
        this.listener = listener;
    }

    /** After the start. */
    RegistrationResult.Registered registered() {
        return Objects.requireNonNull(registered);
    }

    /** After the start. */
    LeaseKeeper lease() {
        return Objects.requireNonNull(lease);
    }

    @Override
    public String name() {
        return "membership";
    }

    @Override
    public void start() throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            long askedAt = clock.monotonicNanos();
            try {
                accept(await(store.register(registration()), LIMIT), askedAt);
                return;
            } catch (MetadataUnavailableException e) {
                if (attempt == ATTEMPTS) {
                    throw new StartupException(
                            ExitCode.DATABASE,
                            "PostgreSQL did not take the registration of node " + settings.nodeId() + ": "
                                    + e.getMessage() + " See to PostgreSQL, and start the node again.",
                            e);
                }
            }
        }
    }

    private void accept(RegistrationResult result, long askedAt) {
        if (result instanceof RegistrationResult.HeldByOther other) {
            throw new StartupException(
                    ExitCode.NODE_ID,
                    "Node id " + settings.nodeId() + " belongs to another data directory, whose lease runs for "
                            + Math.max(1, other.remaining().toSeconds())
                            + " s more unless that node renews it: give this node another rowlock.node-id, or stop the"
                            + " other one.");
        }
        RegistrationResult.Registered mine = (RegistrationResult.Registered) result;
        LeaseKeeper keeper = new LeaseKeeper(
                store, clock, scheduler, settings.nodeId(), mine.brokerEpoch(), settings.leaseTtl(), askedAt, listener);
        keeper.start();
        registered = mine;
        lease = keeper;
    }

    private NodeRegistration registration() {
        Map<String, Endpoint> endpoints = new HashMap<>();
        for (ListenerSettings one : settings.listeners()) {
            endpoints.put(one.name(), one.advertised());
        }
        return new NodeRegistration(settings.nodeId(), directoryId, settings.rack(), endpoints, settings.leaseTtl());
    }

    static <T> T await(CompletionStage<T> stage, Duration limit) throws InterruptedException {
        try {
            return stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new MetadataUnavailableException("no answer within " + limit.toSeconds() + " s.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void stop() throws InterruptedException {
        lease().close();
        await(store.releaseLease(settings.nodeId(), registered().brokerEpoch()), RELEASE_LIMIT);
    }
}
