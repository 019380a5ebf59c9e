package io.rowlock.broker.group;

import io.rowlock.broker.cluster.OutageReport;
import io.rowlock.ports.Clock;
import io.rowlock.ports.OwnerExecutor;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Acquires the node's slots: at the start, and anew after every failure of the store, so that no statement of which the node
 * lost sight can change anything after a later one. Meanwhile no shard has a statement of its
 * queue under way. Confined to its owner.
 */
final class SlotKeeper {

    private static final System.Logger LOG = System.getLogger(GroupCoordinator.class.getName());
    /** How soon to look again for slots that another node holds. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    /** A failure so soon after the slots were acquired says that the store does not work yet: the next attempt waits. */
    private static final Duration RECENT = Backoff.MAX.multipliedBy(2);

    private final GroupStore store;
    private final OwnerExecutor owner;
    private final Clock clock;
    private final Scheduler scheduler;
    private final List<GroupShard> shards;
    private final int nodeId;
    private final OutageReport outage;
    private final Backoff backoff = new Backoff();
    /** Since the last outage ended. */
    private long failures;

    private long brokerEpoch;
    private BooleanSupplier mayDepose = () -> false;
    private boolean acquiredOnce;
    private long acquiredAtNanos;
    private boolean renewing;
    private boolean looking;
    private int toPause;
    private volatile boolean stopped;

    /** @param owner of this object; the shards have theirs */
    SlotKeeper(
            GroupStore store,
            OwnerExecutor owner,
            Clock clock,
            Scheduler scheduler,
            List<GroupShard> shards,
            int nodeId) {
        this.store = store;
        this.owner = owner;
        this.clock = clock;
        this.scheduler = scheduler;
        this.shards = shards;
        this.nodeId = nodeId;
        this.outage = new OutageReport(clock, LOG, "The store of groups and committed offsets");
    }

    /**
     * Any thread.
     *
     * @param judge whether slots of nodes whose lease has lapsed may be taken, at the moment that it is asked
     */
    void start(long epoch, BooleanSupplier judge) {
        owner.execute(() -> {
            brokerEpoch = epoch;
            mayDepose = judge;
            renew();
        });
    }

    /** Any thread. */
    void stop() {
        stopped = true;
    }

    /** A shard's statement failed. Any thread. */
    void failed(Throwable failure) {
        owner.execute(() -> {
            report(failure);
            renew();
        });
    }

    private void report(Throwable failure) {
        failures++;
        outage.failed(failure);
    }

    /** That slots can be acquired does not say that the store takes what it did not take before: that shows soon. */
    private void reportEnd() {
        long known = failures;
        if (known > 0) {
            after(RECENT, () -> {
                if (failures == known) {
                    failures = 0;
                    outage.succeeded();
                }
            });
        }
    }

    /** A shard lost slots to another node, or so it seems. Any thread. */
    void lost() {
        owner.execute(this::lookAgain);
    }

    private void renew() {
        if (renewing || stopped) {
            return;
        }
        renewing = true;
        toPause = shards.size();
        shards.forEach(shard -> shard.pause(() -> owner.execute(this::paused)));
    }

    private void paused() {
        toPause--;
        if (toPause > 0) {
            return;
        }
        boolean again = acquiredOnce && clock.monotonicNanos() - acquiredAtNanos < RECENT.toNanos();
        if (again) {
            after(backoff.next(), this::acquire);
        } else {
            backoff.reset();
            acquire();
        }
    }

    private void acquire() {
        if (!stopped) {
            Guarded.ask(() -> store.acquireSlots(nodeId, brokerEpoch, mayDepose.getAsBoolean()))
                    .whenComplete((held, failure) -> owner.execute(() -> acquired(held, failure)));
        }
    }

    private void acquired(@Nullable Map<Integer, SlotGrant> held, @Nullable Throwable failure) {
        if (held == null) {
            if (failure != null) {
                report(failure);
            }
            after(backoff.next(), this::acquire);
            return;
        }
        reportEnd();
        acquiredOnce = true;
        acquiredAtNanos = clock.monotonicNanos();
        renewing = false;
        shards.forEach(shard -> shard.granted(held));
        if (held.size() < GroupSlots.COUNT) {
            lookAgain();
        }
    }

    private void lookAgain() {
        if (!looking && !stopped) {
            looking = true;
            after(LOOK_AGAIN, () -> {
                looking = false;
                renew();
            });
        }
    }

    /** Runs {@code task} on the owner, which may be gone once this has stopped. */
    private void after(Duration delay, Runnable task) {
        scheduler.schedule(delay, () -> {
            if (!stopped) {
                owner.execute(task);
            }
        });
    }
}
