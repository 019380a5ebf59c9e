package io.rowlock.systemtest.streams;

import java.time.Duration;
import java.util.TreeSet;

/** What the topology and who computes its results otherwise must agree on, without Kafka Streams itself. */
public final class StreamsValues {
    public static final Duration WINDOW = Duration.ofSeconds(10);
    public static final Duration GRACE = Duration.ofSeconds(5);
    public static final Duration SESSION_GAP = Duration.ofSeconds(3);

    private StreamsValues() {}

    /** The key in the right table that a value of the left one refers to: what stands before its first dash. */
    public static String reference(String left) {
        return left.substring(0, left.indexOf('-'));
    }

    /** Both sets of numbers as one, each number once, in order. */
    public static String united(String some, String others) {
        TreeSet<Integer> all = new TreeSet<>();
        for (String set : new String[] {some, others}) {
            for (String number : set.isEmpty() ? new String[0] : set.split(" ")) {
                all.add(Integer.valueOf(number));
            }
        }
        return String.join(" ", all.stream().map(String::valueOf).toList());
    }
}
