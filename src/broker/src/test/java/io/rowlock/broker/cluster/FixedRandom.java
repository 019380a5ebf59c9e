package io.rowlock.broker.cluster;

import io.rowlock.ports.RandomSource;
import java.util.Random;

/** The same draws in every run. */
public final class FixedRandom implements RandomSource {
    private final Random random = new Random(42);

    @Override
    public long nextLong() {
        return random.nextLong();
    }

    @Override
    public int nextInt(int bound) {
        return random.nextInt(bound);
    }
}
