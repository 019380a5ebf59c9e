package io.rowlock.broker.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * Clusters to which everything happens that may; see {@link History} and {@link ReplicaCheck} for what must hold all the same.
 * The same ones in every run, or as many and from such a seed on as {@code rowlock.simulation.seeds} and {@code
 * rowlock.simulation.seed} say.
 */
class ClusterSimulationTest {
    private static final int ON_CI = 50;
    /** So often in those of CI at least: what does not happen proves nothing. */
    private static final Map<String, Integer> AT_LEAST = Map.ofEntries(
            Map.entry("elections", 200),
            Map.entry("in-sync replicas added", 300),
            Map.entry("in-sync replicas removed", 300),
            Map.entry("truncations", 30),
            Map.entry("unclean restarts", 80),
            Map.entry("kills", 100),
            Map.entry("power losses", 150),
            Map.entry("pauses past the lease", 60),
            Map.entry("deposed nodes that came back", 30),
            Map.entry("planned stops", 50),
            Map.entry("links cut", 30),
            Map.entry("links cut one way", 30),
            Map.entry("outages of the store", 60),
            Map.entry("replies lost after the commit", 100),
            Map.entry("records acknowledged by all", 15_000),
            Map.entry("records read", 150_000));

    /** Nodes warn of everything that happens to them. The field keeps the setting. */
    private static final Logger LOG = Logger.getLogger("io.rowlock");

    @Test
    void keepsEveryPromiseWhateverHappens() {
        LOG.setLevel(Level.OFF);
        int count = Integer.getInteger("rowlock.simulation.seeds", ON_CI);
        long first = Long.getLong("rowlock.simulation.seed", 0);
        Tally tally = new Tally();
        for (long seed = first; seed < first + count; seed++) {
            tally.add(run(seed));
        }
        System.out.println("Clusters from seed " + first + " on: " + tally);
        if (count >= ON_CI) {
            AT_LEAST.forEach(
                    (what, least) -> assertThat(tally.of(what)).as(what).isGreaterThanOrEqualTo(least));
        }
    }

    @Test
    void aSeedIsOneHistory() {
        LOG.setLevel(Level.OFF);
        assertThat(run(1)).hasToString(run(1).toString());
    }

    private static Tally run(long seed) {
        ClusterSimulation simulation = new ClusterSimulation(seed);
        try {
            return simulation.run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "The cluster of seed " + seed + " went wrong after " + simulation.nowMillis()
                            + " ms. Once more, it alone: mvn -pl src/broker -am test -Dtest=ClusterSimulationTest"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Drowlock.simulation.seeds=1"
                            + " -Drowlock.simulation.seed=" + seed,
                    e);
        }
    }
}
