package io.rowlock.net;

import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the connections of a node share.
 *
 * @param limits the bounds of each of them
 * @param budget what their receive buffers may take together
 * @param allocator where the buffers come from
 * @param log for what clients do wrong
 * @param open how many there are, whichever address they came to
 */
public record ConnectionResources(
        ConnectionLimits limits, MemoryBudget budget, ByteBufAllocator allocator, BoundedLog log, AtomicInteger open) {

    /** With no connection yet. */
    public ConnectionResources(
            ConnectionLimits limits, MemoryBudget budget, ByteBufAllocator allocator, BoundedLog log) {
        this(limits, budget, allocator, log, new AtomicInteger());
    }
}
