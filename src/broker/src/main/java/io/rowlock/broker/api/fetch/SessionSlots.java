package io.rowlock.broker.api.fetch;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many fetch sessions a node keeps ({@code max.incremental.fetch.session.cache.slots}), and of how many partitions the
 * fetches of all clients may keep note while nobody is answered. Thread-safe.
 */
public final class SessionSlots {

    /** What a partition that is noted takes of the heap, at most. */
    static final int PARTITION_BYTES = 512;

    private final AtomicInteger free;
    private final AtomicLong partitions = new AtomicLong();
    private final long partitionsMax;

    /**
     * @param count sessions
     * @param bytesMax of the heap that the partitions of all sessions may take together, roughly
     */
    public SessionSlots(int count, long bytesMax) {
        free = new AtomicInteger(count);
        partitionsMax = bytesMax / PARTITION_BYTES;
    }

    boolean take() {
        if (free.decrementAndGet() >= 0) {
            return true;
        }
        free.incrementAndGet();
        return false;
    }

    void giveBack() {
        free.incrementAndGet();
    }

    /** Whether so many partitions more may be noted for longer than it takes to answer. */
    boolean haveRoomFor(long more) {
        return partitions.get() + more <= partitionsMax;
    }

    void noted() {
        partitions.incrementAndGet();
    }

    void forgotten(int count) {
        partitions.addAndGet(-count);
    }

    /** Partitions that are noted now. */
    long partitions() {
        return partitions.get();
    }
}
