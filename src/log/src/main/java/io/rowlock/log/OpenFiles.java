package io.rowlock.log;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many segment files have an open handle, whatever the number of partitions. A file that nobody writes, syncs or
 * sends at this moment gives its handle up for another's, one that was not used lately first (second chance). One instance
 * per node. Thread-safe; a lock is taken where a handle is opened or closed, and never where an open one is used.
 *
 * <p>A file that was written since its last sync must be synced before its handle is closed, and is asked last. Who opens a
 * file to read it, maybe on an event loop, never syncs another: since what is read without a handle is synced itself, its
 * handle is the next to go. Who opens one to write to it exceeds the bound by an eighth before it syncs another for that:
 * meanwhile the syncs of the logs, which need no thread that others wait for, make files fit to be closed.
 *
 * <p>So no more are open than the bound and an eighth of it, and one for each thread that uses one at the same moment. Where
 * the process itself has no handles left, whoever needs one syncs and closes a file.
 */
public final class OpenFiles {

    /** What tools and tests do with. */
    public static final int DEFAULT_MAX = 1_000;

    /** At how many files to look for one that can be closed without a sync. */
    private static final int SEARCH_MAX = 32;

    private final int max;

    /** Above that, who writes syncs a file to close it. */
    private final int hardMax;

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
        this.hardMax = max + max / 8;
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
            if (file.isIdle()) {
                file.tryClose(false);
            }
        }
    }

    /**
     * Counts a handle that is about to be opened, and closes others if it would be one too many.
     *
     * @param maySync whether it may wait for a file to be synced where there are far too many
     */
    void makeRoom(boolean maySync) {
        synchronized (this) {
            open++;
        }
        while (open() > max && closeOne(maySync && open() > hardMax)) {
            // Where others were in use before, there may be more than one too many.
        }
    }

    /**
     * Closes one handle if any can be closed.
     *
     * @param maySync whether to take one that must be synced before, if there seems to be none else
     */
    boolean closeOne(boolean maySync) {
        for (SegmentFile file = leastUsed(maySync); file != null; file = leastUsed(maySync)) {
            if (file.tryClose(maySync)) {
                return true;
            }
        }
        return false;
    }

    private synchronized @Nullable SegmentFile leastUsed(boolean maySync) {
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
                unsynced = maySync && unsynced == null ? file : unsynced;
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
