package io.rowlock.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.protocol.ErrorCode;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoordinatorHistoryTest {

    private static final int SEEDS = 100;
    private static final int STEPS = 1_000;

    @Test
    void whatWasAcknowledgedIsKeptAndNeverReplacedByAnythingOlder() {
        Map<ErrorCode, Integer> answers = new EnumMap<>(ErrorCode.class);
        int moves = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            CoordinatorHistory history = new CoordinatorHistory(seed);
            try {
                history.run(STEPS);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("new CoordinatorHistory(" + seed + "L).run(" + STEPS + ")", e);
            }
            moves += history.moves();
            history.answers().forEach((error, count) -> answers.merge(error, count, Integer::sum));
        }
        assertThat(moves).as("slots moved").isGreaterThan(SEEDS * GroupSlots.COUNT);
        assertThat(answers)
                .as("what the histories went through")
                .containsKeys(
                        ErrorCode.NONE,
                        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
                        ErrorCode.NOT_COORDINATOR,
                        ErrorCode.UNKNOWN_MEMBER_ID,
                        ErrorCode.REBALANCE_IN_PROGRESS);
    }
}
