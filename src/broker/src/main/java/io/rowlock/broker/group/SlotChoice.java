package io.rowlock.broker.group;

import io.rowlock.ports.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/** Which slots a node is to take, by what it sees of them time and again. Confined to the owner. */
final class SlotChoice {

    /** A slot that nobody has served for so long is taken by anyone, since whoever was to have it may not be ready for long. */
    static final Duration NEGLECTED = Duration.ofSeconds(1);

    private record Free(long epoch, long sinceNanos) {}

    private final int self;
    private final Clock clock;
    private final Map<Integer, Free> freeSlots = new HashMap<>();

    SlotChoice(int self, Clock clock) {
        this.self = self;
        this.clock = clock;
    }

    /**
     * The slots to take, with the epochs that were seen.
     *
     * @param seen all slots
     */
    Map<Integer, Long> wanted(CoordinatorCluster cluster, List<SlotHolder> seen) {
        Set<Integer> active = cluster.active();
        boolean steady = cluster.isSteady();
        IntPredicate free = slot -> isFree(cluster, steady, seen.get(slot));
        Set<Integer> slots = new HashSet<>(SlotShares.wanted(self, active, seen, free));
        Set<Integer> neglected = neglected(seen, free);
        if (active.contains(self)) {
            slots.addAll(neglected);
        }
        Map<Integer, Long> wanted = new HashMap<>();
        slots.forEach(slot -> wanted.put(slot, seen.get(slot).epoch()));
        return wanted;
    }

    private boolean isFree(CoordinatorCluster cluster, boolean steady, SlotHolder holder) {
        return holder.nodeId() != self
                && (holder.nodeId() == SlotHolder.NOBODY
                        || cluster.hasLeft(holder.nodeId(), holder.brokerEpoch())
                        || (holder.lapsed() && steady));
    }

    private Set<Integer> neglected(List<SlotHolder> seen, IntPredicate free) {
        long now = clock.monotonicNanos();
        Set<Integer> neglected = new HashSet<>();
        for (int slot = 0; slot < seen.size(); slot++) {
            long epoch = seen.get(slot).epoch();
            Free known = freeSlots.get(slot);
            if (!free.test(slot)) {
                freeSlots.remove(slot);
            } else if (known == null || known.epoch() != epoch) {
                freeSlots.put(slot, new Free(epoch, now));
            } else if (now - known.sinceNanos() >= NEGLECTED.toNanos()) {
                neglected.add(slot);
            }
        }
        return neglected;
    }
}
