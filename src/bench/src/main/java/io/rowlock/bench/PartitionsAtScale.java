package io.rowlock.bench;

import io.rowlock.systemtest.load.ManyPartitions;
import io.rowlock.systemtest.process.RowlockProcess;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What many partitions cost: to be created, written to, stopped, started, killed and started, and to be there. */
final class PartitionsAtScale {
    static final String USAGE = """
            partitions        shows what many partitions of one node cost in time and memory
              --count n       (default 20000), in topics of at most 1,000; half of them first, to see what each of the others takes
              --open-files n  files of segments that may be open at once (default: the node's own)
              --seconds n     for which processor time at rest is taken (default 30)
            """;

    /** 128 + 15: ended by SIGTERM, in order. */
    private static final int STOPPED = 143;

    /** By then handles and indexes that nobody uses are given up: two rounds of half a minute. */
    private static final long IDLE_MILLIS = 75_000;

    private final int count;
    private final double seconds;
    private final RowlockProcess node;
    private final List<String> rows = new ArrayList<>();

    private PartitionsAtScale(int count, double seconds, RowlockProcess node) {
        this.count = count;
        this.seconds = seconds;
        this.node = node;
    }

    static void run(String... arguments) {
        NumberOptions options = NumberOptions.parse(
                Map.of("--count", 20_000.0, "--open-files", Double.MAX_VALUE, "--seconds", 30.0), arguments);
        Map<String, String> settings = options.number("--open-files") == Double.MAX_VALUE
                ? Map.of()
                : Map.of("rowlock.log.open-files", Integer.toString(options.whole("--open-files")));
        try (Contender contender = Contender.rowlock("partitions", settings)) {
            PartitionsAtScale bench = new PartitionsAtScale(
                    options.whole("--count"), options.number("--seconds"), (RowlockProcess) contender.server());
            bench.measure();
            System.out.print(bench.table());
        }
    }

    private void measure() {
        ManyPartitions partitions = new ManyPartitions(node.bootstrap());
        int half = count / 2;
        time("create the first half", () -> partitions.create(half));
        time("produce a record to each of these", () -> partitions.produce(0));
        SideBySide.sleep(IDLE_MILLIS);
        double heapOfHalf = ProcessMemory.liveHeap(node.pid());
        time("create the second half", () -> partitions.create(count - half));
        time("produce a record to each of these", () -> partitions.produce(half));
        row("open descriptors after that", "%.0f", descriptors());
        SideBySide.sleep(IDLE_MILLIS);
        atRest();
        double heap = ProcessMemory.liveHeap(node.pid());
        row("live heap, MB", "%.1f", heap / 1e6);
        row("live heap for each of the second half, KiB", "%.2f", (heap - heapOfHalf) / (count - half) / 1_024);
        row("open descriptors at rest", "%.0f", descriptors());
        row("resident memory, MB", "%.0f", ProcessMemory.resident(node.pid()) / 1e6);
        time("stop with nothing new since the last checkpoint", () -> stopOrFail(node));
        time("start after that", node::start);
        time("produce a record to each partition", () -> partitions.produce(0));
        time("stop at once after that", () -> stopOrFail(node));
        time("start after that", node::start);
        time("produce a record to each partition", () -> partitions.produce(0));
        time("kill -9 at once after that, and start", () -> {
            node.kill();
            node.start();
        });
        time("read everything back", partitions::verify);
        time("kill -9 and start once more", () -> {
            node.kill();
            node.start();
        });
        time("read everything back", partitions::verify);
    }

    private void atRest() {
        double broker = CpuTime.ofProcess(node.pid());
        double postgres = node.postmaster().map(CpuTime::ofTree).orElse(0.0);
        SideBySide.sleep((long) (seconds * 1_000));
        row("CPU of the node at rest, %", "%.1f", (CpuTime.ofProcess(node.pid()) - broker) / seconds * 100);
        double postgresNow = node.postmaster().map(CpuTime::ofTree).orElse(0.0);
        row("CPU of PostgreSQL at rest, %", "%.1f", (postgresNow - postgres) / seconds * 100);
    }

    private static void stopOrFail(ServerProcess server) {
        int code = server.stop();
        if (code != STOPPED) {
            throw new IllegalStateException("ended with exit code " + code + "\n" + server.output());
        }
    }

    private double descriptors() {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + node.pid() + "/fd"))) {
            return all.count();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot count the descriptors of " + node.pid(), e);
        }
    }

    private void time(String what, Runnable step) {
        long begin = System.nanoTime();
        step.run();
        row(what + ", s", "%.1f", (System.nanoTime() - begin) / 1e9);
    }

    private void row(String measure, String format, double value) {
        String row = String.format(Locale.ROOT, "| %s | " + format + " |%n", measure, value);
        System.err.print(row);
        rows.add(row);
    }

    private String table() {
        return "| %,d partitions | Rowlock |%n| --- | --- |%n".formatted(count) + String.join("", rows);
    }
}
