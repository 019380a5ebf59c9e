package io.rowlock.broker.group;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * How slots are to be spread over nodes: as evenly as can be, and with no more moves than that takes. Nodes that see the same
 * come to the same decision, so that no two want the same slot.
 */
final class SlotShares {

    private SlotShares() {}

    /** How many slots each node is to have: those with the lowest ids one more, if they do not come out even. */
    static Map<Integer, Integer> of(Set<Integer> nodes) {
        Map<Integer, Integer> shares = new HashMap<>();
        int extra = nodes.isEmpty() ? 0 : GroupSlots.COUNT % nodes.size();
        for (int node : new TreeSet<>(nodes)) {
            shares.put(node, GroupSlots.COUNT / nodes.size() + (shares.size() < extra ? 1 : 0));
        }
        return shares;
    }

    /**
     * The slots that {@code self} is to take of those that nobody serves and of what others have beyond their share; none if
     * it is not among {@code active}, or has its share.
     *
     * @param holders of all slots
     * @param free whether a slot is served by nobody
     */
    static Set<Integer> wanted(int self, Set<Integer> active, List<SlotHolder> holders, IntPredicate free) {
        Map<Integer, Integer> shares = of(active);
        Map<Integer, List<Integer>> had = new HashMap<>();
        Deque<Integer> pool = new ArrayDeque<>();
        for (int slot = 0; slot < holders.size(); slot++) {
            if (free.test(slot)) {
                pool.add(slot);
            } else {
                had.computeIfAbsent(holders.get(slot).nodeId(), node -> new ArrayList<>())
                        .add(slot);
            }
        }
        TreeSet<Integer> nodes = new TreeSet<>(active);
        for (int node : nodes) {
            List<Integer> has = had.getOrDefault(node, List.of());
            int share = shares.getOrDefault(node, 0);
            if (has.size() > share) {
                pool.addAll(has.subList(share, has.size()));
            }
        }
        for (int node : nodes) {
            int lacks = shares.getOrDefault(node, 0)
                    - had.getOrDefault(node, List.of()).size();
            Set<Integer> taken = new HashSet<>();
            while (taken.size() < lacks && !pool.isEmpty()) {
                taken.add(pool.remove());
            }
            if (node == self) {
                return taken;
            }
        }
        return Set.of();
    }
}
