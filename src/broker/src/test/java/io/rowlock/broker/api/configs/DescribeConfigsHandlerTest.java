package io.rowlock.broker.api.configs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.DescribeConfigsRequest;
import io.rowlock.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import io.rowlock.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.rowlock.protocol.message.DescribeConfigsResponse.DescribeConfigsResult;
import io.rowlock.protocol.message.DescribeConfigsResponse.DescribeConfigsSynonym;
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
    private final DescribeConfigsHandler handler = new DescribeConfigsHandler(
            cluster::image, BrokerSettings.of(Map.of("num.partitions", "3", "log.segment.bytes", "3000000")), 1);

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
        "8,1,INVALID_REQUEST,'Log levels are not served here; they are set by quarkus.log.level and its kin.'",
        "16,x,INVALID_REQUEST,'Unsupported resource type: 16'"
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
}
