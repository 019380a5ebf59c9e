package io.rowlock.bench;

import io.rowlock.systemtest.load.GroupCrowd;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** What many groups cost that have nothing to do but to beat their hearts: memory, and processor time at rest. */
final class GroupsAtRest {
    static final String USAGE = """
            groups            shows what groups cost that do nothing but beat their hearts, on Rowlock and on Apache Kafka
              --groups n      (default 1000)
              --members n     of each group, each on a connection of its own (default 3)
              --seconds n     for which processor time at rest is taken (default 30)
            """;

    private static final Duration HEARTBEAT = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final int groups;
    private final int members;
    private final double seconds;

    private GroupsAtRest(int groups, int members, double seconds) {
        this.groups = groups;
        this.members = members;
        this.seconds = seconds;
    }

    /** What one contender needed. Memory in bytes, processor time as a share of one processor. */
    private record Cost(
            double secondsToStable,
            Memory before,
            Memory after,
            double cpuBefore,
            double cpuAfter,
            double postgresCpuBefore,
            double postgresCpuAfter) {}

    private record Memory(double resident, double heap) {}

    private record Cpu(double broker, double postgres) {}

    static void run(String... arguments) {
        NumberOptions options =
                NumberOptions.parse(Map.of("--groups", 1_000.0, "--members", 3.0, "--seconds", 30.0), arguments);
        GroupsAtRest bench =
                new GroupsAtRest(options.whole("--groups"), options.whole("--members"), options.number("--seconds"));
        Cost rowlock;
        Cost kafka;
        try (Contender contender = Contender.rowlock("groups", Map.of())) {
            rowlock = bench.cost(contender);
        }
        try (Contender contender = Contender.kafka("groups", "Kafka", Map.of())) {
            kafka = bench.cost(contender);
        }
        System.out.print(bench.table(rowlock, kafka));
    }

    private Cost cost(Contender contender) {
        contender.createTopic("crowd", members);
        contender.awaitCoordinator();
        Cpu cpuBefore = atRest(contender);
        Memory before = memory(contender);
        try (GroupCrowd crowd =
                GroupCrowd.join(contender.server().clientPort(), "crowd", "crowd-", groups, members, HEARTBEAT)) {
            long begin = System.nanoTime();
            crowd.awaitStable(PATIENCE);
            double stable = (System.nanoTime() - begin) / 1e9;
            System.err.println(contender.name() + ": all stable after " + stable + " s");
            Cpu cpu = atRest(contender);
            Memory after = memory(contender);
            crowd.check();
            if (crowd.stableMembers() != groups * members) {
                throw new IllegalStateException("only " + crowd.stableMembers() + " members are still stable");
            }
            Cost cost = new Cost(
                    stable, before, after, cpuBefore.broker(), cpu.broker(), cpuBefore.postgres(), cpu.postgres());
            System.err.println(contender.name() + " " + cost);
            return cost;
        }
    }

    /** Processor time over the asked time, after a moment for what is still going on. */
    private Cpu atRest(Contender contender) {
        SideBySide.settle();
        double broker = contender.brokerCpuSeconds();
        double postgres = contender.postgresCpuSeconds();
        long begin = System.nanoTime();
        SideBySide.sleep((long) (seconds * 1_000));
        double passed = (System.nanoTime() - begin) / 1e9;
        return new Cpu(
                (contender.brokerCpuSeconds() - broker) / passed, (contender.postgresCpuSeconds() - postgres) / passed);
    }

    private static Memory memory(Contender contender) {
        long pid = contender.server().pid();
        return new Memory(ProcessMemory.resident(pid), ProcessMemory.liveHeap(pid));
    }

    private String table(Cost rowlock, Cost kafka) {
        StringBuilder rows = new StringBuilder(
                "| %,d groups of %d members, a heartbeat each %d s | Rowlock | Apache Kafka |\n| --- | --- | --- |\n"
                        .formatted(groups, members, HEARTBEAT.toSeconds()));
        row(
                rows,
                "from when all are connected until all are stable, s",
                "%.1f", //
                rowlock.secondsToStable(),
                kafka.secondsToStable());
        row(
                rows,
                "live heap without groups, MB",
                "%.1f", //
                rowlock.before().heap() / 1e6,
                kafka.before().heap() / 1e6);
        row(
                rows,
                "live heap for each group, kB",
                "%.2f", //
                heapPerGroup(rowlock) / 1e3,
                heapPerGroup(kafka) / 1e3);
        row(
                rows,
                "resident memory without groups, MB",
                "%.0f", //
                rowlock.before().resident() / 1e6,
                kafka.before().resident() / 1e6);
        row(
                rows,
                "resident memory with groups, MB",
                "%.0f", //
                rowlock.after().resident() / 1e6,
                kafka.after().resident() / 1e6);
        row(
                rows,
                "CPU of the broker without groups, %",
                "%.1f", //
                rowlock.cpuBefore() * 100,
                kafka.cpuBefore() * 100);
        row(rows, "CPU of the broker with groups, %", "%.1f", rowlock.cpuAfter() * 100, kafka.cpuAfter() * 100);
        row(
                rows,
                "CPU of PostgreSQL without groups, %",
                "%.1f", //
                rowlock.postgresCpuBefore() * 100,
                kafka.postgresCpuBefore() * 100);
        row(
                rows,
                "CPU of PostgreSQL with groups, %",
                "%.1f", //
                rowlock.postgresCpuAfter() * 100,
                kafka.postgresCpuAfter() * 100);
        return rows.toString();
    }

    private double heapPerGroup(Cost cost) {
        return (cost.after().heap() - cost.before().heap()) / groups;
    }

    private static void row(StringBuilder rows, String measure, String format, double ours, double theirs) {
        rows.append(String.format(Locale.ROOT, "| %s | " + format + " | " + format + " |\n", measure, ours, theirs));
    }
}
