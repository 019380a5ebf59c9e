package io.rowlock.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.types.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every message in every version, judged by kafka-clients: byte for byte, in both directions. */
class EqualToKafkaTest {
    private static final int CASES_PER_VERSION = 25;
    private static final int CASES_ACROSS_VERSIONS = 6;

    static List<MessageKind> all() {
        return MessageKind.all();
    }

    @Test
    void everySchemaWithVersionsHasAMessage() throws IOException {
        List<String> expected = new ArrayList<>();
        String jar =
                Errors.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        try (ZipFile zip = new ZipFile(jar)) {
            for (ZipEntry entry : zip.stream().toList()) {
                if (entry.getName().matches("common/message/.*\\.json")) {
                    String json = new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                    if (!json.contains("\"validVersions\": \"none\"")) {
                        expected.add(entry.getName().replaceAll(".*/|\\.json", ""));
                    }
                }
            }
        }
        assertThat(all()).extracting(MessageKind::name).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(expected).hasSizeGreaterThan(190);
    }

    @ParameterizedTest
    @MethodSource("all")
    void versionsAndDefaultsAreKafkas(MessageKind kind) {
        ApiMessage ours = (ApiMessage) MessageKind.create(kind.ours());
        Message kafkas = (Message) MessageKind.create(kind.kafkas());

        assertThat(ours.lowestSupportedVersion()).isEqualTo(kafkas.lowestSupportedVersion());
        assertThat(ours.highestSupportedVersion()).isEqualTo(kafkas.highestSupportedVersion());
        Mirror.assertSame(ours, kafkas, kind.name());
    }

    @ParameterizedTest
    @MethodSource("all")
    void bytesAndValuesAreKafkas(MessageKind kind) {
        for (short version = kind.lowest(); version <= kind.highest(); version++) {
            Schema schema = kind.schema(version);
            for (int i = 0; i < CASES_PER_VERSION; i++) {
                long seed = seed(kind, version, i);
                String where = kind + " version " + version + " seed " + seed;
                byte[] asWritten = new RandomWire(seed).message(schema);
                Message kafkas = kind.readAsKafka(asWritten, version);
                byte[] canonical = MessageKind.writeAsKafka(kafkas, version);

                ApiMessage ours = kind.read(canonical, version);
                Mirror.assertSame(ours, kafkas, where);
                assertThat(MessageKind.write(ours, version)).as(where).isEqualTo(canonical);
                assertThat(kind.read(asWritten, version))
                        .as(where)
                        .isEqualTo(ours)
                        .hasSameHashCodeAs(ours)
                        .hasToString(ours.toString());

                ApiMessage set = (ApiMessage) Mirror.copy(kafkas, kind.ours());
                assertThat(MessageKind.write(set, version)).as(where).isEqualTo(canonical);
                assertThat(set).as(where).isEqualTo(ours);
                assertThat(kind.readAsKafka(MessageKind.write(set, version), version))
                        .as(where)
                        .isEqualTo(kafkas);
            }
        }
    }

    /** What a version does not carry is left out or refused exactly where Kafka leaves it out or refuses it. */
    @ParameterizedTest
    @MethodSource("all")
    void otherVersionsAreWrittenOrRefusedAsKafkaDoes(MessageKind kind) {
        for (short from = kind.lowest(); from <= kind.highest(); from++) {
            for (int i = 0; i < CASES_ACROSS_VERSIONS; i++) {
                long seed = seed(kind, from, 1000 + i);
                Message kafkas = kind.readAsKafka(new RandomWire(seed).message(kind.schema(from)), from);
                ApiMessage ours = (ApiMessage) Mirror.copy(kafkas, kind.ours());
                for (short to = kind.lowest(); to <= kind.highest(); to++) {
                    String where = kind + " from version " + from + " to " + to + " seed " + seed;
                    assertThat(outcomeOfOurs(ours, to)).as(where).isEqualTo(outcomeOfKafkas(kafkas, to));
                }
            }
        }
    }

    private static Object outcomeOfOurs(ApiMessage message, short version) {
        try {
            return MessageKind.write(message, version);
        } catch (UnsupportedVersionException | IllegalArgumentException e) {
            return "refused";
        }
    }

    private static Object outcomeOfKafkas(Message message, short version) {
        try {
            return MessageKind.writeAsKafka(message, version);
        } catch (org.apache.kafka.common.errors.UnsupportedVersionException | NullPointerException e) {
            return "refused";
        }
    }

    private static long seed(MessageKind kind, short version, int index) {
        return kind.name().hashCode() * 1_000_003L + version * 10_007L + index;
    }
}
