package io.rowlock.broker.group;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The slots of a shard: which are held, and under which epochs. Changed by the owner alone; {@link #state} may be read by all. */
final class ShardSlots {

    private final Set<Integer> all;
    private final Map<Integer, Long> epochs = new HashMap<>();
    private final AtomicReferenceArray<SlotState> states = new AtomicReferenceArray<>(GroupSlots.COUNT);

    /** @param all those of the shard, held or not */
    ShardSlots(Set<Integer> all) {
        this.all = Set.copyOf(all);
        for (int slot = 0; slot < GroupSlots.COUNT; slot++) {
            states.set(slot, SlotState.LOADING);
        }
    }

    SlotState state(int slot) {
        SlotState state = states.get(slot);
        return state == null ? SlotState.NOT_HELD : state;
    }

    @Nullable
    Long epoch(int slot) {
        return epochs.get(slot);
    }

    /** The slots whose groups are loaded. */
    Set<Integer> served() {
        Set<Integer> served = new HashSet<>(epochs.keySet());
        served.removeIf(slot -> state(slot) != SlotState.HELD);
        return served;
    }

    Set<Integer> all() {
        return all;
    }

    /** The slots that are held and whose groups are not loaded. */
    Set<Integer> toLoad() {
        Set<Integer> loading = new HashSet<>(epochs.keySet());
        loading.removeIf(slot -> state(slot) != SlotState.LOADING);
        return loading;
    }

    boolean isLoading() {
        return all.stream().anyMatch(slot -> state(slot) == SlotState.LOADING);
    }

    /**
     * Takes over what the node holds now.
     *
     * @return the slots that were held, or might have been, and are not
     */
    Set<Integer> granted(Map<Integer, Long> held) {
        List<Integer> lost = new ArrayList<>();
        for (int slot : all) {
            Long epoch = held.get(slot);
            if (epoch == null) {
                lost.add(slot);
            } else {
                epochs.put(slot, epoch);
                if (state(slot) == SlotState.NOT_HELD) {
                    states.set(slot, SlotState.LOADING);
                }
            }
        }
        lost.removeIf(slot -> state(slot) == SlotState.NOT_HELD);
        lose(lost);
        return Collections.unmodifiableSet(new HashSet<>(lost));
    }

    void loaded(Set<Integer> slots) {
        for (int slot : slots) {
            states.set(slot, SlotState.HELD);
        }
    }

    void lose(Iterable<Integer> slots) {
        for (int slot : slots) {
            epochs.remove(slot);
            states.set(slot, SlotState.NOT_HELD);
        }
    }
}
