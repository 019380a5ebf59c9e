package io.rowlock.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a simulated directory holds: what programs see, and what would be left after a power loss. */
abstract sealed class SimNode {

    /** Makes what programs see what the medium has, as chance decides about everything that was not synced. */
    abstract void losePower(SimRandom random, DiskEvents events, PowerLoss how);

    /** A directory. Its changes reach the medium one by one, in order or in any order. */
    static final class Directory extends SimNode {
        private static final int PER_MILLE_IN_ORDER = 500;
        private static final int PER_MILLE_SURVIVORS = 600;

        private final TreeMap<String, SimNode> entries = new TreeMap<>();
        private final TreeMap<String, SimNode> durable = new TreeMap<>();
        private final List<Map<String, @Nullable SimNode>> pending = new ArrayList<>();

        NavigableMap<String, SimNode> entries() {
            return entries;
        }

        /** Sets names at once; null removes one. */
        void change(Map<String, @Nullable SimNode> names) {
            apply(entries, names);
            pending.add(new HashMap<>(names));
        }

        private static void apply(Map<String, SimNode> target, Map<String, @Nullable SimNode> names) {
            names.forEach((name, node) -> {
                if (node == null) {
                    target.remove(name);
                } else {
                    target.put(name, node);
                }
            });
        }

        void sync() {
            pending.forEach(change -> apply(durable, change));
            pending.clear();
        }

        /** As with files: what could not be written will not be tried again, although programs go on to see it. */
        void failSync(SimRandom random) {
            pending.removeIf(change -> {
                if (random.nextInt(2) == 0) {
                    apply(durable, change);
                }
                return true;
            });
        }

        @Override
        void losePower(SimRandom random, DiskEvents events, PowerLoss how) {
            boolean inOrder = !how.namesInAnyOrder() || random.chance(PER_MILLE_IN_ORDER);
            int survive = random.nextInt(pending.size() + 1);
            boolean lost = false;
            for (int i = 0; i < pending.size(); i++) {
                boolean survives = inOrder ? i < survive : random.chance(PER_MILLE_SURVIVORS);
                if (survives) {
                    apply(durable, pending.get(i));
                    if (lost) {
                        events.happened(DiskEvent.REORDERED_NAME);
                    }
                } else {
                    lost = true;
                    events.happened(DiskEvent.LOST_NAME);
                }
            }
            pending.clear();
            entries.clear();
            entries.putAll(durable);
            entries.values().forEach(node -> node.losePower(random, events, how));
        }
    }

    /** A file. */
    static final class File extends SimNode {
        private SimBytes content = new SimBytes();
        private final SimBytes durable = new SimBytes();
        private final UnsyncedWrites pending = new UnsyncedWrites();

        SimBytes content() {
            return content;
        }

        void write(int position, byte[] bytes) {
            content.write(position, bytes, bytes.length);
            pending.write(position, bytes);
        }

        void truncate(int size) {
            content.truncate(size);
            pending.truncate(size);
        }

        void sync() {
            pending.sync(durable);
        }

        /** Turns a bit over in what programs see, and on the medium if it is there. */
        void flipBit(int position, int bit) {
            content.flipBit(position, bit);
            if (position < durable.size()) {
                durable.flipBit(position, bit);
            }
        }

        /** As Linux does: what could not be written counts as clean from then on, although the medium lacks it. */
        void failSync(SimRandom random, DiskEvents events, PowerLoss how) {
            pending.lose(durable, content.size(), random, events, how.tornAnywhere());
        }

        @Override
        void losePower(SimRandom random, DiskEvents events, PowerLoss how) {
            pending.lose(durable, content.size(), random, events, how.tornAnywhere());
            content = durable.copy();
        }
    }
}
