package io.rowlock.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The middle and the ends of some measurements. */
record Spread(double median, double min, double max) {

    static <T> Spread of(Collection<T> samples, ToDoubleFunction<? super T> measure) {
        double[] sorted = samples.stream().mapToDouble(measure).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        return new Spread(median, sorted[0], Arrays.stream(sorted).max().orElseThrow());
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s (%s to %s)", number(median), number(min), number(max));
    }

    /** Three significant digits, more or less. */
    static String number(double value) {
        String format = value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
