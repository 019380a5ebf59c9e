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
    abstract void losePower(SimRandom random);

    /** A directory. Its changes reach the medium in order. */
    static final class Directory extends SimNode {
        private final TreeMap<String, SimNode> entries = new TreeMap<>();
        private TreeMap<String, SimNode> durable = new TreeMap<>();
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
            durable = new TreeMap<>(entries);
            pending.clear();
        }

        @Override
        void losePower(SimRandom random) {
            int survive = random.nextInt(pending.size() + 1);
            for (Map<String, @Nullable SimNode> change : pending.subList(0, survive)) {
                apply(durable, change);
            }
            pending.clear();
            entries.clear();
            entries.putAll(durable);
            durable = new TreeMap<>(entries);
            entries.values().forEach(node -> node.losePower(random));
        }
    }

    /** A file. Its writes reach the medium in order, the last of them perhaps in part. */
    static final class File extends SimNode {
        private static final int PER_MILLE_OF_ZERO_TAILS = 300;

        /** A file that grew without its bytes lacks whole sectors. */
        private static final int SECTOR_BYTES = 512;

        private SimBytes content = new SimBytes();
        private SimBytes durable = new SimBytes();
        private final List<Change> pending = new ArrayList<>();

        /** A write of {@code bytes} at {@code position}, or a cut to {@code position} where there are none. */
        private static final class Change {
            private final int position;
            private final byte @Nullable [] bytes;

            private Change(int position, byte @Nullable [] bytes) {
                this.position = position;
                this.bytes = bytes;
            }

            void apply(SimBytes target) {
                if (bytes == null) {
                    target.truncate(position);
                } else {
                    target.write(position, bytes, bytes.length);
                }
            }
        }

        SimBytes content() {
            return content;
        }

        void write(int position, byte[] bytes) {
            make(new Change(position, bytes));
        }

        void truncate(int size) {
            make(new Change(size, null));
        }

        private void make(Change change) {
            change.apply(content);
            pending.add(change);
        }

        void sync() {
            pending.forEach(change -> change.apply(durable));
            pending.clear();
        }

        /** As Linux does: what could not be written counts as clean from then on, although the medium lacks it. */
        void failSync(SimRandom random) {
            pending.removeIf(change -> {
                if (random.nextInt(2) == 0) {
                    change.apply(durable);
                }
                return true;
            });
        }

        @Override
        void losePower(SimRandom random) {
            if (pending.isEmpty()) {
                content = durable.copy();
                return;
            }
            int survive = random.nextInt(pending.size() + 1);
            pending.subList(0, survive).forEach(change -> change.apply(durable));
            if (survive < pending.size()) {
                tear(pending.get(survive), random);
            }
            pending.clear();
            content = durable.copy();
        }

        /** Of the change at which power went, some bytes made it; or the file grew and the bytes are zeros. */
        private void tear(Change change, SimRandom random) {
            byte[] bytes = change.bytes;
            if (bytes == null || bytes.length == 0) {
                return;
            }
            int made = random.nextInt(bytes.length);
            durable.write(change.position, bytes, made);
            if (bytes.length - made >= SECTOR_BYTES && random.chance(PER_MILLE_OF_ZERO_TAILS)) {
                byte[] zeros = new byte[bytes.length - made];
                durable.write(change.position + made, zeros, zeros.length);
            }
        }
    }
}
