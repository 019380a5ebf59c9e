package io.rowlock.log.compaction;

import io.netty.buffer.ByteBuf;

/**
 * SipHash-2-4 with 128 bits of a record's key. Whoever does not know the secret cannot make two keys meet, which would lose a
 * record. Holds the last result; not thread-safe.
 */
public final class KeyHash {

    private static final int COMPRESSION_ROUNDS = 2;
    private static final int FINAL_ROUNDS = 4;

    private final long secret0;
    private final long secret1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;
    private long first;
    private long second;

    /** @param secret0 and {@code secret1}: drawn at random for each use */
    public KeyHash(long secret0, long secret1) {
        this.secret0 = secret0;
        this.secret1 = secret1;
    }

    /** Hashes the readable bytes of {@code key}, which it leaves as it is. */
    void compute(ByteBuf key) {
        v0 = secret0 ^ 0x736f6d6570736575L;
        v1 = secret1 ^ 0x646f72616e646f6dL ^ 0xee;
        v2 = secret0 ^ 0x6c7967656e657261L;
        v3 = secret1 ^ 0x7465646279746573L;
        int length = key.readableBytes();
        int at = key.readerIndex();
        int end = at + (length & ~7);
        for (; at < end; at += Long.BYTES) {
            absorb(key.getLongLE(at));
        }
        long last = (long) length << 56;
        for (int i = 0; i < (length & 7); i++) {
            last |= (key.getByte(at + i) & 0xffL) << (8 * i);
        }
        absorb(last);
        v2 ^= 0xee;
        rounds(FINAL_ROUNDS);
        first = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        rounds(FINAL_ROUNDS);
        second = v0 ^ v1 ^ v2 ^ v3;
    }

    private void absorb(long word) {
        v3 ^= word;
        rounds(COMPRESSION_ROUNDS);
        v0 ^= word;
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
    }

    /** The first eight bytes of the hash, little-endian. */
    long first() {
        return first;
    }

    long second() {
        return second;
    }
}
