package io.rowlock.net;

import io.netty.buffer.ByteBufAllocator;

/**
 * What the connections of a node share.
 *
 * @param limits the bounds of each of them
 * @param budget what their receive buffers may take together
 * @param allocator where the buffers come from
 * @param log for what clients do wrong
 */
public record ConnectionResources(
        ConnectionLimits limits, MemoryBudget budget, ByteBufAllocator allocator, BoundedLog log) {}
