package io.rowlock.broker.api.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerBudgetTest {

    @Test
    void thereIsRoomUntilAllIsTaken() {
        AnswerBudget budget = new AnswerBudget();
        assertThat(budget.take(AnswerBudget.BYTES_MAX - 1)).isTrue();
        assertThat(budget.take(1)).as("one byte was left").isTrue();
        assertThat(budget.take(1)).isFalse();
        AnswerBudget one = new AnswerBudget();
        assertThat(one.take(2 * AnswerBudget.BYTES_MAX))
                .as("the first, however large")
                .isTrue();
        assertThat(one.take(0)).isFalse();
    }
}
