package io.rowlock.systemtest.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Drops from a failing sequence what it does not need to fail: halves first, then quarters, down to single requests. */
final class Shrinker {
    private final Predicate<List<Request>> fails;
    private int triesLeft;

    /** @param triesMax how often a sequence is run to see whether it still fails */
    Shrinker(Predicate<List<Request>> fails, int triesMax) {
        this.fails = fails;
        this.triesLeft = triesMax;
    }

    List<Request> shrink(List<Request> sequence) {
        List<Request> smallest = sequence;
        for (int chunk = Math.max(1, sequence.size() / 2); ; chunk /= 2) {
            smallest = without(smallest, chunk);
            if (chunk == 1) {
                return smallest;
            }
        }
    }

    private List<Request> without(List<Request> sequence, int chunk) {
        List<Request> smallest = sequence;
        for (int end = smallest.size(); end > 0 && triesLeft > 0; end -= chunk) {
            List<Request> candidate = new ArrayList<>(smallest.subList(0, Math.max(0, end - chunk)));
            candidate.addAll(smallest.subList(end, smallest.size()));
            triesLeft--;
            if (fails.test(candidate)) {
                smallest = candidate;
            }
        }
        return smallest;
    }
}
