package io.rowlock.broker.cluster;

import io.rowlock.ports.Clock;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * This process as a member of its cluster: registers it, keeps its lease, and registers it anew when it was deposed, so that
 * a node that was paused or cut off comes back by itself. Whoever needs the broker epoch asks here each time, because it
 * changes with every registration. Thread-safe, never blocks.
 */
public final class Membership {

    /** Told on the scheduler's or the store's thread; must not block. */
    public interface Listener {

        /** The lease ran out because the store did not answer in time; renewing goes on. */
        void lapsed(@Nullable Throwable lastFailure);

        /** A lapsed lease was confirmed again, {@code outage} after it had lapsed. */
        void restored(Duration outage);

        /** Others deposed this node under {@code brokerEpoch}, and it begins to register anew. */
        void fenced(long brokerEpoch);

        /** It is a member again, {@code absence} after it heard that it was not. */
        void rejoined(RegistrationResult.Registered registered, Duration absence);

        /** Somebody else has the node id. Nothing is tried any more: the process must end. */
        void replaced();
    }

    /** One registration with its lease. */
    private record Term(RegistrationResult.Registered registered, LeaseKeeper lease) {}

    private final MetadataStore store;
    private final Clock clock;
    private final Scheduler scheduler;
    private final NodeRegistration node;
    private final Listener listener;
    private final OutageReport outage;
    private volatile @Nullable Term term;
    /** Guarded by this. */
    private @Nullable CompletableFuture<RegistrationResult> joining;

    private volatile boolean closed;
    private volatile boolean departing;

    /** @param node as it registers first; later registrations have all that this process acknowledged */
    public Membership(MetadataStore store, Clock clock, Scheduler scheduler, NodeRegistration node, Listener listener) {
        this.store = store;
        this.clock = clock;
        this.scheduler = scheduler;
        this.node = node;
        this.listener = listener;
        this.outage = new OutageReport(
                clock, System.getLogger(Membership.class.getName()), "The registration of node " + node.nodeId());
    }

    /**
     * Registers this process for the first time and begins to keep its lease. One attempt: whoever starts the node decides how
     * often. After {@link RegistrationResult.HeldByOther} or a failure it may be called again. Before that, it only waits for
     * the answer that is awaited already: of two registrations under way nobody knows which one comes later and holds.
     */
    public CompletionStage<RegistrationResult> join() {
        return join(Set.of());
    }

    /** As {@link #join()}, with what may be lost ({@link NodeRegistration#topicsThatMayLack}). */
    public synchronized CompletionStage<RegistrationResult> join(Set<UUID> topicsThatMayLack) {
        CompletableFuture<RegistrationResult> awaited = joining;
        if (awaited != null && !awaited.isDone()) {
            return awaited;
        }
        long askedAt = clock.monotonicNanos();
        CompletableFuture<RegistrationResult> asked = store.register(node.lackingOf(topicsThatMayLack))
                .thenApply(result -> {
                    if (result instanceof RegistrationResult.Registered registered) {
                        begin(registered, askedAt);
                    }
                    return result;
                })
                .toCompletableFuture();
        joining = asked;
        return asked;
    }

    private void begin(RegistrationResult.Registered registered, long askedAt) {
        LeaseKeeper keeper = new LeaseKeeper(
                store,
                clock,
                scheduler,
                node.nodeId(),
                registered.brokerEpoch(),
                node.leaseTtl(),
                askedAt,
                new Keeping(registered.brokerEpoch()));
        term = new Term(registered, keeper);
        if (!closed) {
            keeper.start();
        }
    }

    private void rejoin(long sinceNanos) {
        if (closed || departing) {
            return;
        }
        long askedAt = clock.monotonicNanos();
        NodeRegistration again =
                new NodeRegistration(node.nodeId(), node.directoryId(), node.rack(), node.endpoints(), node.leaseTtl());
        store.register(again).whenComplete((result, failure) -> {
            if (closed) {
                return;
            }
            if (failure != null) {
                // Of unknown outcome: the same directory takes its id once more, under one more broker epoch.
                outage.failed(failure);
                scheduler.schedule(retryPause(), () -> rejoin(sinceNanos));
            } else if (result instanceof RegistrationResult.Registered registered) {
                outage.succeeded();
                begin(registered, askedAt);
                listener.rejoined(registered, Duration.ofNanos(clock.monotonicNanos() - sinceNanos));
            } else {
                listener.replaced();
            }
        });
    }

    private Duration retryPause() {
        return node.leaseTtl().dividedBy(4);
    }

    /** This node. */
    public int nodeId() {
        return node.nodeId();
    }

    /** The latest registration of this process; after {@link #join} succeeded. */
    public RegistrationResult.Registered registered() {
        return current().registered();
    }

    /** Of the latest registration, which others may have deposed meanwhile; after {@link #join} succeeded. */
    public long brokerEpoch() {
        return registered().brokerEpoch();
    }

    /** Whether the lease is confirmed at this moment. */
    public boolean isHeld() {
        Term now = term;
        return now != null && now.lease().isHeld();
    }

    /** Whether the registration with that broker epoch is the latest, and its lease is confirmed at this moment. Any thread. */
    public boolean isHeldUnder(long brokerEpoch) {
        Term now = term;
        return now != null
                && now.registered().brokerEpoch() == brokerEpoch
                && now.lease().isHeld();
    }

    /** Whether this node may depose others at this moment; see {@link LeaseKeeper#isSteady()}. */
    public boolean isSteady() {
        Term now = term;
        return now != null && now.lease().isSteady();
    }

    /** Where the lease of the latest registration stands; after {@link #join} succeeded. */
    public LeaseState lease() {
        return current().lease().state();
    }

    private Term current() {
        return Objects.requireNonNull(term, "the node has not registered");
    }

    /**
     * A stop by plan has begun: the lease is kept on, but once others depose this node it is a member no more, since it would be
     * given leaderships that it cannot serve, under a broker epoch that the directory does not note.
     */
    public void depart() {
        departing = true;
    }

    /** Keeps the lease no longer, which then runs out unless it is {@linkplain #leave given back}. */
    public void close() {
        closed = true;
        Term now = term;
        if (now != null) {
            now.lease().close();
        }
    }

    /** Gives the lease back, at the end of a stop by plan; what the node still leads goes to others. */
    public CompletionStage<Void> leave() {
        close();
        Term now = term;
        return now == null
                ? CompletableFuture.completedFuture(null)
                : store.releaseLease(node.nodeId(), now.registered().brokerEpoch());
    }

    /** Hears of one lease. */
    private final class Keeping implements LeaseKeeper.Listener {

        private final long brokerEpoch;

        Keeping(long brokerEpoch) {
            this.brokerEpoch = brokerEpoch;
        }

        @Override
        public void lapsed(@Nullable Throwable lastFailure) {
            listener.lapsed(lastFailure);
        }

        @Override
        public void restored(Duration outage) {
            listener.restored(outage);
        }

        @Override
        public void deposed(LeaseRenewal how) {
            if (how == LeaseRenewal.REPLACED) {
                listener.replaced();
            } else if (!departing) {
                listener.fenced(brokerEpoch);
                rejoin(clock.monotonicNanos());
            }
        }
    }
}
