package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.HistoryChecker.Violation;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The checker finds each thing that it is there for, and nothing where all is well. */
class HistoryCheckerTest {
    private static final TopicPartition P = new TopicPartition("t", 0);

    private final HistoryChecker checker = new HistoryChecker();

    /** Numbers 0 to 3 of producer 1 at offsets 10 to 13, received but for the last. */
    @BeforeEach
    void aGoodRun() {
        for (int n = 0; n < 4; n++) {
            checker.acknowledged(1, n, P, 10 + n);
        }
        checker.assigned("c", List.of(P));
        for (int n = 0; n < 3; n++) {
            checker.received("c", P, 10 + n, 1, n);
            checker.inLog(P, 10 + n, 1, n);
        }
        checker.committed("g", P, 12);
        checker.committedSeen("g", checker.committedUntilNow("g"), Map.of(P, 12L));
    }

    private void end() {
        checker.inLog(P, 13, 1, 3);
    }

    private void assertFound(boolean consumedAll, Violation... expected) {
        assertThat(checker.violations(consumedAll)).containsOnlyKeys(expected);
    }

    @Test
    void allIsWell() {
        end();
        checker.received("c", P, 13, 1, 3);
        assertThat(checker.acknowledgements()).isEqualTo(4);
        assertThat(checker.receipts()).isEqualTo(4);
        assertFound(true);
    }

    @Test
    void lost() {
        assertFound(false, Violation.LOST);
    }

    @Test
    void replacedByAnother() {
        checker.inLog(P, 13, 2, 0);
        assertFound(false, Violation.LOST);
    }

    @Test
    void duplicated() {
        end();
        checker.inLog(P, 14, 1, 2);
        assertFound(false, Violation.DUPLICATED);
    }

    @Test
    void reordered() {
        end();
        checker.inLog(P, 14, 1, 5);
        checker.inLog(P, 15, 1, 4);
        checker.inLog(P, 16, 2, 0);
        assertFound(false, Violation.REORDERED);
    }

    @Test
    void unseen() {
        end();
        assertFound(true, Violation.UNSEEN);
    }

    @Test
    void acknowledgedTwiceAtOneOffset() {
        end();
        checker.acknowledged(1, 3, P, 13);
        assertFound(false, Violation.INCONSISTENT);
    }

    @Test
    void seenAsAnother() {
        end();
        checker.received("other", P, 11, 1, 7);
        assertFound(false, Violation.INCONSISTENT);
    }

    @Test
    void polledTwice() {
        end();
        checker.received("c", P, 12, 1, 2);
        assertFound(false, Violation.POLLED_BACK);
    }

    @Test
    void polledAgainAfterAnAssignment() {
        end();
        checker.assigned("c", List.of(P));
        checker.received("c", P, 11, 1, 1);
        assertFound(false);
    }

    @Test
    void committedBack() {
        end();
        Map<TopicPartition, Long> asked = checker.committedUntilNow("g");
        checker.committed("g", P, 13);
        checker.committedSeen("g", asked, Map.of(P, 12L));
        assertFound(false);
        checker.committedSeen("g", checker.committedUntilNow("g"), Map.of(P, 12L));
        assertFound(false, Violation.COMMITTED_BACK);
    }

    @Test
    void committedAndForgotten() {
        end();
        checker.committedSeen("g", checker.committedUntilNow("g"), Map.of());
        assertFound(false, Violation.COMMITTED_BACK);
    }
}
