package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.protocol.record.InvalidRecordsException;
import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** Random histories of a compacted log; see {@link CompactionSimulation} for what must hold. */
class CompactionSimulationTest {

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void keepsWhatKafkaKeepsAcrossCrashes(@ForAll long seed) throws IOException, InvalidRecordsException {
        new CompactionSimulation(seed).run(80);
    }

    @Test
    void historiesCompactAndCrash() throws IOException, InvalidRecordsException {
        int compactions = 0;
        int crashes = 0;
        for (int seed = 0; seed < 50; seed++) {
            CompactionSimulation history = new CompactionSimulation(seed);
            history.run(80);
            compactions += history.compactions();
            crashes += history.crashes();
        }
        assertThat(compactions).isGreaterThan(200);
        assertThat(crashes).isGreaterThan(100);
    }
}
