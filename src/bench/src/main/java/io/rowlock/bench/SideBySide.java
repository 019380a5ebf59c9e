package io.rowlock.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures Rowlock and Apache Kafka in one run: both started on fresh data, warmed up by a run that is thrown away, then measured in turns, each turn on a topic
 * of its own. Progress goes to standard error, the table to standard output.
 */
public final class SideBySide {
    private static final long SETTLE_MILLIS = 2_000;

    private final Options options;
    private int topics;

    private SideBySide(Options options) {
        this.options = options;
    }

    /** @param arguments see {@link Options#USAGE} */
    static void run(String... arguments) throws IOException {
        Options options = Options.parse(arguments);
        System.out.println(conditions(options.pairs()));
        System.out.println();
        System.out.println(Report.head(options.selfCheck() ? "Apache Kafka again" : "Rowlock", "Apache Kafka"));
        for (BenchCase each : options.cases()) {
            System.out.print(new SideBySide(options).measure(each));
            System.out.flush();
        }
    }

    static String conditions(int pairs) throws IOException {
        return "%d processors (%s), %s, JVM %s; each broker with a heap of 1 GiB and the JVM's default collector; one warm-up, then %d measured runs of each, in turns; GB is 10^9 bytes of payload."
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        processor(),
                        System.getProperty("os.name") + " " + System.getProperty("os.version"),
                        System.getProperty("java.vm.version"),
                        pairs);
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    private String measure(BenchCase each) {
        try (Contender left =
                        options.selfCheck() ? Contender.kafka(each, each.kafka(), "again") : Contender.rowlock(each);
                Contender right = Contender.kafka(each, each.kafka(), "Kafka")) {
            run(each, left);
            run(each, right);
            List<Sample> ours = new ArrayList<>();
            List<Sample> theirs = new ArrayList<>();
            for (int pair = 0; pair < options.pairs(); pair++) {
                // Who goes first changes, so that neither always meets the disk as the other left it.
                if (pair % 2 == 0) {
                    ours.add(run(each, left));
                    theirs.add(run(each, right));
                } else {
                    theirs.add(run(each, right));
                    ours.add(run(each, left));
                }
            }
            return Report.rows(each, ours, theirs);
        }
    }

    /** Time for both to remove what was deleted. */
    static void settle() {
        sleep(SETTLE_MILLIS);
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private Sample run(BenchCase each, Contender contender) {
        int records = options.records(each);
        String topic = "bench-" + topics++;
        contender.createTopic(topic, each.partitions());
        if (each.consume()) {
            Client.produce(contender, topic, each, records);
        }
        double cpu = contender.brokerCpuSeconds();
        double postgres = contender.postgresCpuSeconds();
        Client.Measured measured = each.consume()
                ? Client.consume(contender, topic, each, records)
                : Client.produce(contender, topic, each, records);
        double gigabytes = each.gigabytes(records);
        Sample sample = new Sample(
                (contender.brokerCpuSeconds() - cpu) / gigabytes,
                (contender.postgresCpuSeconds() - postgres) / gigabytes,
                measured.megabytesPerSecond(),
                measured.p99Ms());
        System.err.println(each.name() + " " + contender.name() + " " + sample);
        contender.deleteTopic(topic);
        settle();
        return sample;
    }
}
