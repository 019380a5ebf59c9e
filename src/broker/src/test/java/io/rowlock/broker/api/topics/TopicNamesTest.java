package io.rowlock.broker.api.topics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "A-z_0.9", "...", "__consumer_offsets", "-"})
    void takesKafkasCharacters(String name) {
        assertThat(TopicNames.problem(name)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "'','Topic name is invalid: the empty string is not allowed'",
        ".,'Topic name is invalid: ''.'' is not allowed'",
        "..,'Topic name is invalid: ''..'' is not allowed'",
        "a b,'Topic name is invalid: ''a b'' contains one or more characters other than ASCII alphanumerics, ''.'', ''_''"
                + " and ''-'''",
        "a/b,'Topic name is invalid: ''a/b'' contains one or more characters other than ASCII alphanumerics, ''.'', ''_''"
                + " and ''-'''",
        "ä,'Topic name is invalid: ''ä'' contains one or more characters other than ASCII alphanumerics, ''.'', ''_'' and"
                + " ''-'''"
    })
    void refusesTheRestWithKafkasSentences(String name, String problem) {
        assertThat(TopicNames.problem(name)).isEqualTo(problem);
    }

    @Test
    void takes249CharactersAndNotOneMore() {
        assertThat(TopicNames.problem("x".repeat(248))).isNull();
        assertThat(TopicNames.problem("x".repeat(249))).isNull();
        assertThat(TopicNames.problem("x".repeat(250)))
                .endsWith("' is longer than the max allowed length 249")
                .startsWith("Topic name is invalid: the length of 'xxx");
    }
}
