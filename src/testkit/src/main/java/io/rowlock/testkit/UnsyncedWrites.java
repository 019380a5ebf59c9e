package io.rowlock.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes to one file, and cuts of it, that no sync covers yet. The medium takes them sector by sector, in any order and at any
 * time: each sector ends up as it was after some of its writes, perhaps torn within the next one.
 */
final class UnsyncedWrites {

    static final int SECTOR_BYTES = 512;

    private static final int PER_MILLE_IN_ORDER = 500;
    private static final int PER_MILLE_TORN_SECTORS = 300;
    private static final int PER_MILLE_LENGTH_ARRIVES = 400;

    /** Fewer missing bytes than these look like bytes that a program wrote. */
    private static final int PLAINLY_MISSING_BYTES = 16;

    private final List<Change> changes = new ArrayList<>();

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

        int end() {
            return bytes == null ? position : position + bytes.length;
        }
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    void write(int position, byte[] bytes) {
        changes.add(new Change(position, bytes));
    }

    void truncate(int size) {
        changes.add(new Change(size, null));
    }

    /** All of it reaches the medium. */
    void sync(SimBytes medium) {
        changes.forEach(change -> change.apply(medium));
        changes.clear();
    }

    /**
     * What chance chooses of it reaches the medium, the rest never will.
     *
     * @param anywhere whether as few bytes may be missing before the end of a sector as chance likes
     */
    void lose(SimBytes medium, int fullSize, SimRandom random, DiskEvents events, boolean anywhere) {
        if (changes.isEmpty()) {
            return;
        }
        if (random.chance(PER_MILLE_IN_ORDER)) {
            loseTheLast(medium, random, events);
        } else {
            loseAny(medium, random, events, anywhere);
        }
        // A file's length and its bytes arrive apart from each other; what did not arrive reads as zeros.
        int least = anywhere ? 1 : PLAINLY_MISSING_BYTES;
        int missing = fullSize - medium.size();
        if (missing >= least && random.chance(PER_MILLE_LENGTH_ARRIVES)) {
            medium.extend(medium.size() + least + random.nextInt(missing - least + 1));
        }
        changes.clear();
    }

    private void loseTheLast(SimBytes medium, SimRandom random, DiskEvents events) {
        int survive = random.nextInt(changes.size() + 1);
        changes.subList(0, survive).forEach(change -> change.apply(medium));
        if (survive < changes.size()) {
            events.happened(DiskEvent.LOST_BYTES);
            byte[] torn = changes.get(survive).bytes;
            if (torn != null && torn.length > 0) {
                medium.write(changes.get(survive).position, torn, random.nextInt(torn.length));
            }
        }
    }

    private void loseAny(SimBytes medium, SimRandom random, DiskEvents events, boolean anywhere) {
        int cuts = (int) changes.stream().filter(change -> change.bytes == null).count();
        int cutsLeft = random.nextInt(cuts + 1);
        int wholeSectorsPerMille = random.nextInt(1000);
        Map<Integer, Integer> survivors = new HashMap<>();
        Set<Integer> lostSectors = new HashSet<>();
        int firstLostByte = Integer.MAX_VALUE;
        int lastMade = -1;
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            byte[] bytes = change.bytes;
            if (bytes == null) {
                if (cutsLeft > 0) {
                    cutsLeft--;
                    change.apply(medium);
                }
                continue;
            }
            for (int at = change.position; at < change.end(); ) {
                int end = Math.min(change.end(), (at / SECTOR_BYTES + 1) * SECTOR_BYTES);
                int survive = survivors.computeIfAbsent(
                        at / SECTOR_BYTES,
                        sector -> random.chance(wholeSectorsPerMille)
                                ? changes.size()
                                : random.nextInt(changes.size() + 1));
                boolean tears = i == survive && random.chance(PER_MILLE_TORN_SECTORS);
                int length = i < survive ? end - at : tears ? random.nextInt(end - at) : 0;
                int sectorEnd = (at / SECTOR_BYTES + 1) * SECTOR_BYTES;
                boolean lost = length < end - at;
                boolean firstLost = lost && lostSectors.add(at / SECTOR_BYTES);
                if (!anywhere && firstLost && sectorEnd - at - length < PLAINLY_MISSING_BYTES) {
                    length = end - at;
                    survivors.put(at / SECTOR_BYTES, changes.size());
                }
                if (length > 0) {
                    byte[] piece = Arrays.copyOfRange(bytes, at - change.position, at - change.position + length);
                    medium.write(at, piece, length);
                    lastMade = Math.max(lastMade, at);
                }
                if (length < end - at) {
                    firstLostByte = Math.min(firstLostByte, at + length);
                }
                at = end;
            }
        }
        if (firstLostByte < Integer.MAX_VALUE) {
            events.happened(firstLostByte < lastMade ? DiskEvent.HOLE : DiskEvent.LOST_BYTES);
        }
    }
}
