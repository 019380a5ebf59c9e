package io.rowlock.log;

import io.rowlock.ports.RealDisk;
import io.rowlock.testkit.DiskFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Random histories of a log against a model, on disks that misbehave; see {@link LogSimulation} for what must hold. */
class LogSimulationTest {

    @Property(tries = 3000, shrinking = ShrinkingMode.OFF)
    void holdsAcrossCrashes(@ForAll long seed) throws IOException {
        new LogSimulation(seed, DiskFaults.NONE).run(60);
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void holdsAcrossFailingWritesAndSyncs(@ForAll long seed) throws IOException {
        new LogSimulation(seed, new DiskFaults(20, 20)).run(60);
    }

    @Property(tries = 5, shrinking = ShrinkingMode.OFF)
    void holdsOnARealDiskAcrossKills(@ForAll long seed) throws IOException {
        Path root = Files.createTempDirectory("rowlock-log");
        try {
            new LogSimulation(seed, DiskFaults.NONE, new RealDisk(), root.resolve("data")).run(60);
        } finally {
            delete(root);
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
