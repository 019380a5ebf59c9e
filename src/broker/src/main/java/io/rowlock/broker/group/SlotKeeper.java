package io.rowlock.broker.group;

import io.rowlock.broker.cluster.StatementTimedOutException;
import io.rowlock.ports.Clock;
import io.rowlock.ports.OwnerExecutor;
import io.rowlock.ports.Scheduler;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the node has its share of the slots, and does one thing at a time for it. It acquires the node's own slots
 * at the start and anew after every failure of the store, so that no statement of which the node lost sight can change
 * anything after a later one. It looks a few times a second at who has which, and takes what is the node's to take. While
 * slots change hands no shard has a statement under way. Confined to its owner.
 */
final class SlotKeeper {

    private static final System.Logger LOG = System.getLogger(GroupCoordinator.class.getName());

    /** Between two looks, unless the node is alone and has all slots. */
    static final Duration LOOK_AGAIN = Duration.ofMillis(250);

    /** How long a stop waits until its slots are given back. */
    private static final Duration RELEASE_MAX = Duration.ofSeconds(2);

    private final GroupStore store;
    private final OwnerExecutor owner;
    private final Clock clock;
    private final SlotLine line;
    private final List<GroupShard> shards;
    private final int nodeId;
    private final SlotChoice choice;
    private final Backoff backoff = new Backoff();
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private final CompletableFuture<Void> released = new CompletableFuture<>();

    private @Nullable CoordinatorCluster cluster;
    /** What the shards were granted and have not lost. */
    private final Map<Integer, SlotGrant> held = new HashMap<>();

    private long heldUnder;
    private boolean acquiredOnce;
    private long acquiredAtNanos;
    private boolean takenOnce;
    private long takenAtNanos;
    private boolean busy;
    private boolean toAcquire;
    private boolean toLook;
    private boolean toRelease;
    private boolean watching;
    /** Whether slots were left out the last time because somebody was writing there. */
    private boolean patient;

    private int toPause;
    private volatile List<SlotHolder> holders = List.of();

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
        this.line = new SlotLine(owner, clock, scheduler);
        this.shards = shards;
        this.nodeId = nodeId;
        this.choice = new SlotChoice(nodeId, clock);
    }

    /**
     * Any thread.
     *
     * @return completes when there was nothing to take any more for the first time
     */
    CompletionStage<Void> start(CoordinatorCluster nodes) {
        owner.execute(() -> {
            cluster = nodes;
            toAcquire = true;
            next();
        });
        return settled;
    }

    /**
     * Takes nothing more and gives all slots back; completes when that is done, or takes too long. Goes on to look who has
     * them. Any thread.
     */
    CompletionStage<Void> release() {
        owner.execute(() -> {
            toRelease = true;
            next();
        });
        line.after(RELEASE_MAX, () -> released.complete(null));
        return released;
    }

    /** Any thread. */
    void close() {
        line.close();
    }

    /** Who has each slot, as last seen; empty if nobody has looked yet. Any thread. */
    List<SlotHolder> holders() {
        return holders;
    }

    /** A shard's statement failed. Any thread. */
    void failed(Throwable failure) {
        owner.execute(() -> {
            line.failed(failure);
            toAcquire = true;
            next();
        });
    }

    /** A shard lost slots to another node. Any thread. */
    void lost(Set<Integer> slots) {
        owner.execute(() -> {
            held.keySet().removeAll(slots);
            look();
        });
    }

    /** Nodes came or went. Any thread. */
    void nodesChanged() {
        owner.execute(this::look);
    }

    private void look() {
        toLook = true;
        next();
    }

    private void next() {
        CoordinatorCluster nodes = cluster;
        if (busy || line.isClosed() || nodes == null) {
            return;
        }
        if (toRelease && !released.isDone()) {
            busy = true;
            releaseAll();
        } else if (toAcquire && !toRelease) {
            busy = true;
            toAcquire = false;
            pause(() -> acquireSoon(nodes));
        } else if (toLook) {
            busy = true;
            toLook = false;
            line.ask(store::slotHolders, (seen, failure) -> seen(nodes, seen, failure));
        } else if (!watching && !isAlone(nodes)) {
            watching = true;
            line.after(LOOK_AGAIN, () -> {
                watching = false;
                look();
            });
        }
    }

    /** Then nothing changes unless the metadata says so before. */
    private boolean isAlone(CoordinatorCluster nodes) {
        return held.size() == GroupSlots.COUNT && nodes.active().equals(Set.of(nodeId));
    }

    private void done() {
        busy = false;
        next();
    }

    // What is the node's already

    private void acquireSoon(CoordinatorCluster nodes) {
        boolean again = acquiredOnce && clock.monotonicNanos() - acquiredAtNanos < SlotLine.RECENT.toNanos();
        if (again) {
            line.after(backoff.next(), () -> acquire(nodes));
        } else {
            backoff.reset();
            acquire(nodes);
        }
    }

    private void acquire(CoordinatorCluster nodes) {
        long brokerEpoch = nodes.brokerEpoch();
        line.ask(() -> store.acquireSlots(nodeId, brokerEpoch), (grants, failure) -> {
            if (grants != null) {
                heldUnder = brokerEpoch;
                acquired(grants);
            } else if (toRelease) {
                done();
            } else {
                line.failed(failure);
                line.after(backoff.next(), () -> acquire(nodes));
            }
        });
    }

    private void acquired(Map<Integer, SlotGrant> grants) {
        line.succeeded();
        acquiredOnce = true;
        acquiredAtNanos = clock.monotonicNanos();
        held.clear();
        held.putAll(grants);
        grant();
    }

    private void grant() {
        Map<Integer, SlotGrant> all = Map.copyOf(held);
        shards.forEach(shard -> shard.granted(all));
        toLook = true;
        done();
    }

    // What is to be the node's

    private void seen(CoordinatorCluster nodes, @Nullable List<SlotHolder> seen, @Nullable Throwable failure) {
        if (seen == null) {
            line.failed(failure);
            done();
            return;
        }
        line.succeeded();
        holders = seen;
        if (nodes.isDeposed()) {
            drop(new HashSet<>(held.keySet()));
            done();
            return;
        }
        Set<Integer> gone = new HashSet<>(held.keySet());
        gone.removeIf(slot -> seen.get(slot).nodeId() == nodeId);
        drop(gone);
        if (nodes.brokerEpoch() != heldUnder || hasUnheard(seen)) {
            toAcquire = true;
            done();
        } else {
            Map<Integer, Long> wanted = choice.wanted(nodes, seen);
            take(nodes, wanted.isEmpty() || !mayTake() ? Map.of() : wanted);
        }
    }

    /** Nodes that see things differently for a moment must not take the same slots from each other as fast as they can. */
    private boolean mayTake() {
        long now = clock.monotonicNanos();
        boolean may = !toRelease && (!takenOnce || now - takenAtNanos >= LOOK_AGAIN.toNanos());
        if (may) {
            takenOnce = true;
            takenAtNanos = now;
        }
        return may;
    }

    /** Whether slots are the node's, or are so under an epoch, of which it has not heard. */
    private boolean hasUnheard(List<SlotHolder> seen) {
        for (int slot = 0; slot < seen.size(); slot++) {
            SlotGrant grant = held.get(slot);
            if (seen.get(slot).nodeId() == nodeId
                    && (grant == null || grant.epoch() != seen.get(slot).epoch())) {
                return true;
            }
        }
        return false;
    }

    private void drop(Set<Integer> slots) {
        if (!slots.isEmpty()) {
            held.keySet().removeAll(slots);
            shards.forEach(shard -> shard.lose(slots));
        }
    }

    private void take(CoordinatorCluster nodes, Map<Integer, Long> wanted) {
        if (wanted.isEmpty()) {
            settled.complete(null);
            done();
            return;
        }
        boolean waits = patient;
        line.ask(() -> store.takeSlots(nodeId, nodes.brokerEpoch(), wanted, waits), (grants, failure) -> {
            patient = !waits && (grants == null || grants.size() < wanted.size());
            if (grants != null && !grants.isEmpty()) {
                pause(() -> taken(grants));
            } else {
                if (failure == null) {
                    settled.complete(null);
                } else if (!isTimeout(failure)) {
                    line.failed(failure);
                }
                done();
            }
        });
    }

    /** A shard's failure that came meanwhile asks for more than that. */
    private void taken(Map<Integer, SlotGrant> grants) {
        if (toAcquire) {
            done();
            return;
        }
        LOG.log(System.Logger.Level.INFO, "Takes over {0} of {1} slots of groups", grants.size(), GroupSlots.COUNT);
        held.putAll(grants);
        grant();
    }

    /** Somebody holds such a slot for long, which says nothing about the store. */
    private static boolean isTimeout(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof StatementTimedOutException;
    }

    private void releaseAll() {
        Map<Integer, Long> all = SlotGrant.epochs(held);
        drop(new HashSet<>(held.keySet()));
        line.ask(() -> store.releaseSlots(all), (given, failure) -> {
            if (failure != null) {
                line.failed(failure);
            }
            released.complete(null);
            toLook = true;
            done();
        });
    }

    private void pause(Runnable then) {
        toPause = shards.size();
        shards.forEach(shard -> shard.pause(() -> owner.execute(() -> {
            toPause--;
            if (toPause == 0) {
                then.run();
            }
        })));
    }
}
