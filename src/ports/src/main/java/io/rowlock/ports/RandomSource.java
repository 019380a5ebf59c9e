package io.rowlock.ports;

import java.util.UUID;

/** Chance. Thread-safe. */
public interface RandomSource {

    /** Any long, uniformly. */
    long nextLong();

    /** An int in {@code [0, bound)}, uniformly; {@code bound} is positive. */
    int nextInt(int bound);

    /** A random (version 4) UUID. */
    default UUID uuid() {
        long msb = (nextLong() & 0xffffffffffff0fffL) | 0x0000000000004000L;
        long lsb = (nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
        return new UUID(msb, lsb);
    }
}
