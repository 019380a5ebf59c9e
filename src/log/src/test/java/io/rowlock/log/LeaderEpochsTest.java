package io.rowlock.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaderEpochsTest {

    private final LeaderEpochs epochs =
            LeaderEpochs.NONE.assign(2, 10).assign(5, 20).assign(6, 30);

    @Test
    void answersAsKafkaDoes() {
        assertThat(LeaderEpochs.NONE.endOf(0, 7)).isEqualTo(EpochEnd.UNKNOWN);
        assertThat(epochs.endOf(-1, 40)).isEqualTo(EpochEnd.UNKNOWN);
        assertThat(epochs.endOf(1, 40)).isEqualTo(new EpochEnd(1, 10));
        assertThat(epochs.endOf(2, 40)).isEqualTo(new EpochEnd(2, 20));
        assertThat(epochs.endOf(4, 40)).isEqualTo(new EpochEnd(2, 20));
        assertThat(epochs.endOf(5, 40)).isEqualTo(new EpochEnd(5, 30));
        assertThat(epochs.endOf(6, 40)).isEqualTo(new EpochEnd(6, 40));
        assertThat(epochs.endOf(7, 40)).isEqualTo(EpochEnd.UNKNOWN);
    }

    @Test
    void knowsTheEpochOfAnOffset() {
        assertThat(epochs.epochOf(9)).isEqualTo(-1);
        assertThat(epochs.epochOf(10)).isEqualTo(2);
        assertThat(epochs.epochOf(19)).isEqualTo(2);
        assertThat(epochs.epochOf(20)).isEqualTo(5);
        assertThat(epochs.epochOf(1000)).isEqualTo(6);
    }

    @Test
    void assignsOnlyForward() {
        assertThat(epochs.assign(6, 31)).isSameAs(epochs);
        assertThat(epochs.assign(6, 30)).isSameAs(epochs);
        assertThat(epochs.assign(6, 25)).hasToString("epochs [2, 5, 6] from [10, 20, 25]");
        assertThat(epochs.assign(7, 30)).hasToString("epochs [2, 5, 7] from [10, 20, 30]");
        assertThat(epochs.assign(7, 15)).hasToString("epochs [2, 7] from [10, 15]");
        assertThatThrownBy(() -> epochs.assign(5, 50)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cutsAtBothEnds() {
        assertThat(epochs.truncateEnd(31)).isSameAs(epochs);
        assertThat(epochs.truncateEnd(30)).hasToString("epochs [2, 5] from [10, 20]");
        assertThat(epochs.truncateEnd(10).isEmpty()).isTrue();
        assertThat(epochs.truncateStart(10)).isSameAs(epochs);
        assertThat(epochs.truncateStart(11)).hasToString("epochs [2, 5, 6] from [11, 20, 30]");
        assertThat(epochs.truncateStart(19)).hasToString("epochs [2, 5, 6] from [19, 20, 30]");
        assertThat(epochs.truncateStart(20)).hasToString("epochs [5, 6] from [20, 30]");
        assertThat(epochs.truncateStart(99)).hasToString("epochs [6] from [99]");
    }

    @Test
    void takesTheBatchesWordForIt() {
        assertThat(epochs.correct(5, 25)).isSameAs(epochs);
        assertThat(epochs.correct(6, 25)).hasToString("epochs [2, 5, 6] from [10, 20, 25]");
        assertThat(epochs.correct(5, 35)).hasToString("epochs [2, 5] from [10, 20]");
        assertThat(epochs.correct(3, 25)).hasToString("epochs [2, 3] from [10, 25]");
        assertThat(epochs.correct(1, 0)).hasToString("epochs [1] from [0]");
    }

    @Test
    void writesKafkasFile() {
        assertThat(new String(epochs.encode(), StandardCharsets.UTF_8)).isEqualTo("0\n3\n2 10\n5 20\n6 30\n");
        assertThat(Objects.requireNonNull(LeaderEpochs.decode(epochs.encode()))).hasToString(epochs.toString());
        assertThat(Objects.requireNonNull(LeaderEpochs.decode(LeaderEpochs.NONE.encode()))
                        .isEmpty())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "1\n0\n",
                "0\nx\n",
                "0\n1\n",
                "0\n0\n1 2\n",
                "0\n1\n1\n",
                "0\n1\n1 x\n",
                "0\n2\n1 5\n1 6\n",
                "0\n2\n1 5\n2 5\n"
            })
    void refusesOtherFiles(String text) {
        assertThat(LeaderEpochs.decode(text.getBytes(StandardCharsets.UTF_8))).isNull();
    }
}
