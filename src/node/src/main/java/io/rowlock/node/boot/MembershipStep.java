package io.rowlock.node.boot;

import io.rowlock.broker.UnsyncedTopics;
import io.rowlock.broker.cluster.Endpoint;
import io.rowlock.broker.cluster.Membership;
import io.rowlock.broker.cluster.MetadataImage;
import io.rowlock.broker.cluster.MetadataStore;
import io.rowlock.broker.cluster.MetadataUnavailableException;
import io.rowlock.broker.cluster.NodeRegistration;
import io.rowlock.broker.cluster.RegistrationResult;
import io.rowlock.broker.partition.Durability;
import io.rowlock.log.LogDirectory;
import io.rowlock.node.config.ListenerSettings;
import io.rowlock.node.config.NodeSettings;
import io.rowlock.ports.Clock;
import io.rowlock.ports.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Takes the node id for this data directory, and keeps it until the stop gives it back. */
final class MembershipStep implements Step {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration RELEASE_LIMIT = Duration.ofSeconds(5);
    private static final int ATTEMPTS = 3;

    private final MetadataStore store;
    private final NodeSettings settings;
    private final LogDirectory directory;
    private final Membership membership;

    MembershipStep(
            MetadataStore store,
            Clock clock,
            Scheduler scheduler,
            NodeSettings settings,
            LogDirectory directory,
            Membership.Listener listener) {
        this.store = store;
        this.settings = settings;
        this.directory = directory;
        this.membership = new Membership(store, clock, scheduler, registration(settings, directory), listener);
    }

    /** Joined after the start. */
    Membership membership() {
        return membership;
    }

    @Override
    public String name() {
        return "membership";
    }

    @Override
    public void start() throws InterruptedException, IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                if (await(membership.join(topicsThatMayLack()), LIMIT)
                        instanceof RegistrationResult.HeldByOther other) {
                    throw heldByOther(other);
                }
                directory.noteLossTold();
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

    /** A topic may have chosen not to be synced before it is acknowledged, where this node is to sync all. */
    private Set<UUID> topicsThatMayLack() throws InterruptedException {
        if (settings.durability() != Durability.FSYNC || !directory.unsyncedMayBeLost()) {
            return Set.of();
        }
        MetadataImage image = MetadataImage.EMPTY.apply(await(store.changesSince(0), LIMIT));
        return UnsyncedTopics.of(image, settings.broker(), settings.nodeId());
    }

    private StartupException heldByOther(RegistrationResult.HeldByOther other) {
        return new StartupException(
                ExitCode.NODE_ID,
                "Node id " + settings.nodeId() + " belongs to another data directory, whose lease runs for "
                        + Math.max(1, other.remaining().toSeconds())
                        + " s more unless that node renews it: give this node another rowlock.node-id, or stop the"
                        + " other one.");
    }

    private static NodeRegistration registration(NodeSettings settings, LogDirectory directory) {
        Map<String, Endpoint> endpoints = new HashMap<>();
        for (ListenerSettings one : settings.listeners()) {
            endpoints.put(one.name(), one.advertised());
        }
        return new NodeRegistration(
                settings.nodeId(),
                directory.id(),
                settings.rack(),
                endpoints,
                settings.leaseTtl(),
                settings.durability() != Durability.FSYNC && directory.unsyncedMayBeLost());
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
        await(membership.leave(), RELEASE_LIMIT);
    }
}
