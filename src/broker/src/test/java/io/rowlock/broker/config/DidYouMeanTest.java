package io.rowlock.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DidYouMeanTest {

    @ParameterizedTest
    @CsvSource({
        "'','',0",
        "abc,abc,0",
        "'',abc,3",
        "abc,'',3",
        "abc,acb,1",
        "abc,ab,1",
        "abc,abxc,1",
        "abc,axc,1",
        "kitten,sitting,3"
    })
    void countsEdits(String from, String to, int edits) {
        assertThat(DidYouMean.distance(from, to)).isEqualTo(edits);
    }

    @Test
    void takesTheNearestAndOfEqualsTheFirst() {
        assertThat(DidYouMean.nearest("rowlock.node", List.of("rowlock.node-id", "rowlock.rack")))
                .contains("rowlock.node-id");
        assertThat(DidYouMean.nearest("host", List.of("most", "hosts"))).contains("hosts");
    }

    @Test
    void allowsAThirdOfTheLengthAndNoMore() {
        assertThat(DidYouMean.nearest("abcdef", List.of("abcdxy"))).contains("abcdxy");
        assertThat(DidYouMean.nearest("abcdef", List.of("abcxyz"))).isEmpty();
        assertThat(DidYouMean.nearest("ab", List.of("ax"))).contains("ax");
        assertThat(DidYouMean.nearest("ab", List.of("xy"))).isEmpty();
    }

    @Test
    void hintsOnlyWhereSomethingIsNear() {
        assertThat(DidYouMean.hint("rowlock.rak", List.of("rowlock.rack"))).isEqualTo("; did you mean rowlock.rack?");
        assertThat(DidYouMean.hint("zzz", List.of("rowlock.rack"))).isEmpty();
    }
}
