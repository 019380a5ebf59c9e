package io.rowlock.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionsTest {

    @Test
    void notation() {
        assertThat(Versions.parse("none").isEmpty()).isTrue();
        assertThat(Versions.parse("3")).isEqualTo(new Versions(3, 3));
        assertThat(Versions.parse("3-5")).isEqualTo(new Versions(3, 5));
        assertThat(Versions.parse("3+")).isEqualTo(new Versions(3, Short.MAX_VALUE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "+", "3-", "-3-5"})
    void notANotation(String text) {
        assertThatThrownBy(() -> Versions.parse(text)).isInstanceOf(SchemaException.class);
    }

    @Test
    void intersection() {
        assertThat(new Versions(0, 5).and(new Versions(3, 9))).isEqualTo(new Versions(3, 5));
        assertThat(new Versions(0, 2).and(new Versions(3, 9))).isEqualTo(Versions.NONE);
        assertThat(new Versions(3, 5).contains(3)).isTrue();
        assertThat(new Versions(3, 5).contains(5)).isTrue();
        assertThat(new Versions(3, 5).contains(2)).isFalse();
        assertThat(new Versions(3, 5).contains(6)).isFalse();
        assertThat(new Versions(3, 5).contains(Versions.NONE)).isTrue();
        assertThat(new Versions(3, 5).contains(new Versions(3, 6))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0+, 2-8, true",
        "9+, 2-8, false",
        "none, 2-8, false",
        "2-8, 2-8, true",
        "0-4, 2-8, version <= 4",
        "5+, 2-8, version >= 5",
        "4-5, 2-8, version >= 4 && version <= 5",
        "4, 2-8, version == 4",
        "2, 2-8, version == 2"
    })
    void conditionsAskOnlyWhatIsNotKnown(String wanted, String context, String java) {
        assertThat(Condition.of(Versions.parse(wanted), Versions.parse(context)).java())
                .isEqualTo(java);
    }
}
