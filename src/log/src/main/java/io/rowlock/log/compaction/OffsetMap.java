package io.rowlock.log.compaction;

import io.netty.buffer.ByteBuf;

/**
 * The last offset of each key, by the key's 128-bit hash: 24 bytes a slot, whatever the length of the key. Grows with the keys,
 * in parts, and never beyond its bound. Not thread-safe.
 */
public final class OffsetMap {

    static final int SLOT_BYTES = 3 * Long.BYTES;
    private static final int LONGS_PER_SLOT = 3;
    private static final int PARTS = 64;
    private static final int FIRST_SLOTS = 8;
    /** A table this full grows as long as it may; only a table that may not is filled up to the load factor. */
    private static final double GROWS_AT = 0.7;

    private static final long[] NONE = {};

    private final KeyHash hash;
    private final double loadFactor;
    private final int slotsPerPartMax;
    private final long[][] parts = new long[PARTS][];
    private final int[] used = new int[PARTS];
    private int size;
    private long slots;

    /**
     * @param bytesMax of all slots together
     * @param loadFactor how full the slots may become, above 0 and at most 1
     */
    public OffsetMap(long bytesMax, double loadFactor, KeyHash hash) {
        this.hash = hash;
        this.loadFactor = loadFactor;
        this.slotsPerPartMax = (int) Math.min(Integer.MAX_VALUE / SLOT_BYTES, bytesMax / SLOT_BYTES / PARTS);
        for (int i = 0; i < PARTS; i++) {
            parts[i] = NONE;
        }
    }

    /** Says that {@code key} stands at {@code offset}, which is the last so far. False if it is new and there is no room. */
    public boolean put(ByteBuf key, long offset) {
        hash.compute(key);
        int part = partOf(hash.second());
        long[] table = parts[part];
        int slot = table.length == 0 ? 0 : find(table);
        if (table.length > 0 && table[slot + 2] != 0) {
            table[slot + 2] = offset + 1;
            return true;
        }
        if (used[part] + 1 > capacity(table)) {
            table = grow(part, table);
            if (used[part] + 1 > capacity(table)) {
                return false;
            }
            slot = find(table);
        }
        table[slot] = hash.first();
        table[slot + 1] = hash.second();
        table[slot + 2] = offset + 1;
        used[part]++;
        size++;
        return true;
    }

    /** The last offset of {@code key}, or -1. */
    public long get(ByteBuf key) {
        hash.compute(key);
        long[] table = parts[partOf(hash.second())];
        return table.length == 0 ? -1 : table[find(table) + 2] - 1;
    }

    private static int partOf(long second) {
        return (int) second & (PARTS - 1);
    }

    /** Where the hash stands in {@code table}, or the free slot where it belongs; one is always free. */
    private int find(long[] table) {
        return find(table, hash.first(), hash.second());
    }

    private static int find(long[] table, long first, long second) {
        long slotCount = table.length / LONGS_PER_SLOT;
        int at = (int) (((first >>> 32) * slotCount) >>> 32) * LONGS_PER_SLOT;
        while (table[at + 2] != 0 && (table[at] != first || table[at + 1] != second)) {
            at += LONGS_PER_SLOT;
            if (at == table.length) {
                at = 0;
            }
        }
        return at;
    }

    private int capacity(long[] table) {
        int slotCount = table.length / LONGS_PER_SLOT;
        double factor = slotCount < slotsPerPartMax ? Math.min(GROWS_AT, loadFactor) : loadFactor;
        return Math.min(slotCount - 1, (int) (slotCount * factor));
    }

    private long[] grow(int part, long[] table) {
        int slotCount = table.length / LONGS_PER_SLOT;
        int newCount = (int) Math.min(slotsPerPartMax, Math.max(FIRST_SLOTS, slotCount * 2L));
        if (newCount <= slotCount) {
            return table;
        }
        long[] larger = new long[newCount * LONGS_PER_SLOT];
        for (int at = 0; at < table.length; at += LONGS_PER_SLOT) {
            if (table[at + 2] != 0) {
                System.arraycopy(table, at, larger, find(larger, table[at], table[at + 1]), LONGS_PER_SLOT);
            }
        }
        parts[part] = larger;
        slots += newCount - slotCount;
        return larger;
    }

    /** How many keys there are. */
    public int size() {
        return size;
    }

    /** What the slots take in memory. */
    public long bytes() {
        return slots * SLOT_BYTES;
    }
}
