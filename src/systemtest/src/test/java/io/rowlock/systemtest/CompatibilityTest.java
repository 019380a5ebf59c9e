package io.rowlock.systemtest;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rowlock.systemtest.differential.AcceptedDifference;
import io.rowlock.systemtest.process.ProjectLayout;
import io.rowlock.systemtest.process.ServerProcess;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.utils.internals.AppInfoParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@code docs/compatibility.md} says what a running node says and what the tests show. After a change that it should follow:
 * {@code -Dtest=CompatibilityTest -Drowlock.docs.write=true}.
 */
@ExtendWith(SharedBroker.class)
class CompatibilityTest {
    private static final Path PAGE = ProjectLayout.root().resolve("docs/compatibility.md");

    private final Map<ApiKeys, ApiVersion> served = new TreeMap<>();

    @Test
    void thePageSaysWhatTheNodeAndTheTestsSay(ServerProcess server) {
        assumeTrue(Target.current() == Target.ROWLOCK, "the page is about Rowlock");
        askForApis(server);
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("apis", apis());
        parts.put("apis-not-served", apisNotServed());
        try (Admin admin = Clients.admin(server)) {
            String topic = Clients.topic(server, "compatibility", 1, Map.of());
            parts.put("topic-settings", topicSettings(settings(admin, ConfigResource.Type.TOPIC, topic)));
            parts.put("broker-settings", brokerSettings(settings(admin, ConfigResource.Type.BROKER, "1")));
        }
        parts.put("clients", clients());
        parts.put("tools", tools());
        parts.put("differences", differences());
        GeneratedParts page = new GeneratedParts(PAGE);
        String expected = page.with(parts);
        if (Boolean.getBoolean("rowlock.docs.write")) {
            page.write(expected);
        } else {
            assertThat(page.text())
                    .as("docs/compatibility.md: write it anew with -Dtest=CompatibilityTest -Drowlock.docs.write=true")
                    .isEqualTo(expected);
        }
    }

    @Test
    void everyApiOfKafkasBrokersIsServedOrHasAReasonNotToBe(ServerProcess server) {
        assumeTrue(Target.current() == Target.ROWLOCK, "the page is about Rowlock");
        askForApis(server);
        List<ApiKeys> refused =
                NotServedApis.BY_REASON.values().stream().flatMap(List::stream).toList();
        assertThat(refused).doesNotHaveDuplicates().doesNotContainAnyElementsOf(served.keySet());
        assertThat(Stream.concat(served.keySet().stream(), refused.stream()))
                .containsExactlyInAnyOrderElementsOf(ApiKeys.brokerApis());
    }

    @Test
    void theVersionsNamedAreThoseThatRun() throws IOException {
        Map<String, String> locks =
                Map.of("kafkajs", lock("kafkajs"), "@platformatic/kafka", lock("platformatic-kafka"));
        for (Proves proof : proofs().toList()) {
            String name = proof.client().split(" ", 2)[0];
            if (name.equals("kafka-clients")) {
                assertThat(proof.version()).isEqualTo(AppInfoParser.getVersion());
            }
            String lock = locks.get(name);
            if (lock != null) {
                assertThat(lock)
                        .containsPattern(
                                "node_modules/" + name + "\": \\{\\s+\"version\": \"" + proof.version() + "\"");
            }
        }
    }

    private static String lock(String client) throws IOException {
        return Files.readString(
                ProjectLayout.root().resolve("src/systemtest/src/test/javascript/" + client + "/package-lock.json"));
    }

    private void askForApis(ServerProcess server) {
        try (RawConnection connection = new RawConnection(server)) {
            connection.sendFrame(RawConnection.request(ApiKeys.API_VERSIONS.id, 0, 1, data -> {}));
            ByteBuffer answer = Objects.requireNonNull(connection.receive());
            answer.getInt();
            ApiVersionsResponseData data = new ApiVersionsResponseData(new ByteBufferAccessor(answer), (short) 0);
            data.apiKeys().forEach(api -> served.put(ApiKeys.forId(api.apiKey()), api));
        }
    }

    private String apis() {
        MarkdownTable table =
                new MarkdownTable("key", "API", "versions", "stable versions of Kafka " + AppInfoParser.getVersion());
        served.forEach((api, versions) -> table.row(
                Short.toString(api.id),
                api.name,
                versions.minVersion() + " to " + versions.maxVersion(),
                api.oldestVersion() + " to " + api.latestVersion(false)));
        return table.toString();
    }

    private static String apisNotServed() {
        MarkdownTable table = new MarkdownTable("APIs", "why not");
        NotServedApis.BY_REASON.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getValue().get(0).id))
                .forEach(entry -> table.row(
                        entry.getValue().stream().map(api -> api.name).collect(joining(", ")), entry.getKey()));
        return table.toString();
    }

    private static List<ConfigEntry> settings(Admin admin, ConfigResource.Type type, String name) {
        ConfigResource resource = new ConfigResource(type, name);
        DescribeConfigsOptions withDocumentation =
                new DescribeConfigsOptions().includeDocumentation(true).includeSynonyms(true);
        Config config = Clients.get(admin.describeConfigs(List.of(resource), withDocumentation)
                        .all())
                .get(resource);
        return Objects.requireNonNull(config).entries().stream()
                .sorted(Comparator.comparing(ConfigEntry::name))
                .toList();
    }

    private static String topicSettings(List<ConfigEntry> settings) {
        MarkdownTable table = new MarkdownTable("topic setting", "default", "what it does");
        settings.forEach(
                setting -> table.row("`" + setting.name() + "`", code(setting.value()), documentation(setting)));
        return table.toString();
    }

    private static String brokerSettings(List<ConfigEntry> settings) {
        MarkdownTable table = new MarkdownTable("broker setting", "default", "at run time", "what it does");
        settings.forEach(setting -> table.row(
                "`" + setting.name() + "`",
                defaultValue(setting),
                setting.isReadOnly() ? "no" : "yes",
                documentation(setting)));
        return table.toString();
    }

    /** The shared broker sets some itself. */
    private static String defaultValue(ConfigEntry setting) {
        return setting.synonyms().stream()
                .filter(value -> value.source() == ConfigEntry.ConfigSource.DEFAULT_CONFIG)
                .map(value -> code(value.value()))
                .findFirst()
                .orElse("");
    }

    private static String code(String value) {
        return value.isEmpty() ? "" : "`" + value + "`";
    }

    private static String documentation(ConfigEntry setting) {
        return Objects.requireNonNull(setting.documentation(), setting.name());
    }

    private static String clients() {
        MarkdownTable table = new MarkdownTable("client or tool", "version", "what was run", "test");
        testClasses()
                .flatMap(test -> Arrays.stream(test.getAnnotationsByType(Proves.class))
                        .map(proof -> new String[] {
                            proof.client(), proof.version(), proof.what(), "`" + test.getSimpleName() + "`"
                        }))
                .sorted(Comparator.<String[], String>comparing(row -> row[0].toLowerCase(Locale.ROOT))
                        .thenComparing(row -> row[3]))
                .forEach(table::row);
        return table.toString();
    }

    /** What {@link KafkaToolListTest} runs. */
    private static String tools() {
        MarkdownTable table = new MarkdownTable("tool", "arguments", "works", "or says");
        for (String line : KafkaToolListTest.table().lines().toList()) {
            String[] cells = line.split("\\|", -1);
            if (line.startsWith("#")
                    || cells.length != 4
                    || cells[2].contains("verdict")
                    || cells[2].contains("internal")) {
                continue;
            }
            String tool = cells[0].strip();
            String verdict = cells[2].strip();
            boolean refused = verdict.equals("refused");
            table.row(
                    tool.substring(tool.lastIndexOf('.') + 1),
                    code(cells[1].strip().replace("@server", "--bootstrap-server …")),
                    refused ? "no" : verdict.equals("local") ? "asks no broker" : "yes",
                    refused ? cells[3].strip() : "");
        }
        return table.toString();
    }

    /** What {@code DifferentialTest} accepts. */
    private static String differences() {
        MarkdownTable table = new MarkdownTable("difference", "why");
        for (AcceptedDifference each : AcceptedDifference.values()) {
            table.row(each.title(), each.reason());
        }
        return table.toString();
    }

    private static Stream<Proves> proofs() {
        return testClasses().flatMap(test -> Arrays.stream(test.getAnnotationsByType(Proves.class)));
    }

    /** The classes beside this one. */
    private static Stream<Class<?>> testClasses() {
        try {
            Path classes = Path.of(CompatibilityTest.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            try (Stream<Path> files = Files.walk(classes)) {
                List<Path> all = files.filter(file -> file.toString().endsWith("Test.class"))
                        .toList();
                return all.stream().map(file -> load(classes.relativize(file)));
            }
        } catch (IOException | URISyntaxException e) {
            throw new AssertionError("cannot find the test classes", e);
        }
    }

    private static Class<?> load(Path file) {
        String name = file.toString().replace(file.getFileSystem().getSeparator(), ".");
        try {
            return Class.forName(
                    name.substring(0, name.length() - ".class".length()),
                    false,
                    CompatibilityTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError("cannot load " + name, e);
        }
    }
}
