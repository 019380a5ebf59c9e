package io.rowlock.broker.api.fetch;

import java.util.concurrent.atomic.AtomicInteger;

/** How many fetch sessions a node keeps: {@code max.incremental.fetch.session.cache.slots}. Thread-safe. */
public final class SessionSlots {

    private final AtomicInteger free;

    public SessionSlots(int count) {
        free = new AtomicInteger(count);
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
}
