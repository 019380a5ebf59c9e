package io.rowlock.net;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that the receive buffers of all connections of a node may take together: what Kafka calls {@code
 * queued.max.request.bytes}. Thread-safe; takes a lock only when the budget is spent.
 *
 * <p>Whoever finds it spent waits in line. When everything is spent on frames of which only a part has arrived, nothing
 * would ever be given back: so the first in line may overdraw, one at a time, until its memory is given back. That
 * bounds what is held beyond the limit to one frame, besides the few bytes per connection of {@link #force}.
 */
public final class MemoryBudget {

    /** A request for memory that waits in line; granted once, on any thread, under the budget's lock. */
    abstract static class Claim {
        final int bytes;

        Claim(int bytes) {
            this.bytes = bytes;
        }

        /** The bytes are reserved; if {@code overdrawn}, also {@link MemoryBudget#endOverdraft} must follow. */
        abstract void granted(boolean overdrawn);
    }

    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final ArrayDeque<Claim> line = new ArrayDeque<>();
    private boolean overdrawn;
    private volatile int waiting;

    /** A budget of {@code limit} bytes. */
    public MemoryBudget(long limit) {
        if (limit <= 0) {
            throw new IllegalArgumentException("a budget of " + limit + " bytes");
        }
        this.limit = limit;
    }

    /** Bytes in use now; above {@link #limit()} only by an overdraft. */
    public long used() {
        return used.get();
    }

    public long limit() {
        return limit;
    }

    /** How many connections wait for memory. */
    public int waiting() {
        return waiting;
    }

    /** Reserves, unless that would exceed the limit or overtake those who wait. */
    boolean tryReserve(int bytes) {
        return waiting == 0 && take(bytes);
    }

    /** Reserves whatever the limit says: for bytes that are in memory already. */
    void force(int bytes) {
        used.addAndGet(bytes);
    }

    void release(int bytes) {
        used.addAndGet(-bytes);
        if (waiting > 0) {
            grant();
        }
    }

    synchronized void await(Claim claim) {
        line.add(claim);
        waiting = line.size();
        grant();
    }

    /** Leaves the line. Returns false if the claim was granted, or is about to hear that it was. */
    synchronized boolean cancel(Claim claim) {
        boolean found = line.remove(claim);
        waiting = line.size();
        if (found) {
            grant();
        }
        return found;
    }

    synchronized void endOverdraft() {
        overdrawn = false;
        grant();
    }

    private synchronized void grant() {
        for (Claim first = line.peek(); first != null; first = line.peek()) {
            boolean fits = take(first.bytes);
            if (!fits) {
                if (overdrawn) {
                    return;
                }
                overdrawn = true;
                used.addAndGet(first.bytes);
            }
            line.poll();
            waiting = line.size();
            first.granted(!fits);
        }
    }

    private boolean take(int bytes) {
        long before;
        do {
            before = used.get();
            if (before + bytes > limit) {
                return false;
            }
        } while (!used.compareAndSet(before, before + bytes));
        return true;
    }
}
