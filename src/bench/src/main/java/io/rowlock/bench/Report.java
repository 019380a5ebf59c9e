package io.rowlock.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The table, row by row as the cases end. */
final class Report {
    private Report() {}

    static String head(String left, String right) {
        return "| work | measure | " + left + ": median (min to max) | " + right + ": median (min to max) | ratio |\n"
                + "| --- | --- | --- | --- | --- |";
    }

    static String rows(BenchCase each, List<Sample> left, List<Sample> right) {
        StringBuilder rows = new StringBuilder();
        append(rows, each.title(), "broker CPU, s per GB", left, right, Sample::cpuSecondsPerGb);
        append(rows, "", "throughput, MB/s", left, right, Sample::megabytesPerSecond);
        if (!each.consume()) {
            append(rows, "", "p99 to acknowledgement, ms", left, right, Sample::p99Ms);
        }
        append(rows, "", "PostgreSQL CPU, s per GB", left, right, Sample::postgresCpuSecondsPerGb);
        return rows.toString();
    }

    /** One line: how both sides did in one measure. */
    static <T> void append(
            StringBuilder rows,
            String work,
            String measure,
            List<T> left,
            List<T> right,
            ToDoubleFunction<? super T> value) {
        Spread ours = Spread.of(left, value);
        Spread theirs = Spread.of(right, value);
        String ratio = theirs.median() == 0 ? "" : Spread.number(ours.median() / theirs.median());
        rows.append("| %s | %s | %s | %s | %s |\n".formatted(work, measure, ours, theirs, ratio));
    }
}
