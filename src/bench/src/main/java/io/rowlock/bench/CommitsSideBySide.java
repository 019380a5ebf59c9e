package io.rowlock.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Synchronous commits of offsets: one lone consumer and 64, each with a group of its own; Rowlock, whose commits are synced into PostgreSQL, and Apache
 * Kafka, which does not sync. In the same turns a bare loop on Rowlock's own PostgreSQL shows how far a lone consumer could get.
 */
final class CommitsSideBySide {
    static final String USAGE = """
            commits           measures synchronous commits of offsets, with 1 consumer and with 64
              --pairs n       measured runs of each, after a warm-up (default 5)
              --scale x       multiplies the number of commits (default 1)
            """;

    private static final int LONE_COMMITS = 10_000;
    private static final int CROWD = 64;
    private static final int CROWD_COMMITS = 2_000;

    private final int pairs;
    private int topics;

    private CommitsSideBySide(int pairs) {
        this.pairs = pairs;
    }

    static void run(String... arguments) throws IOException {
        NumberOptions options = NumberOptions.parse(Map.of("--pairs", 5.0, "--scale", 1.0), arguments);
        int pairs = options.whole("--pairs");
        System.out.println(SideBySide.conditions(pairs));
        System.out.println();
        System.out.println(Report.head("Rowlock", "Apache Kafka"));
        try (Contender rowlock = Contender.rowlock("commits", Map.of());
                Contender kafka = Contender.kafka("commits", "Kafka", Map.of())) {
            kafka.awaitCoordinator();
            CommitsSideBySide bench = new CommitsSideBySide(pairs);
            bench.lone(rowlock, kafka, (int) (LONE_COMMITS * options.number("--scale")));
            bench.crowd(rowlock, kafka, (int) (CROWD_COMMITS * options.number("--scale")));
        }
    }

    private void lone(Contender rowlock, Contender kafka, int commits) {
        List<CommitSample> ours = new ArrayList<>();
        List<CommitSample> theirs = new ArrayList<>();
        List<CommitSample> bare = new ArrayList<>();
        bare(rowlock, commits);
        inTurns(rowlock, kafka, 1, commits, ours, theirs, () -> bare.add(bare(rowlock, commits)));
        StringBuilder rows = rows("1 consumer committing synchronously", ours, theirs);
        Spread loop = Spread.of(bare, CommitSample::perSecond);
        Spread cpu = Spread.of(bare, sample -> sample.postgresCpuPerThousand() * 1e3);
        double share = Spread.of(ours, CommitSample::perSecond).median() / loop.median();
        rows.append("| a bare loop on Rowlock's PostgreSQL | commits per second | %s |  |  |\n".formatted(loop));
        rows.append("|  | PostgreSQL CPU, ms per 1,000 commits | %s |  |  |\n".formatted(cpu));
        rows.append("|  | share that 1 consumer reaches | %s |  |  |\n".formatted(Spread.number(share)));
        System.out.print(rows);
    }

    private static CommitSample bare(Contender rowlock, int commits) {
        double postgres = rowlock.postgresCpuSeconds();
        double perSecond = BareLoop.run(rowlock.postgres().orElseThrow(), commits);
        CommitSample sample =
                new CommitSample(perSecond, 0, (rowlock.postgresCpuSeconds() - postgres) * 1_000 / commits);
        System.err.println("bare loop " + sample);
        return sample;
    }

    private void crowd(Contender rowlock, Contender kafka, int commits) {
        List<CommitSample> ours = new ArrayList<>();
        List<CommitSample> theirs = new ArrayList<>();
        inTurns(rowlock, kafka, CROWD, commits, ours, theirs, () -> {});
        System.out.print(rows(CROWD + " consumers committing synchronously", ours, theirs));
    }

    private static StringBuilder rows(String title, List<CommitSample> ours, List<CommitSample> theirs) {
        StringBuilder rows = new StringBuilder();
        Report.append(rows, title, "commits per second", ours, theirs, CommitSample::perSecond);
        Report.append(rows, "", "broker CPU, ms per 1,000 commits", ours, theirs, s -> s.cpuPerThousand() * 1e3);
        Report.append(
                rows, "", "PostgreSQL CPU, ms per 1,000 commits", ours, theirs, s -> s.postgresCpuPerThousand() * 1e3);
        return rows;
    }

    /** A warm-up that is thrown away, then pairs of which each begins with the other. */
    private void inTurns(
            Contender left,
            Contender right,
            int consumers,
            int commits,
            List<CommitSample> ours,
            List<CommitSample> theirs,
            Runnable afterEach) {
        measure(left, consumers, commits);
        measure(right, consumers, commits);
        for (int pair = 0; pair < pairs; pair++) {
            if (pair % 2 == 0) {
                ours.add(measure(left, consumers, commits));
                theirs.add(measure(right, consumers, commits));
            } else {
                theirs.add(measure(right, consumers, commits));
                ours.add(measure(left, consumers, commits));
            }
            afterEach.run();
        }
    }

    private CommitSample measure(Contender contender, int consumers, int commits) {
        String topic = "commits-" + topics++;
        contender.createTopic(topic, consumers);
        double cpu = contender.brokerCpuSeconds();
        double postgres = contender.postgresCpuSeconds();
        double perSecond = Client.commit(contender, topic, consumers, commits);
        double thousands = consumers * (double) commits / 1_000;
        CommitSample sample = new CommitSample(
                perSecond,
                (contender.brokerCpuSeconds() - cpu) / thousands,
                (contender.postgresCpuSeconds() - postgres) / thousands);
        System.err.println(consumers + " consumers " + contender.name() + " " + sample);
        contender.deleteTopic(topic);
        SideBySide.settle();
        return sample;
    }
}
