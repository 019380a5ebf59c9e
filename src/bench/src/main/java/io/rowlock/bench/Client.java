package io.rowlock.bench;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.ProjectLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The clients that put the load on: processes of their own, the same for every contender, at a stock client's defaults. */
final class Client {
    /**
     * What a client says about its run.
     *
     * @param megabytesPerSecond of payload, MB being 10^6 bytes
     * @param p99Ms 99th percentile of the time to an acknowledgement; NaN where the client does not say
     */
    record Measured(double megabytesPerSecond, double p99Ms) {}

    private static final Pattern PRODUCED = Pattern.compile(
            "^(\\d+) records sent, ([\\d.]+) records/sec .* (\\d+) ms 99th, (\\d+) ms 99\\.9th\\.?$",
            Pattern.MULTILINE);
    private static final Pattern CONSUMED =
            Pattern.compile("^consumed (\\d+) records in ([\\d.]+) s$", Pattern.MULTILINE);

    private static final Pattern COMMITTED =
            Pattern.compile("^committed (\\d+) times in ([\\d.]+) s$", Pattern.MULTILINE);

    private Client() {}

    /** Kafka's own ProducerPerformance, acks=all. */
    static Measured produce(Contender to, String topic, BenchCase each, int records) {
        List<String> command =
                java("-cp", ProjectLayout.kafkaClassPath(), "org.apache.kafka.tools.ProducerPerformance");
        command.addAll(List.of("--bootstrap-server", to.bootstrap(), "--topic", topic));
        command.addAll(List.of("--num-records", Integer.toString(records)));
        command.addAll(List.of("--record-size", Integer.toString(each.recordBytes()), "--throughput", "-1"));
        command.addAll(List.of("--command-property", "acks=all"));
        return produced(CommandResult.of(command, "").expectSuccess().out(), each, records);
    }

    /** Reads the tool's last line, which sums up the whole run. */
    static Measured produced(String output, BenchCase each, int records) {
        Matcher line = PRODUCED.matcher(output);
        while (line.find()) {
            if (Integer.parseInt(line.group(1)) == records) {
                double perSecond = Double.parseDouble(line.group(2));
                return new Measured(perSecond * each.recordBytes() / 1e6, Double.parseDouble(line.group(3)));
            }
        }
        throw new IllegalStateException("no line sums up " + records + " records:\n" + output);
    }

    /** A stock consumer that assigns all partitions and reads them from the beginning. */
    static Measured consume(Contender from, String topic, BenchCase each, int records) {
        List<String> command = java("-cp", System.getProperty("java.class.path"), ConsumeAll.class.getName());
        command.addAll(
                List.of(from.bootstrap(), topic, Integer.toString(each.partitions()), Integer.toString(records)));
        String output = CommandResult.of(command, "").expectSuccess().out();
        Matcher line = CONSUMED.matcher(output);
        if (!line.find()) {
            throw new IllegalStateException("no line sums up the run:\n" + output);
        }
        return new Measured(each.gigabytes(records) * 1_000 / Double.parseDouble(line.group(2)), Double.NaN);
    }

    /**
     * Stock consumers, each with a group and a partition of its own, that commit synchronously.
     *
     * @param commits of each consumer
     * @return commits per second of all, after a warm-up of a quarter of them
     */
    static double commit(Contender to, String topic, int consumers, int commits) {
        List<String> command = java("-cp", System.getProperty("java.class.path"), CommitLoop.class.getName());
        command.addAll(List.of(to.bootstrap(), topic, Integer.toString(consumers), Integer.toString(commits)));
        String output = CommandResult.of(command, "").expectSuccess().out();
        Matcher line = COMMITTED.matcher(output);
        if (!line.find()) {
            throw new IllegalStateException("no line sums up the run:\n" + output);
        }
        return Long.parseLong(line.group(1)) / Double.parseDouble(line.group(2));
    }

    private static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xms512m", "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
        command.addAll(List.of(arguments));
        return command;
    }
}
