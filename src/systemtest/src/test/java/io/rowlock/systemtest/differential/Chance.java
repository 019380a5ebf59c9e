package io.rowlock.systemtest.differential;

import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Choices that one seed decides. */
final class Chance {
    private final Random random;
    private boolean naughty;

    Chance(long seed) {
        random = new Random(seed);
    }

    /** Decides whether {@link #oddly} may choose what is wrong until the next decision: most requests have no fault, so that something comes of them. */
    void drawMood() {
        naughty = in(3);
    }

    /** Whether the present request may hold what is wrong. */
    boolean isNaughty() {
        return naughty;
    }

    /** True once in {@code times} on average. */
    boolean in(int times) {
        return random.nextInt(times) == 0;
    }

    /** From 0 to {@code bound} - 1. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    final <T> T of(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** One of the choices, or null as often. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    final <T> @Nullable T ofOrNull(T... choices) {
        int choice = random.nextInt(choices.length + 1);
        return choice == choices.length ? null : choices[choice];
    }

    /** What is right, or now and then what is not. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    final <T> T oddly(Supplier<? extends T> right, T... wrong) {
        return naughty && in(4) ? of(wrong) : right.get();
    }
}
