package io.rowlock.log;

import io.rowlock.testkit.DiskFaults;
import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Random histories of a log against a model, on disks that misbehave; see {@link LogSimulation} for what must hold. */
class LogSimulationTest {

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void holdsAcrossCrashes(@ForAll long seed) throws IOException {
        new LogSimulation(seed, DiskFaults.NONE).run(60);
    }

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void holdsAcrossFailingWritesAndSyncs(@ForAll long seed) throws IOException {
        new LogSimulation(seed, new DiskFaults(20, 20)).run(60);
    }
}
