package io.rowlock.log;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many segment files have an open handle, whatever the number of partitions. A file that nobody writes, syncs or
 * sends at this moment gives its handle up for another's, one that was not used lately first (second chance). One instance
 * per node. Thread-safe; a lock is taken where a handle is opened or closed, and never where an open one is used.
 *
 * <p>The bound is exceeded only where every open file is in use at this moment: by one handle for each thread that needs
 * one more.
 */
public final class OpenFiles {

    /** What tools and tests do with. */
    public static final int DEFAULT_MAX = 1_000;

    /** At how many files to look for one that can be closed without a sync. */
    private static final int SEARCH_MAX = 32;

    private final int max;

    /** Those that may be asked to give up their handle; each knows its place. Guarded by this. */
    private final List<SegmentFile> files = new ArrayList<>();

    /** The place of the file to ask next. Guarded by this. */
    private int hand;

    /** Counts those being opened, and those of deleted files that are still read. Guarded by this. */
    private int open;

    /** @param max at least 1 */
    public OpenFiles(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("a node that may open " + max + " files can do nothing");
        }
        this.max = max;
    }

    /** How many handles may be open. */
    public int max() {
        return max;
    }

    /** How many handles are open. */
    public synchronized int open() {
        return open;
    }

    /** Closes what was not used since the last call and can be closed without a sync. May block on the disk. */
    public void closeIdle() {
        List<SegmentFile> all;
        synchronized (this) {
            all = List.copyOf(files);
        }
        for (SegmentFile file : all) {
            if (file.isIdle() && !file.isUnsynced()) {
                file.tryClose();
            }
        }
    }

    /** Counts a handle that is about to be opened, and closes others if it would be one too many. */
    void makeRoom() {
        synchronized (this) {
            open++;
        }
        while (open() > max && closeOne()) {
            // Where others were in use before, there may be more than one too many.
        }
    }

    /** Closes one handle if any can be closed; it is synced before if it must be. */
    boolean closeOne() {
        for (SegmentFile file = leastUsed(); file != null; file = leastUsed()) {
            if (file.tryClose()) {
                return true;
            }
        }
        return false;
    }

    private synchronized @Nullable SegmentFile leastUsed() {
        SegmentFile unsynced = null;
        // Twice around: the first may only have taken away everybody's second chance.
        int steps = 2 * files.size();
        for (int i = 0; i < steps && (unsynced == null || i < SEARCH_MAX); i++) {
            hand = hand >= files.size() ? 0 : hand;
            SegmentFile file = files.get(hand++);
            if (file.isIdle()) {
                if (!file.isUnsynced()) {
                    return file;
                }
                unsynced = unsynced == null ? file : unsynced;
            }
        }
        return unsynced;
    }

    /** Takes in a file that was just opened, for which there was made room. */
    synchronized void opened(SegmentFile file) {
        file.setPlace(files.size());
        files.add(file);
    }

    /** The handle for which there was made room was not opened. */
    synchronized void notOpened() {
        open--;
    }

    /** The file's handle is closed. */
    synchronized void closed(SegmentFile file) {
        forget(file);
        open--;
    }

    /** The file's handle must stay open until its last user closes it. */
    synchronized void keep(SegmentFile file) {
        forget(file);
    }

    private void forget(SegmentFile file) {
        int place = file.place();
        if (place < 0) {
            return;
        }
        SegmentFile last = files.remove(files.size() - 1);
        if (last != file) {
            files.set(place, last);
            last.setPlace(place);
        }
        file.setPlace(-1);
    }
}
