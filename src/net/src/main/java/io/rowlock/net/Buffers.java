package io.rowlock.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/** Where the bytes of connections lie. */
public final class Buffers {
    private static final int PAGE_BYTES = 8 * 1024;
    /** Chunks of 2 MiB: a request of a producer's default size still fits into one. */
    private static final int CHUNK_ORDER = 8;

    private static final int SMALL_CACHED = 256;
    private static final int NORMAL_CACHED = 64;

    private Buffers() {}

    /**
     * A new pool of direct buffers with {@code arenas} arenas. Not Netty's shared pool, whose chunks may be smaller than
     * a receive buffer (Quarkus makes them 64 KiB), which would make every buffer an allocation from the system.
     */
    public static ByteBufAllocator pool(int arenas) {
        return new PooledByteBufAllocator(true, 0, arenas, PAGE_BYTES, CHUNK_ORDER, SMALL_CACHED, NORMAL_CACHED, false);
    }
}
