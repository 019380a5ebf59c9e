package io.rowlock.testkit;

import io.rowlock.ports.RandomSource;
import java.util.SplittableRandom;

/** Chance that one seed decides. Not thread-safe: a simulation has one thread. */
public final class SimRandom implements RandomSource {

    private final SplittableRandom random;

    public SimRandom(long seed) {
        this(new SplittableRandom(seed));
    }

    private SimRandom(SplittableRandom random) {
        this.random = random;
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }

    @Override
    public int nextInt(int bound) {
        return random.nextInt(bound);
    }

    /** Whether something happens that happens in {@code perMille} of 1000 cases. */
    public boolean chance(int perMille) {
        return random.nextInt(1000) < perMille;
    }

    /** A source of its own for one part of a simulation, so that what one part draws does not change what another gets. */
    public SimRandom split() {
        return new SimRandom(random.split());
    }
}
