package io.rowlock.systemtest.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.rowlock.systemtest.differential.DifferentialRun.Finding;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/**
 * Apache Kafka and Rowlock answer random requests alike, but for what {@link AcceptedDifference} lists, and that list holds nothing that no longer occurs.
 * {@link KnownDifferences} meets each of the list in every run. {@code -Drowlock.systemtest.differential.seeds=<n>} runs more sequences,
 * {@code -Drowlock.systemtest.differential.seed=<n>} begins at another one than the first, and {@code -Drowlock.systemtest.differential.steps=<n>} makes
 * each longer.
 */
class DifferentialTest {
    private static final long FIRST = Long.getLong("rowlock.systemtest.differential.seed", 1);
    private static final int SEEDS = Integer.getInteger("rowlock.systemtest.differential.seeds", 12);
    private static final int STEPS = Integer.getInteger("rowlock.systemtest.differential.steps", 60);
    private static final int SHRINKING_TRIES = 80;

    @Test
    void bothAnswerAlike() {
        try (BrokerPair pair = BrokerPair.start()) {
            DifferentialRun run = new DifferentialRun("run", pair.kafka(), pair.rowlock());
            ServedVersions versions = ServedVersions.of(pair.kafka(), pair.rowlock());
            List<Finding> known = run.run(KnownDifferences.sequence());
            assertThat(known)
                    .as("answers that differ in other ways than are accepted")
                    .isEmpty();
            assertThat(run.accepted().keySet())
                    .as("accepted differences that still occur")
                    .containsAll(EnumSet.allOf(AcceptedDifference.class));
            check(run, FIRST, Generator.everyVersion(FIRST, versions));
            for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
                check(run, seed, Generator.sequence(seed, STEPS, versions));
            }
            System.out.println("compared " + run.compared());
            System.out.println("accepted " + run.accepted());
            assertThat(run.compared().keySet())
                    .as("APIs and versions of which an answer was compared")
                    .containsAll(compared(versions));
        }
    }

    private static void check(DifferentialRun run, long seed, List<Request> sequence) {
        List<Finding> findings = run.run(sequence);
        if (!findings.isEmpty()) {
            fail(report(seed, run, sequence, findings.get(0)));
        }
    }

    private static Set<String> compared(ServedVersions versions) {
        Set<String> all = new LinkedHashSet<>();
        for (ApiKeys api : Generator.compared()) {
            for (int version = versions.lowest(api); version <= versions.highest(api); version++) {
                all.add(api.name + " v" + version);
            }
        }
        return all;
    }

    private static String report(long seed, DifferentialRun run, List<Request> sequence, Finding finding) {
        List<Request> smallest = new Shrinker(
                        candidate -> run.run(candidate).stream().anyMatch(finding::resembles), SHRINKING_TRIES)
                .shrink(sequence);
        String requests = smallest.stream().map(Request::toString).collect(Collectors.joining("\n    "));
        return """
            seed %d: the answers differ to
                %s
            after these requests, of %d:
                %s
            Once more: -Dtest=DifferentialTest -Drowlock.systemtest.differential.seed=%d -Drowlock.systemtest.differential.seeds=1 \
            -Drowlock.systemtest.differential.steps=%d\
            """.formatted(seed, finding, sequence.size(), requests, seed, STEPS);
    }
}
