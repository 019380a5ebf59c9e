package io.rowlock.bench;

import io.rowlock.systemtest.process.CommandResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Memory of running processes, in bytes (Linux). */
final class ProcessMemory {

    private ProcessMemory() {}

    static double resident(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                            .filter(line -> line.startsWith("VmRSS:"))
                            .mapToDouble(line -> Double.parseDouble(
                                    line.substring(6, line.indexOf("kB")).strip()))
                            .findFirst()
                            .orElseThrow()
                    * 1_024;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the memory of " + pid, e);
        }
    }

    /** Bytes of the objects that are alive, which takes a full collection: the last line of a class histogram. */
    static double liveHeap(long pid) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        String histogram = CommandResult.of(List.of(jcmd, Long.toString(pid), "GC.class_histogram"), "")
                .expectSuccess()
                .out()
                .strip();
        String[] total = histogram.substring(histogram.lastIndexOf('\n') + 1).split(" +");
        if (!total[0].equals("Total")) {
            throw new IllegalStateException("no total at the end of " + histogram);
        }
        return Double.parseDouble(total[2]);
    }
}
