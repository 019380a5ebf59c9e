package io.rowlock.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Processor time of running processes, from {@code /proc/PID/stat} (Linux). */
final class CpuTime {
    /** USER_HZ: what the kernel counts these fields in on every architecture that Rowlock is built for. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int CHILDREN_USER = 13;
    private static final int CHILDREN_SYSTEM = 14;

    private CpuTime() {}

    /** Seconds of user and system time of all threads of a process, without its children. */
    static double ofProcess(long pid) {
        long[] fields = fields(pid);
        return (fields[USER] + fields[SYSTEM]) / TICKS_PER_SECOND;
    }

    /** Seconds of a process, its children that have ended, and all its descendants that run. */
    static double ofTree(ProcessHandle root) {
        long[] own = fields(root.pid());
        double ended = (own[CHILDREN_USER] + own[CHILDREN_SYSTEM]) / TICKS_PER_SECOND;
        return Stream.concat(Stream.of(root), root.descendants())
                        .mapToDouble(process -> ofProcess(process.pid()))
                        .sum()
                + ended;
    }

    /** The numbers after the command name, which is in parentheses and may hold anything. A process that has just ended counts as zeros. */
    private static long[] fields(long pid) {
        try {
            String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] words = line.substring(line.lastIndexOf(')') + 2).split(" ");
            long[] numbers = new long[CHILDREN_SYSTEM + 1];
            for (int i = USER; i <= CHILDREN_SYSTEM; i++) {
                numbers[i] = Long.parseLong(words[i]);
            }
            return numbers;
        } catch (NoSuchFileException e) {
            return new long[CHILDREN_SYSTEM + 1];
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the processor time of " + pid, e);
        }
    }
}
