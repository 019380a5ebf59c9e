package io.rowlock.broker.api.configs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.broker.config.BrokerOverrides;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeConfigsRequest;
import io.rowlock.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import io.rowlock.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.rowlock.protocol.message.DescribeConfigsResponse.DescribeConfigsResult;
import io.rowlock.protocol.message.DescribeConfigsResponse.DescribeConfigsSynonym;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DescribeConfigsHandlerTest {

    private static final int TOPIC = 2;
    private static final int BROKER = 4;

    private final TestCluster cluster = new TestCluster();
    private final MapLogLevels levels = new MapLogLevels();
    private BrokerOverrides overrides = BrokerOverrides.NONE;
    private final DescribeConfigsHandler handler = new DescribeConfigsHandler(
            cluster::image,
            () -> BrokerSettings.of(
                            Map.of("num.partitions", "3", "log.segment.bytes", "3000000", "log.retention.hours", "5"))
                    .with(overrides, 1),
            levels,
            1);

    private static DescribeConfigsResource resource(int type, String name) {
        return new DescribeConfigsResource()
                .setResourceType((byte) type)
                .setResourceName(name)
                .setConfigurationKeys(null);
    }

    private DescribeConfigsResult describe(int version, DescribeConfigsRequest request) {
        List<DescribeConfigsResult> results =
                cluster.connection(version).answer(handler, request).results();
        assertThat(results).hasSize(1);
        return results.get(0);
    }

    private DescribeConfigsResult describe(DescribeConfigsResource resource) {
        return describe(
                4,
                new DescribeConfigsRequest()
                        .setResources(List.of(resource))
                        .setIncludeSynonyms(true)
                        .setIncludeDocumentation(true));
    }

    private static DescribeConfigsResourceResult config(DescribeConfigsResult result, String name) {
        return result.configs().stream()
                .filter(config -> config.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void tellsAllOfATopic() {
        cluster.create("a", Map.of("segment.bytes", "2000000"), List.of(List.of(1)));
        DescribeConfigsResult result = describe(resource(TOPIC, "a"));
        assertThat(result.errorCode()).isZero();
        assertThat(result.resourceType()).isEqualTo((byte) TOPIC);
        assertThat(result.resourceName()).isEqualTo("a");
        DescribeConfigsResourceResult own = config(result, "segment.bytes");
        assertThat(own.value()).isEqualTo("2000000");
        assertThat(own.configSource()).isEqualTo((byte) 1);
        assertThat(own.configType()).isEqualTo((byte) 3);
        assertThat(own.readOnly()).isFalse();
        assertThat(own.isSensitive()).isFalse();
        assertThat(own.documentation()).startsWith("How large a segment file may grow");
        assertThat(own.synonyms())
                .extracting(
                        DescribeConfigsSynonym::name, DescribeConfigsSynonym::value, synonym -> (int) synonym.source())
                .containsExactly(
                        tuple("segment.bytes", "2000000", 1),
                        tuple("log.segment.bytes", "3000000", 4),
                        tuple("log.segment.bytes", "1073741824", 5));
        DescribeConfigsResourceResult usual = config(result, "max.message.bytes");
        assertThat(usual.value()).isEqualTo("1048588");
        assertThat(usual.configSource()).isEqualTo((byte) 5);
        assertThat(config(result, "preallocate").documentation())
                .endsWith("Has no effect in this version: segment files are not allocated in advance.");
    }

    @Test
    void aTopicHasWhatTheNodeSets() {
        cluster.create("a", List.of(1));
        DescribeConfigsResourceResult config = config(describe(resource(TOPIC, "a")), "segment.bytes");
        assertThat(config.value()).isEqualTo("3000000");
        assertThat(config.configSource()).isEqualTo((byte) 4);
    }

    @Test
    void leavesOutWhatWasNotAskedFor() {
        cluster.create("a", List.of(1));
        DescribeConfigsResult result = describe(
                4,
                new DescribeConfigsRequest()
                        .setResources(List.of(resource(TOPIC, "a")
                                .setConfigurationKeys(List.of("segment.bytes", "retention.ms", "no.such")))));
        assertThat(result.configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactly("retention.ms", "segment.bytes");
        assertThat(result.configs()).allSatisfy(config -> {
            assertThat(config.synonyms()).isEmpty();
            assertThat(config.documentation()).isNull();
        });
    }

    @Test
    void noKeysAreAllKeys() {
        cluster.create("a", List.of(1));
        int all = describe(resource(TOPIC, "a")).configs().size();
        assertThat(describe(resource(TOPIC, "a").setConfigurationKeys(List.of()))
                        .configs())
                .hasSize(all);
    }

    @Test
    void tellsAllOfThisNode() {
        DescribeConfigsResult result = describe(resource(BROKER, "1"));
        DescribeConfigsResourceResult partitions = config(result, "num.partitions");
        assertThat(partitions.value()).isEqualTo("3");
        assertThat(partitions.configSource()).isEqualTo((byte) 4);
        assertThat(partitions.readOnly()).isTrue();
        assertThat(config(result, "auto.create.topics.enable").configType()).isEqualTo((byte) 1);
        assertThat(config(result, "log.roll.ms").value()).isNull();
        assertThat(result.configs())
                .extracting(DescribeConfigsResourceResult::name)
                .contains("log.retention.check.interval.ms")
                .doesNotContain("num.recovery.threads.per.data.dir");
    }

    @Test
    void tellsWhatWasSetAtRunTimeAboveWhatWasSetAtTheStart() {
        cluster.create("a", List.of(1));
        overrides = new BrokerOverrides(
                Map.of("log.segment.bytes", "4000000", "log.retention.ms", "60000"),
                Map.of(1, Map.of("log.segment.bytes", "5000000"), 2, Map.of("log.segment.bytes", "6000000")));
        DescribeConfigsResourceResult segment = config(describe(resource(BROKER, "1")), "log.segment.bytes");
        assertThat(segment.value()).isEqualTo("5000000");
        assertThat(segment.configSource()).isEqualTo((byte) 2);
        assertThat(segment.readOnly()).isFalse();
        assertThat(segment.synonyms())
                .extracting(DescribeConfigsSynonym::value, DescribeConfigsSynonym::source)
                .containsExactly(
                        tuple("5000000", (byte) 2),
                        tuple("4000000", (byte) 3),
                        tuple("3000000", (byte) 4),
                        tuple("1073741824", (byte) 5));
        DescribeConfigsResourceResult topics = config(describe(resource(TOPIC, "a")), "retention.ms");
        assertThat(topics.value()).as("set nearer, though under a finer name").isEqualTo("60000");
        assertThat(topics.synonyms())
                .extracting(DescribeConfigsSynonym::name, DescribeConfigsSynonym::source)
                .containsExactly(
                        tuple("log.retention.ms", (byte) 3),
                        tuple("log.retention.hours", (byte) 4),
                        tuple("log.retention.hours", (byte) 5));
        DescribeConfigsResourceResult hours = config(describe(resource(BROKER, "1")), "log.retention.hours");
        assertThat(hours.value()).isEqualTo("5");
        assertThat(hours.readOnly()).isTrue();
        assertThat(hours.synonyms())
                .extracting(DescribeConfigsSynonym::name, DescribeConfigsSynonym::source)
                .as("what is set under the finer name is not its value")
                .containsExactly(tuple("log.retention.hours", (byte) 4), tuple("log.retention.hours", (byte) 5));
    }

    @Test
    void ofAllNodesOnlyThatIsToldWhichIsSetForAllNodes() {
        overrides = new BrokerOverrides(
                Map.of("max.connections", "7"), Map.of(1, Map.of("max.connections", "8", "log.retention.ms", "9")));
        DescribeConfigsResult result = describe(resource(BROKER, ""));
        assertThat(result.configs()).hasSize(1);
        DescribeConfigsResourceResult only = config(result, "max.connections");
        assertThat(only.value()).isEqualTo("7");
        assertThat(only.configSource()).isEqualTo((byte) 3);
        assertThat(only.readOnly()).isFalse();
        assertThat(only.synonyms()).extracting(DescribeConfigsSynonym::source).containsExactly((byte) 3);
    }

    @Test
    void tellsTheLevelsOfLoggers() {
        levels.set("io.rowlock.log", LogLevels.Level.TRACE);
        DescribeConfigsResult result = describe(resource(8, "1"));
        assertThat(result.configs())
                .extracting(DescribeConfigsResourceResult::name, DescribeConfigsResourceResult::value)
                .containsExactly(tuple("io.rowlock", "INFO"), tuple("io.rowlock.log", "TRACE"), tuple("root", "INFO"));
        assertThat(result.configs()).allSatisfy(config -> {
            assertThat(config.configSource()).isEqualTo((byte) 6);
            assertThat(config.readOnly()).isFalse();
            assertThat(config.synonyms()).isEmpty();
        });
        assertThat(describe(resource(8, "1").setConfigurationKeys(List.of("root", "nobody")))
                        .configs())
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 32})
    void groupsAndClientMetricsHaveNothingSet(int type) {
        DescribeConfigsResult result = describe(resource(type, "x"));
        assertThat(result.errorCode()).isZero();
        assertThat(result.configs()).isEmpty();
    }

    @Test
    void nothingIsSetForAllNodesAtOnce() {
        DescribeConfigsResult result = describe(resource(BROKER, ""));
        assertThat(result.errorCode()).isZero();
        assertThat(result.configs()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2,missing,UNKNOWN_TOPIC_OR_PARTITION,''",
        "2,a b,INVALID_TOPIC_EXCEPTION,'Topic name is invalid: ''a b'' contains one or more characters other than ASCII"
                + " alphanumerics, ''.'', ''_'' and ''-'''",
        "4,2,INVALID_REQUEST,'Unexpected broker id, expected 1 or empty string, but received 2'",
        "4,x,INVALID_REQUEST,'Broker id must be an integer, but it is: x'",
        "8,'',INVALID_REQUEST,'Broker id must not be empty'",
        "8,2,INVALID_REQUEST,'Unexpected broker id, expected 1 but received 2'",
        "8,x,INVALID_REQUEST,'Broker id must be an integer, but it is: x'",
        "16,'',INVALID_REQUEST,'Client metrics subscription name must not be empty'",
        "32,'',INVALID_REQUEST,'Group name must not be empty'",
        "3,x,INVALID_REQUEST,'Unsupported resource type: 3'"
    })
    void refusesWhatItDoesNotHave(int type, String name, ErrorCode error, String message) {
        DescribeConfigsResult result = describe(resource(type, name));
        assertThat(ErrorCode.forCode(result.errorCode())).isEqualTo(error);
        assertThat(result.errorMessage()).isEqualTo(message);
        assertThat(result.resourceName()).isEqualTo(name);
        assertThat(result.configs()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void answersInEveryVersion(int version) {
        cluster.create("a", List.of(1));
        DescribeConfigsRequest request = new DescribeConfigsRequest().setResources(List.of(resource(TOPIC, "a")));
        assertThat(describe(version, request).configs()).isNotEmpty();
    }

    @Test
    void whatIsAskedForAgainIsAnsweredOnce() {
        DescribeConfigsResource node = resource(BROKER, "1").setConfigurationKeys(List.of("num.partitions"));
        DescribeConfigsResult once =
                describe(4, new DescribeConfigsRequest().setResources(Collections.nCopies(9, node)));
        assertThat(once.configs()).hasSize(1);
    }

    @Test
    void anAnswerThatIsFullTakesInNoMoreResources() {
        List<DescribeConfigsResource> resources = new ArrayList<>();
        for (int i = 0; i <= DescribeConfigsHandler.ENTRIES_MAX; i++) {
            resources.add(resource(0, "" + i));
        }
        List<DescribeConfigsResult> results = cluster.connection(4)
                .answer(handler, new DescribeConfigsRequest().setResources(resources))
                .results();
        assertThat(results).hasSize(resources.size());
        assertThat(results.get(resources.size() - 2).errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
        assertThat(results.get(resources.size() - 1).errorCode()).isEqualTo(ErrorCode.POLICY_VIOLATION.code());
    }

    @Test
    void aMessageThatQuotesALongNameIsCut() {
        String name = "x".repeat(Short.MAX_VALUE);
        assertThat(describe(resource(BROKER, name)).errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
    }
}
