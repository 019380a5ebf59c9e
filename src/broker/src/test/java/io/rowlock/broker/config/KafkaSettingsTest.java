package io.rowlock.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every setting that Kafka has is either known here, with Kafka's type and default, or refused with a reason. */
class KafkaSettingsTest {

    static Stream<Arguments> kafkaTopicSettings() throws IOException {
        return lines("kafka-topic-settings.tsv");
    }

    static Stream<Arguments> kafkaBrokerSettings() throws IOException {
        return lines("kafka-broker-settings.tsv");
    }

    @ParameterizedTest
    @MethodSource("kafkaTopicSettings")
    void topicSettingIsAsInKafkaOrRefusedWithAReason(List<String> line) {
        String name = line.get(0);
        Setting setting = TopicConfigs.find(name);
        if (setting == null) {
            assertThatThrownBy(() -> TopicConfigs.accept(name, line.get(2)))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageStartingWith("Topic config " + name + " is not supported: ");
            return;
        }
        assertThat(setting.type().name()).isEqualTo(line.get(1));
        assertThat(setting.defaultValue()).isEqualTo(line.get(2));
        assertThat(setting.brokerNames().stream().map(Setting.BrokerName::name))
                .containsExactly(
                        line.get(3).isEmpty() ? new String[0] : line.get(3).split(","));
        assertThat(TopicConfigs.accept(name, line.get(2))).isEqualTo(line.get(2));
    }

    @ParameterizedTest
    @MethodSource("kafkaBrokerSettings")
    void brokerSettingIsAsInKafkaOrRefusedWithAReason(List<String> line) {
        String name = line.get(0);
        Setting setting = BrokerConfigs.find(name);
        if (setting == null) {
            assertThatThrownBy(() -> BrokerConfigs.accept(name, line.get(2)))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageStartingWith("Kafka's " + name + " means nothing here: ");
            return;
        }
        assertThat(String.valueOf(setting.defaultValue())).isEqualTo(line.get(2));
        if (setting.defaultValue() != null) {
            assertThat(BrokerConfigs.accept(name, setting.defaultValue())).isEqualTo(setting.defaultValue());
        }
    }

    @Test
    void knowsNoSettingThatKafkaHasNotButItsOwn() throws IOException {
        assertThat(TopicConfigs.all().stream().map(Setting::name))
                .isSubsetOf(lines("kafka-topic-settings.tsv")
                        .map(KafkaSettingsTest::name)
                        .toList());
        assertThat(BrokerConfigs.all().stream().map(Setting::name).filter(name -> !name.equals("record.validation")))
                .isSubsetOf(lines("kafka-broker-settings.tsv")
                        .map(KafkaSettingsTest::name)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "remote.copy.lag.ms",
                "remote.copy.lag.bytes",
                "max.decompressed.message.bytes",
                "message.downconversion.enable",
                "errors.deadletterqueue.group.enable"
            })
    void namesThatKafkaAddedIn44AreRefusedWithAReason(String name) {
        assertThatThrownBy(() -> TopicConfigs.accept(name, "1"))
                .hasMessageStartingWith("Topic config " + name + " is not supported: ");
    }

    @Test
    void whatIsNotEffectiveTakesItsDefaultAndSaysWhyItTakesNothingElse() {
        Stream.concat(TopicConfigs.all().stream(), BrokerConfigs.all().stream())
                .filter(setting -> !setting.effective())
                .forEach(setting -> {
                    assertThat(setting.missing()).as(setting.name()).isNotEmpty();
                    if (setting.defaultValue() != null) {
                        assertThat(setting.workingValues()).as(setting.name()).contains(setting.defaultValue());
                    }
                });
    }

    /** Of those that mean something here, the same change while a node runs as in Kafka. */
    @Test
    void theSameSettingsAreDynamicAsInKafka() throws IOException {
        Set<String> dynamicInKafka =
                lines("kafka-dynamic-settings.tsv").map(KafkaSettingsTest::name).collect(Collectors.toSet());
        assertThat(BrokerConfigs.all().stream().map(Setting::name).filter(BrokerConfigs::isDynamic))
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(BrokerConfigs.all().stream()
                        .map(Setting::name)
                        .filter(dynamicInKafka::contains)
                        .toList());
        // Whatever may be set for single nodes only concerns listeners and security, and none of it is here.
        assertThat(lines("kafka-dynamic-settings.tsv")
                        .map(line -> (List<?>) line.get()[0])
                        .filter(line -> line.get(1).equals("per-broker"))
                        .map(line -> (String) line.get(0)))
                .noneMatch(name -> BrokerConfigs.find(name) != null);
    }

    private static String name(Arguments line) {
        return (String) ((List<?>) line.get()[0]).get(0);
    }

    private static Stream<Arguments> lines(String resource) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(KafkaSettingsTest.class.getResourceAsStream(resource)),
                StandardCharsets.UTF_8))) {
            return reader
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> Arguments.of(List.of(line.split("\t", -1))))
                    .toList()
                    .stream();
        }
    }
}
