package io.rowlock.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** What must always hold for one partition's replicas, over many histories. */
class ReplicaSimulationTest {

    private static final int HISTORIES = Integer.getInteger("rowlock.replica.histories", 1000);
    private static final int FIRST = Integer.getInteger("rowlock.replica.seed", 0);

    @Test
    void whatIsConfirmedStaysInEveryHistory() throws IOException {
        // Lost answers are told, and there are thousands.
        Logger quiet = Logger.getLogger("io.rowlock.broker.partition");
        Level before = quiet.getLevel();
        quiet.setLevel(Level.OFF);
        ReplicaSimulation.Tally tally = new ReplicaSimulation.Tally();
        try {
            for (int seed = FIRST; seed < FIRST + HISTORIES; seed++) {
                try {
                    new ReplicaSimulation(seed, tally).run(1000);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(
                            "run it alone with -Drowlock.replica.seed=" + seed + " -Drowlock.replica.histories=1", e);
                }
            }
        } finally {
            quiet.setLevel(before);
        }
        System.out.println(tally);
        assertThat(tally.acknowledged).isGreaterThan(10 * HISTORIES);
        assertThat(tally.elections).isGreaterThan(HISTORIES);
        assertThat(tally.truncations).isGreaterThan(HISTORIES / 2);
        assertThat(tally.crashes).isGreaterThan(HISTORIES);
        assertThat(tally.lostAnswers).isGreaterThan(HISTORIES / 2);
        assertThat(tally.inSyncChanges).isGreaterThan(HISTORIES);
    }
}
