package io.rowlock.broker.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the name that someone who misspelt one probably meant. */
public final class DidYouMean {

    private DidYouMean() {}

    /**
     * The known name with the fewest edits (insert, drop, change or swap of neighbours) from {@code name}, if they are at
     * most a third of its length and at least one is allowed; of equals the first in alphabetical order.
     */
    public static Optional<String> nearest(String name, Collection<String> known) {
        int limit = Math.max(1, name.length() / 3);
        return new TreeSet<>(known)
                .stream()
                        .filter(candidate -> Math.abs(candidate.length() - name.length()) <= limit)
                        .filter(candidate -> distance(name, candidate) <= limit)
                        .min(Comparator.comparingInt(candidate -> distance(name, candidate)));
    }

    /** {@code "; did you mean x?"}, or nothing where no known name is near. */
    public static String hint(String name, Collection<String> known) {
        return nearest(name, known)
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("");
    }

    /** Damerau's distance with adjacent swaps, in three rows of memory. */
    static int distance(String from, String to) {
        int[] beforeLast = new int[to.length() + 1];
        int[] last = new int[to.length() + 1];
        int[] current = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                int best = Math.min(Math.min(current[j - 1], last[j]) + 1, last[j - 1] + change);
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    best = Math.min(best, beforeLast[j - 2] + 1);
                }
                current[j] = best;
            }
            int[] spare = beforeLast;
            beforeLast = last;
            last = current;
            current = spare;
        }
        return last[to.length()];
    }
}
