package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.ports.RealDisk;
import io.rowlock.testkit.DiskEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/**
 * Random histories of a log against a model, on disks that misbehave; see {@link LogSimulation} for what must hold. The same
 * ones in every run, or as many and from such a seed on as {@code rowlock.log.histories} and {@code rowlock.log.seed} say.
 */
class LogSimulationTest {

    private static final int ON_CI = 10_000;
    private static final int STEPS = 60;

    /** Recovery warns of every cut; that is its duty, and a hundred thousand lines. The field keeps the setting. */
    private static final Logger LOG = Logger.getLogger("io.rowlock.log");

    private static final Map<String, Integer> AT_LEAST = Map.ofEntries(
            Map.entry("power losses", 20_000),
            Map.entry("kills", 10_000),
            Map.entry("clean stops", 3_000),
            Map.entry("truncations", 10_000),
            Map.entry("truncations by epoch", 1_000),
            Map.entry("deletions of segments", 2_000),
            Map.entry("ends lost that were not durable", 10_000),
            Map.entry("writes taken back on a full disk", 1_000),
            Map.entry("flipped bits found at the start", 200),
            Map.entry("flipped bits left to clients", 50),
            Map.entry("cuts by the operator", 10));

    private static final Map<DiskEvent, Integer> OF_THE_DISK_AT_LEAST = Map.of(
            DiskEvent.FAILED_WRITE, 500,
            DiskEvent.FAILED_SYNC, 500,
            DiskEvent.FAILED_READ, 100,
            DiskEvent.FAILED_NAME, 500,
            DiskEvent.STALL, 5_000,
            DiskEvent.HOLE, 1_000,
            DiskEvent.REORDERED_NAME, 10_000,
            DiskEvent.CRASH_IN_OPERATION, 20_000);

    @Test
    void keepsWhatIsDurableWhateverTheDiskDoes() {
        LOG.setLevel(Level.OFF);
        int count = Integer.getInteger("rowlock.log.histories", ON_CI);
        long first = Long.getLong("rowlock.log.seed", 0);
        HistoryTally tally = new HistoryTally();
        for (long seed = first; seed < first + count; seed++) {
            tally.add(run(seed));
        }
        System.out.println("Histories of logs from seed " + first + " on: " + tally);
        if (count >= ON_CI) {
            AT_LEAST.forEach(
                    (what, least) -> assertThat(tally.of(what)).as(what).isGreaterThanOrEqualTo(least));
            OF_THE_DISK_AT_LEAST.forEach(
                    (what, least) -> assertThat(tally.of(what)).as(what.name()).isGreaterThanOrEqualTo(least));
        }
    }

    private static HistoryTally run(long seed) {
        try {
            return new LogSimulation(seed).run(STEPS);
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "History " + seed + " went wrong. Once more, it alone: "
                            + "mvn -pl src/log -am test -Dtest=LogSimulationTest#keepsWhatIsDurableWhateverTheDiskDoes"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Drowlock.log.histories=1 -Drowlock.log.seed="
                            + seed,
                    e);
        }
    }

    @Property(tries = 5, shrinking = ShrinkingMode.OFF)
    void holdsOnARealDiskAcrossKills(@ForAll long seed) throws IOException {
        Path root = Files.createTempDirectory("rowlock-log");
        try {
            new LogSimulation(seed, DiskTrouble.NONE, new RealDisk(), root.resolve("data")).run(STEPS);
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
