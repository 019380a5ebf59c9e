package io.rowlock.broker.cluster;

import io.rowlock.ports.Clock;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a node's lease: renews it every quarter of its time to live, with one renewal under way at a time, and measures
 * it from before the request was sent, so that the node always thinks it shorter than the store does. Thread-safe;
 * never blocks.
 */
public final class LeaseKeeper {

    /** Told of each change once, on the scheduler's or the store's thread; must not block. */
    public interface Listener {

        /** The lease ran out because the store did not answer in time; renewing goes on. */
        void lapsed(@Nullable Throwable lastFailure);

        /** A lapsed lease was confirmed again, {@code outage} after it had lapsed. */
        void restored(Duration outage);

        /**
         * The registration is over. Nothing is renewed any more.
         *
         * @param how {@link LeaseRenewal#FENCED} or {@link LeaseRenewal#REPLACED}
         */
        void deposed(LeaseRenewal how);
    }

    private final MetadataStore store;
    private final Clock clock;
    private final Scheduler scheduler;
    private final int nodeId;
    private final long brokerEpoch;
    private final Duration ttl;
    private final Listener listener;
    private final AtomicReference<LeaseState> state;
    private final AtomicBoolean renewing = new AtomicBoolean();
    private volatile long confirmedAtNanos;
    /** Since when no renewal has failed or taken long. */
    private volatile long steadySinceNanos;

    private volatile @Nullable Throwable lastFailure;
    private volatile boolean closed;

    /**
     * For a lease that a registration just gave.
     *
     * @param askedAtNanos monotonic time before the registration was sent
     * @param ttl how long a renewal holds; the registration asked for the same
     */
    public LeaseKeeper(
            MetadataStore store,
            Clock clock,
            Scheduler scheduler,
            int nodeId,
            long brokerEpoch,
            Duration ttl,
            long askedAtNanos,
            Listener listener) {
        this.store = store;
        this.clock = clock;
        this.scheduler = scheduler;
        this.nodeId = nodeId;
        this.brokerEpoch = brokerEpoch;
        this.ttl = ttl;
        this.listener = listener;
        this.confirmedAtNanos = askedAtNanos;
        this.steadySinceNanos = askedAtNanos;
        this.state = new AtomicReference<>(new LeaseState.Held(askedAtNanos + ttl.toNanos()));
    }

    /** Begins to renew. Call once. */
    public void start() {
        scheduleTick();
    }

    /** Stops renewing; what is under way may still be answered, unheard. */
    public void close() {
        closed = true;
    }

    /** Whether the lease is confirmed at this moment. */
    public boolean isHeld() {
        return state() instanceof LeaseState.Held held && clock.monotonicNanos() - held.untilNanos() < 0;
    }

    /**
     * Whether PostgreSQL has confirmed the lease again and again for the time of a whole one. Only then is another node, whose
     * lease has lapsed, to blame for it itself: nobody is deposed because PostgreSQL was away.
     */
    public boolean isSteady() {
        long now = clock.monotonicNanos();
        return isHeld() && now - steadySinceNanos >= ttl.toNanos() && now - confirmedAtNanos <= longestPause();
    }

    /** Between two confirmations as long as all is well, with as much again to spare. */
    private long longestPause() {
        return ttl.toNanos() / 2;
    }

    /** As of the last tick or answer; ask {@link #isHeld} for this moment. */
    public LeaseState state() {
        return Objects.requireNonNull(state.get());
    }

    private void scheduleTick() {
        scheduler.schedule(ttl.dividedBy(4), this::tick);
    }

    private void tick() {
        if (isOver()) {
            return;
        }
        noticeLapse();
        if (renewing.compareAndSet(false, true)) {
            renew();
        }
        scheduleTick();
    }

    private void renew() {
        long sentAtNanos = clock.monotonicNanos();
        store.renewLease(nodeId, brokerEpoch, ttl).whenComplete((answer, failure) -> {
            renewing.set(false);
            if (isOver()) {
                return;
            }
            if (failure != null) {
                lastFailure = failure;
                steadySinceNanos = clock.monotonicNanos();
                noticeLapse();
            } else if (answer == LeaseRenewal.CONFIRMED) {
                confirm(sentAtNanos + ttl.toNanos());
            } else {
                state.set(new LeaseState.Deposed(answer));
                listener.deposed(answer);
            }
        });
    }

    private void confirm(long untilNanos) {
        long now = clock.monotonicNanos();
        if (now - confirmedAtNanos > longestPause()) {
            steadySinceNanos = now;
        }
        confirmedAtNanos = now;
        LeaseState before = state.getAndSet(new LeaseState.Held(untilNanos));
        lastFailure = null;
        if (before instanceof LeaseState.Lapsed lapsed) {
            listener.restored(Duration.ofNanos(clock.monotonicNanos() - lapsed.sinceNanos()));
        }
        // The answer itself may have taken longer than the lease.
        noticeLapse();
    }

    private void noticeLapse() {
        LeaseState before = state();
        if (before instanceof LeaseState.Held held
                && clock.monotonicNanos() - held.untilNanos() >= 0
                && state.compareAndSet(before, new LeaseState.Lapsed(held.untilNanos()))) {
            listener.lapsed(lastFailure);
        }
    }

    private boolean isOver() {
        return closed || state() instanceof LeaseState.Deposed;
    }
}
