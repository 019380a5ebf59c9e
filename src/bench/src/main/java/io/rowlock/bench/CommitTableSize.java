package io.rowlock.bench;

import io.rowlock.systemtest.load.CommitRounds;
import io.rowlock.systemtest.load.TableUse;
import io.rowlock.systemtest.process.PostgresAccess;
import java.time.Duration;
import java.util.Map;

/** How large Rowlock's tables are after groups have committed without a pause for a given time. */
final class CommitTableSize {
    static final String USAGE = """
            commit-table-size shows how large Rowlock's tables grow under commits without end
              --seconds n     for how long (default 60)
              --groups n      that commit, each for one partition (default 64)
            """;

    private static final Duration PROGRESS = Duration.ofMinutes(1);

    private CommitTableSize() {}

    static void run(String... arguments) {
        NumberOptions options = NumberOptions.parse(Map.of("--seconds", 60.0, "--groups", 64.0), arguments);
        int groups = options.whole("--groups");
        try (Contender rowlock = Contender.rowlock("commit-table-size", Map.of())) {
            rowlock.createTopic("endless", 1);
            PostgresAccess postgres = rowlock.postgres().orElseThrow();
            long rounds;
            long begin = System.nanoTime();
            try (CommitRounds commits =
                    CommitRounds.connect(rowlock.server().clientPort(), "endless", "endless-", groups)) {
                commitUntil(begin + (long) (options.number("--seconds") * 1e9), commits, postgres);
                rounds = commits.rounds();
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            SideBySide.settle();
            System.out.printf(
                    "%d groups, %d commits in %.0f s, %.0f per second%n%n",
                    groups, rounds * groups, seconds, rounds * groups / seconds);
            System.out.print(table(TableUse.all(postgres)));
        }
    }

    private static void commitUntil(long end, CommitRounds commits, PostgresAccess postgres) {
        long nextProgress = System.nanoTime() + PROGRESS.toNanos();
        while (System.nanoTime() < end) {
            commits.next();
            if (System.nanoTime() > nextProgress) {
                nextProgress += PROGRESS.toNanos();
                System.err.println(
                        commits.rounds() + " rounds " + TableUse.all(postgres).get("committed_offset"));
            }
        }
    }

    /** The tables that were updated. */
    static String table(Map<String, TableUse> tables) {
        StringBuilder text = new StringBuilder(
                "| table | with indexes, KiB | updates | of these HOT |\n| --- | --- | --- | --- |\n");
        tables.forEach((name, use) -> {
            if (use.updates() > 0) {
                text.append("| %s | %d | %d | %.1f %% |\n"
                        .formatted(name, use.totalBytes() / 1_024, use.updates(), use.hotShare() * 100));
            }
        });
        return text.toString();
    }
}
