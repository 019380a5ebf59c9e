package io.rowlock.bench;

import com.sun.management.OperatingSystemMXBean;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** What durable appends cost when each file is synced for itself, and when one journal is synced for all. */
final class SyncStrategies {
    static final String USAGE = """
            sync compares syncing each file with syncing one journal for all, on the disk of the working directory
              --seconds n     for each row, half as long to warm up (default 4)
              --in-flight n   appends that wait at once (default 64)
            """;

    private static final List<Integer> FILES = List.of(1, 12, 1_000);
    private static final List<Integer> SIZES = List.of(1_024, 16_384);
    private static final int SAMPLES_MAX = 4_000_000;

    private SyncStrategies() {}

    /** Opens a strategy on fresh files. */
    private interface Opening {
        SyncStrategy open(Path directory, int files) throws IOException;
    }

    static void run(String... arguments) throws IOException {
        NumberOptions options = NumberOptions.parse(Map.of("--seconds", 4.0, "--in-flight", 64.0), arguments);
        double seconds = options.number("--seconds");
        single(seconds / 2);
        System.out.printf(
                "%n| bytes | files | strategy | appends/s | MB/s | p50 ms | p99 ms | CPU s per GB |%n| --- | --- | --- |"
                        + " --- | --- | --- | --- | --- |%n");
        for (int size : SIZES) {
            for (int files : FILES) {
                measure("each file", SyncedFiles::new, size, files, seconds, options.whole("--in-flight"));
                measure("journal", SharedJournal::new, size, files, seconds, options.whole("--in-flight"));
            }
        }
    }

    private static void measure(String name, Opening opening, int size, int files, double seconds, int inFlight)
            throws IOException {
        Path directory = Files.createTempDirectory(Path.of(""), "sync");
        try {
            Load load = new Load(size, files, inFlight);
            long begin;
            double cpu;
            try (SyncStrategy strategy = opening.open(directory, files)) {
                load.run(strategy, seconds / 2);
                load.reset();
                begin = System.nanoTime();
                cpu = cpuSeconds();
                load.run(strategy, seconds);
            }
            // With what a journal has still to bring to the files: otherwise it would be measured on credit.
            double took = (System.nanoTime() - begin) / 1e9;
            cpu = cpuSeconds() - cpu;
            double gigabytes = load.appends() * (double) size / 1e9;
            System.out.printf(
                    "| %,d | %,d | %s | %,.0f | %s | %s | %s | %s |%n",
                    size,
                    files,
                    name,
                    load.appends() / took,
                    Spread.number(gigabytes * 1_000 / took),
                    Spread.number(load.latencyMillis(0.5)),
                    Spread.number(load.latencyMillis(0.99)),
                    Spread.number(cpu / gigabytes));
        } finally {
            ServerProcess.deleteTree(directory);
        }
    }

    private static double cpuSeconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    /** One file, one writer: a write of 16 KiB and a sync, again and again. */
    private static void single(double seconds) throws IOException {
        System.out.println("| 16 KiB and a sync | per second | CPU ms each |\n| --- | --- | --- |");
        single("fsync, the file grows", true, false, seconds);
        single("fdatasync, the file grows", false, false, seconds);
        single("fsync, preallocated", true, true, seconds);
        single("fdatasync, preallocated", false, true, seconds);
    }

    private static void single(String name, boolean metadata, boolean preallocated, double seconds) throws IOException {
        Path path = Files.createTempFile(Path.of(""), "sync", ".log");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            if (preallocated) {
                SharedJournal.preallocate(channel, SharedJournal.HALF_BYTES);
            }
            ByteBuffer record = ByteBuffer.allocateDirect(16_384);
            long begin = System.nanoTime();
            double cpu = cpuSeconds();
            int count = 0;
            while (System.nanoTime() - begin < seconds * 1e9 && count < SharedJournal.HALF_BYTES / 16_384) {
                channel.write(record.clear(), count * 16_384L);
                channel.force(metadata);
                count++;
            }
            double took = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    "| %s | %,.0f | %s |%n", name, count / took, Spread.number((cpuSeconds() - cpu) * 1_000 / count));
        } finally {
            Files.delete(path);
        }
    }

    /** One thread that appends to files by chance, and so many appends that wait to be durable. */
    private static final class Load {
        private final ByteBuffer record;
        private final int files;
        private final int inFlight;
        private final Semaphore free;
        private final Random random = new Random(3);
        private final long[] latencies = new long[SAMPLES_MAX];
        private final AtomicInteger done = new AtomicInteger();

        Load(int size, int files, int inFlight) {
            this.record = ByteBuffer.allocateDirect(size);
            this.files = files;
            this.inFlight = inFlight;
            this.free = new Semaphore(inFlight);
            byte[] noise = new byte[size];
            random.nextBytes(noise);
            record.put(noise);
        }

        /** Returns when all that it appended is durable. */
        void run(SyncStrategy strategy, double seconds) throws IOException {
            long end = System.nanoTime() + (long) (seconds * 1e9);
            while (System.nanoTime() < end) {
                free.acquireUninterruptibly();
                long begin = System.nanoTime();
                strategy.append(random.nextInt(files), record.flip(), () -> complete(begin));
                record.position(record.limit());
            }
            free.acquireUninterruptibly(inFlight);
            free.release(inFlight);
        }

        private void complete(long begin) {
            int sample = done.getAndIncrement();
            if (sample < SAMPLES_MAX) {
                latencies[sample] = System.nanoTime() - begin;
            }
            free.release();
        }

        void reset() {
            done.set(0);
        }

        int appends() {
            return done.get();
        }

        double latencyMillis(double share) {
            long[] sorted = Arrays.copyOf(latencies, Math.min(done.get(), SAMPLES_MAX));
            Arrays.sort(sorted);
            return sorted[(int) (share * (sorted.length - 1))] / 1e6;
        }
    }
}
