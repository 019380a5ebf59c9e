package io.rowlock.broker.config;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which values of its type a setting takes. */
@FunctionalInterface
interface ValueRule {

    /** Takes everything. */
    ValueRule ANY = value -> null;

    /**
     * Null if {@code value}, in canonical form, is taken; else what to write, as the end of a sentence that begins with
     * "write".
     */
    @Nullable
    String instead(String value);

    static ValueRule atLeast(long min) {
        return value -> Long.parseLong(value) >= min ? null : "a number of at least " + min;
    }

    static ValueRule between(long min, long max) {
        return value -> {
            long number = Long.parseLong(value);
            return number >= min && number <= max ? null : "a number from " + min + " to " + max;
        };
    }

    /** Either {@code special} or a number in the range. */
    static ValueRule specialOrBetween(long special, long min, long max) {
        ValueRule range = between(min, max);
        return value -> {
            String instead = range.instead(value);
            return instead == null || Long.parseLong(value) == special ? null : special + ", or " + instead;
        };
    }

    static ValueRule ratio() {
        return value -> {
            double number = Double.parseDouble(value);
            return number >= 0 && number <= 1 ? null : "a number from 0 to 1";
        };
    }

    static ValueRule oneOf(String... words) {
        Set<String> allowed = Set.copyOf(Arrays.asList(words));
        return value -> allowed.contains(value) ? null : "one of " + String.join(", ", words);
    }

    /** A list, perhaps empty, in which each of {@code words} may stand once. */
    static ValueRule someOf(String... words) {
        Set<String> allowed = Set.copyOf(Arrays.asList(words));
        return value -> {
            List<String> items = Arrays.asList(value.split(",", -1));
            Set<String> distinct = new HashSet<>(items);
            return value.isEmpty() || (allowed.containsAll(items) && distinct.size() == items.size())
                    ? null
                    : "one or more of " + String.join(", ", words) + ", each once, separated by commas";
        };
    }
}
