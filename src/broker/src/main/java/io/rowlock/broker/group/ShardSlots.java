package io.rowlock.broker.group;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
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
     * Takes over what the node holds now. A slot that somebody else may have held meanwhile, even if nobody noticed, has to be
     * loaded as any other that is new.
     *
     * @return the slots that were held, or might have been, and are not or have not been throughout
     */
    Set<Integer> granted(Map<Integer, SlotGrant> held) {
        Set<Integer> lost = new HashSet<>();
        for (int slot : all) {
            SlotGrant grant = held.get(slot);
            Long before = epochs.get(slot);
            boolean interrupted = grant == null || before == null || !grant.continues(before);
            if (interrupted && state(slot) != SlotState.NOT_HELD) {
                lost.add(slot);
            }
            if (grant == null) {
                lose(Set.of(slot));
            } else {
                epochs.put(slot, grant.epoch());
                if (interrupted) {
                    states.set(slot, SlotState.LOADING);
                }
            }
        }
        return Collections.unmodifiableSet(lost);
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
