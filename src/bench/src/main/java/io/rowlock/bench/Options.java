package io.rowlock.bench;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * The command line.
 *
 * @param cases in the order they run
 * @param pairs measured runs of each contender, after one that is thrown away
 * @param scale of the number of records, against what a case has at 1
 * @param selfCheck whether Apache Kafka takes both sides: what the table then shows is noise
 */
record Options(List<BenchCase> cases, int pairs, double scale, boolean selfCheck) {
    static final String USAGE = """
            Measures Rowlock and Apache Kafka side by side and prints a table in Markdown. Without a first word: records.

              --cases a,b     which rows (default: all but the last two):
                              %s
              --pairs n       measured runs of each, after a warm-up (default 5)
              --scale x       multiplies the number of records (default 1)
              --self-check    Apache Kafka against itself, to see the noise
            """.formatted(
                    String.join(" ", BenchCase.ALL.stream().map(BenchCase::name).toList()));

    static Options parse(String... arguments) {
        List<BenchCase> cases = BenchCase.ALL.subList(0, BenchCase.ALL.size() - 2);
        int pairs = 5;
        double scale = 1;
        boolean selfCheck = false;
        Deque<String> left = new ArrayDeque<>(List.of(arguments));
        while (!left.isEmpty()) {
            String option = left.pop();
            switch (option) {
                case "--cases" -> cases = casesNamed(value(option, left));
                case "--pairs" -> pairs = (int) Math.ceil(NumberOptions.positive(option, value(option, left)));
                case "--scale" -> scale = NumberOptions.positive(option, value(option, left));
                case "--self-check" -> selfCheck = true;
                default -> throw new UsageException("unknown option " + option);
            }
        }
        return new Options(cases, pairs, scale, selfCheck);
    }

    private static String value(String option, Deque<String> left) {
        if (left.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return left.pop();
    }

    private static List<BenchCase> casesNamed(String names) {
        return Arrays.stream(names.split(","))
                .map(name -> BenchCase.ALL.stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new UsageException("unknown case " + name)))
                .toList();
    }

    /** Records in one run of a case. */
    int records(BenchCase each) {
        return (int) Math.max(1_000, each.records() * scale);
    }
}
