package io.rowlock.log;

import java.io.IOException;
import java.util.function.LongPredicate;

/** Runs in a {@link Mutant}: whether a history goes wrong there. */
public final class MutantHistory implements LongPredicate {

    private static final int STEPS = 60;

    @Override
    public boolean test(long seed) {
        try {
            new LogSimulation(seed).run(STEPS);
            return false;
        } catch (IOException | RuntimeException | AssertionError e) {
            return true;
        }
    }
}
