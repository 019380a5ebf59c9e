package io.rowlock.broker.api.configs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.broker.api.TestCluster;
import io.rowlock.broker.api.TestCluster.Store.Line;
import io.rowlock.broker.api.configs.LogLevels.Level;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.protocol.ErrorCode;
import io.rowlock.protocol.message.AlterConfigsRequest;
import io.rowlock.protocol.message.AlterConfigsResponse;
import io.rowlock.protocol.message.IncrementalAlterConfigsRequest;
import io.rowlock.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import io.rowlock.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.rowlock.protocol.message.IncrementalAlterConfigsResponse;
import io.rowlock.protocol.message.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both APIs that change settings; they differ in form alone. */
class AlterConfigsTest {

    private static final int TOPIC = 2;
    private static final int BROKER = 4;
    private static final int BROKER_LOGGER = 8;
    private static final int SET = 0;
    private static final int DELETE = 1;
    private static final int APPEND = 2;
    private static final int SUBTRACT = 3;

    private final TestCluster cluster = new TestCluster();
    private final MapLogLevels levels = new MapLogLevels();
    private CompletableFuture<Void> served = CompletableFuture.completedFuture(null);
    private final ConfigAlterer alterer = new ConfigAlterer(
            cluster.store,
            cluster::image,
            version -> cluster.metadata.awaitVersion(version).thenCompose(seen -> served),
            BrokerSettings.of(Map.of("num.partitions", "3", "log.cleaner.dedupe.buffer.size", "4194304")),
            1,
            levels);
    private final IncrementalAlterConfigsHandler handler = new IncrementalAlterConfigsHandler(alterer);

    private static AlterableConfig op(int operation, String name, @Nullable String value) {
        return new AlterableConfig()
                .setConfigOperation((byte) operation)
                .setName(name)
                .setValue(value);
    }

    private static AlterConfigsResource resource(int type, String name, AlterableConfig... ops) {
        return new AlterConfigsResource()
                .setResourceType((byte) type)
                .setResourceName(name)
                .setConfigs(List.of(ops));
    }

    private static IncrementalAlterConfigsRequest request(AlterConfigsResource... resources) {
        return new IncrementalAlterConfigsRequest().setResources(List.of(resources));
    }

    private static String text(AlterConfigsResourceResponse response) {
        ErrorCode error = ErrorCode.forCode(response.errorCode());
        return response.errorMessage() == null ? error.name() : error.name() + ": " + response.errorMessage();
    }

    private List<String> change(AlterConfigsResource... resources) {
        IncrementalAlterConfigsResponse response = cluster.connection(1).answer(handler, request(resources));
        return response.responses().stream().map(AlterConfigsTest::text).toList();
    }

    private String change(int type, String name, AlterableConfig... ops) {
        return change(resource(type, name, ops)).get(0);
    }

    private void create(Map<String, String> configs) {
        cluster.create("t", configs, List.of(List.of(1)));
    }

    @Test
    void singleSettingsChangeAndTheOthersStay() {
        create(Map.of("segment.ms", "1", "retention.ms", "2", "cleanup.policy", "compact"));
        assertThat(change(
                        TOPIC,
                        "t",
                        op(SET, "retention.ms", " 003 "),
                        op(DELETE, "segment.ms", null),
                        op(DELETE, "flush.ms", null),
                        op(APPEND, "cleanup.policy", "delete,compact")))
                .isEqualTo("NONE");
        assertThat(cluster.topic("t").configs())
                .isEqualTo(Map.of("retention.ms", "3", "cleanup.policy", "compact,delete"));
        assertThat(change(TOPIC, "t", op(SUBTRACT, "cleanup.policy", "compact,other")))
                .isEqualTo("NONE");
        assertThat(cluster.topic("t").configs()).containsEntry("cleanup.policy", "delete");
    }

    @Test
    void aListThatIsNotSetBeginsWithKafkasDefault() {
        create(Map.of());
        assertThat(change(TOPIC, "t", op(APPEND, "cleanup.policy", "compact"))).isEqualTo("NONE");
        assertThat(cluster.topic("t").configs()).containsEntry("cleanup.policy", "delete,compact");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0 | retention.ms           | soon | INVALID_CONFIG: Invalid value soon for configuration retention.ms
                    0 | retention.ms           | -2   | INVALID_CONFIG: Invalid value -2 for configuration retention.ms
                    0 | retention.mss          | 1    | INVALID_CONFIG: Unknown topic config name: retention.mss
                    0 | remote.storage.enable  | true | INVALID_CONFIG: Topic config remote.storage.enable is not supported
                    2 | retention.ms           | 1    | INVALID_CONFIG: Can't APPEND to key retention.ms because its type is not LIST.
                    3 | no.such.name           | 1    | INVALID_CONFIG: Can't SUBTRACT to key no.such.name because its type is not LIST.
                    2 | cleanup.policy         | burn | INVALID_CONFIG: Invalid value delete,burn for configuration cleanup.policy
                    0 | min.compaction.lag.ms  | 9    | INVALID_CONFIG: conflict topic config setting min.compaction.lag.ms (9) > max.compaction.lag.ms (5)
                    7 | retention.ms           | 1    | INVALID_REQUEST: Unknown operations type 7
                    0 | retention.ms           |      | INVALID_REQUEST: Null value not supported for : retention.ms
                    """)
    void whatATopicCannotHaveIsRefusedAndNothingOfItChanges(
            int operation, String name, @Nullable String value, String message) {
        create(Map.of("max.compaction.lag.ms", "5"));
        assertThat(change(TOPIC, "t", op(SET, "segment.ms", "7"), op(operation, name, value)))
                .startsWith(message);
        assertThat(cluster.topic("t").configs()).isEqualTo(Map.of("max.compaction.lag.ms", "5"));
    }

    @Test
    void resourcesAreEachForThemselvesAndTheAnswerIsInTheirOrder() {
        create(Map.of());
        assertThat(change(
                        resource(TOPIC, "unknown", op(SET, "retention.ms", "1")),
                        resource(TOPIC, "unknown.too", op(SET, "retention.ms", "x")),
                        resource(TOPIC, "", op(SET, "retention.ms", "1")),
                        resource(TOPIC, "a b", op(SET, "retention.ms", "1")),
                        resource(BROKER, "2", op(SET, "max.connections", "1")),
                        resource(BROKER, "one", op(SET, "max.connections", "1")),
                        resource(16, "m", op(SET, "interval.ms", "1")),
                        resource(32, "g", op(SET, "consumer.session.timeout.ms", "1")),
                        resource(3, "x"),
                        resource(TOPIC, "t", op(SET, "retention.ms", "1"))))
                .satisfiesExactly(
                        text -> assertThat(text)
                                .isEqualTo("UNKNOWN_TOPIC_OR_PARTITION: The topic 'unknown' does not exist."),
                        text -> assertThat(text).startsWith("INVALID_CONFIG: Invalid value x"),
                        text -> assertThat(text).isEqualTo("INVALID_REQUEST: Default topic resources are not allowed."),
                        text -> assertThat(text).startsWith("INVALID_TOPIC_EXCEPTION: Topic name is invalid"),
                        text -> assertThat(text)
                                .isEqualTo("INVALID_REQUEST: Unexpected broker id, expected 1, but received 2"),
                        text -> assertThat(text)
                                .isEqualTo("INVALID_REQUEST: Node id must be an integer, but it is: one"),
                        text -> assertThat(text).startsWith("INVALID_REQUEST: Client metrics"),
                        text -> assertThat(text).startsWith("INVALID_REQUEST: Groups have no settings"),
                        text -> assertThat(text).isEqualTo("INVALID_REQUEST: Unknown resource type 3"),
                        text -> assertThat(text).isEqualTo("NONE"));
        assertThat(cluster.topic("t").configs()).isEqualTo(Map.of("retention.ms", "1"));
    }

    @Test
    void whatIsNamedTwiceIsRefusedTwice() {
        create(Map.of());
        assertThat(change(
                        resource(TOPIC, "t", op(SET, "retention.ms", "1")),
                        resource(TOPIC, "t", op(SET, "segment.ms", "1")),
                        resource(BROKER, "", op(SET, "max.connections", "1"), op(DELETE, "max.connections", null))))
                .containsExactly(
                        "INVALID_REQUEST: Each resource must appear at most once.",
                        "INVALID_REQUEST: Each resource must appear at most once.",
                        "INVALID_REQUEST: Error due to duplicate config keys");
        assertThat(cluster.topic("t").configs()).isEmpty();
    }

    @Test
    void brokerSettingsAreKeptForOneNodeAndForAll() {
        assertThat(change(
                        resource(BROKER, "1", op(SET, "max.connections", "10")),
                        resource(BROKER, "", op(SET, "max.connections", "20"), op(SET, "log.retention.ms", "1"))))
                .containsExactly("NONE", "NONE");
        assertThat(cluster.image().brokerOverrides().ofNode(1)).isEqualTo(Map.of("max.connections", "10"));
        assertThat(cluster.image().brokerOverrides().allNodes())
                .isEqualTo(Map.of("max.connections", "20", "log.retention.ms", "1"));
        assertThat(change(resource(BROKER, "1", op(DELETE, "max.connections", null))))
                .containsExactly("NONE");
        assertThat(cluster.image().brokerOverrides().ofNode(1)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0 | num.partitions              | 4    | INVALID_REQUEST: Cannot update these configs dynamically: [num.partitions]
                    0 | log.retention.hours         | 4    | INVALID_REQUEST: Cannot update these configs dynamically: [log.retention.hours]
                    0 | max.connections             | -1   | INVALID_REQUEST: Invalid value -1 for configuration max.connections
                    0 | num.io.threads              | 4    | INVALID_REQUEST: Kafka's num.io.threads means nothing here:
                    0 | nosuchname                  | 4    | INVALID_REQUEST: Unknown broker setting nosuchname
                    0 | log.cleaner.threads         | 5    | INVALID_REQUEST: log.cleaner.dedupe.buffer.size=4194304 is too little for log.cleaner.threads=5
                    2 | max.connections             | 4    | INVALID_CONFIG: Config value append is not allowed for config key: max.connections
                    3 | max.connections             | 4    | INVALID_CONFIG: Config value subtract is not allowed for config key: max.connections
                    2 | log.cleanup.policy          | burn | INVALID_REQUEST: Invalid value delete,burn for configuration log.cleanup.policy
                    """)
    void whatABrokerCannotHaveIsRefusedBeforeItIsKept(int operation, String name, String value, String message) {
        for (String node : List.of("", "1")) {
            assertThat(change(BROKER, node, op(operation, name, value))).startsWith(message);
        }
        assertThat(cluster.image().brokerOverrides().allNodes()).isEmpty();
        assertThat(cluster.image().brokerOverrides().byNode()).isEmpty();
    }

    @Test
    void onlyValidatingKeepsNothing() {
        create(Map.of());
        IncrementalAlterConfigsRequest request = request(
                        resource(TOPIC, "t", op(SET, "retention.ms", "1")),
                        resource(TOPIC, "unknown", op(SET, "retention.ms", "1")),
                        resource(BROKER, "", op(SET, "max.connections", "1")),
                        resource(BROKER, "1", op(SET, "num.partitions", "1")),
                        resource(BROKER_LOGGER, "1", op(SET, "io.rowlock", "DEBUG")))
                .setValidateOnly(true);
        cluster.store.line = Line.CUT;
        assertThat(cluster.connection(1).answer(handler, request).responses())
                .extracting(AlterConfigsTest::text)
                .containsExactly(
                        "NONE",
                        "UNKNOWN_TOPIC_OR_PARTITION: The topic 'unknown' does not exist.",
                        "NONE",
                        "INVALID_REQUEST: Cannot update these configs dynamically: [num.partitions]",
                        "NONE");
        assertThat(cluster.topic("t").configs()).isEmpty();
        assertThat(levels.inForce()).containsEntry("io.rowlock", Level.INFO);
    }

    @Test
    void isAnsweredOnceThisNodeHasAppliedTheChange() {
        create(Map.of());
        served = new CompletableFuture<>();
        List<IncrementalAlterConfigsResponse> answers =
                cluster.connection(1).start(handler, request(resource(TOPIC, "t", op(SET, "retention.ms", "1"))));
        assertThat(answers).isEmpty();
        served.complete(null);
        assertThat(answers).hasSize(1);
        assertThat(text(answers.get(0).responses().get(0))).isEqualTo("NONE");
    }

    @Test
    void withoutTheStoreTheClientIsToldToTryAgain() {
        create(Map.of());
        cluster.store.line = Line.CUT;
        assertThat(change(
                        resource(TOPIC, "t", op(SET, "retention.ms", "1")),
                        resource(TOPIC, "a b"),
                        resource(BROKER_LOGGER, "1", op(SET, "io.rowlock", "DEBUG"))))
                .satisfiesExactly(
                        text -> assertThat(text).startsWith("NOT_CONTROLLER: "),
                        text -> assertThat(text).startsWith("INVALID_TOPIC_EXCEPTION"),
                        text -> assertThat(text).isEqualTo("NONE"));
        cluster.store.line = Line.HELD;
        List<IncrementalAlterConfigsResponse> answers =
                cluster.connection(1).start(handler, request(resource(TOPIC, "t", op(SET, "retention.ms", "1"))));
        cluster.time.advance(ConfigAlterer.ANSWER_MAX.minus(Duration.ofMillis(1)));
        assertThat(answers).isEmpty();
        cluster.time.advance(Duration.ofMillis(1));
        assertThat(text(answers.get(0).responses().get(0))).startsWith("REQUEST_TIMED_OUT: ");
    }

    @Test
    void changesThatAreTooManyForOneTransactionAreRefused() {
        create(Map.of());
        List<AlterConfigsResource> resources = new ArrayList<>();
        IntStream.range(0, ConfigAlterer.CHANGES_PER_REQUEST_MAX)
                .forEach(i -> resources.add(resource(TOPIC, "t" + i, op(SET, "retention.ms", "1"))));
        AlterConfigsResource[] most = resources.toArray(AlterConfigsResource[]::new);
        assertThat(change(most)).doesNotContain("POLICY_VIOLATION").allMatch(text -> text.startsWith("UNKNOWN_TOPIC"));
        resources.add(resource(TOPIC, "t", op(SET, "retention.ms", "1")));
        assertThat(change(resources.toArray(AlterConfigsResource[]::new)))
                .allMatch(
                        text -> text.equals("POLICY_VIOLATION: Unable to perform excessively large batch operation."));
        assertThat(cluster.topic("t").configs()).isEmpty();
    }

    // Loggers

    @Test
    void levelsOfLoggersChangeUntilTheyAreUnset() {
        assertThat(change(BROKER_LOGGER, "1", op(SET, "io.rowlock", "DEBUG"), op(SET, "root", "WARN")))
                .isEqualTo("NONE");
        assertThat(levels.inForce())
                .isEqualTo(Map.of("root", Level.WARN, "io.rowlock", Level.DEBUG, "io.rowlock.log", Level.DEBUG));
        assertThat(change(BROKER_LOGGER, "1", op(DELETE, "io.rowlock", null))).isEqualTo("NONE");
        assertThat(levels.inForce()).containsEntry("io.rowlock", Level.WARN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1 | 0 | io.rowlock  | LOUD  | INVALID_CONFIG: Cannot set the log level of io.rowlock to LOUD as it is not a supported log level. Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN
                    1 | 0 | io.rowlock  | debug | INVALID_CONFIG: Cannot set the log level of io.rowlock to debug
                    1 | 0 | nobody      | DEBUG | INVALID_CONFIG: Logger nobody does not exist!
                    1 | 1 | nobody      | DEBUG | INVALID_CONFIG: Logger nobody does not exist!
                    1 | 1 | root        |       | INVALID_REQUEST: Removing the log level of the root logger is not allowed
                    1 | 2 | io.rowlock  | DEBUG | INVALID_REQUEST: APPEND operation is not allowed for the BROKER_LOGGER resource
                    1 | 3 | io.rowlock  | DEBUG | INVALID_REQUEST: SUBTRACT operation is not allowed for the BROKER_LOGGER resource
                    1 | 9 | io.rowlock  | DEBUG | INVALID_REQUEST: Unknown operation type 9 is not allowed for the BROKER_LOGGER resource
                    2 | 0 | io.rowlock  | DEBUG | INVALID_REQUEST: Unexpected node id. Expected 1, but received 2
                    '' | 0 | io.rowlock | DEBUG | INVALID_REQUEST: Node id must be an integer, but it is:
                    """)
    void levelsThatCannotBeSetAreRefusedTogether(
            String node, int operation, String logger, @Nullable String level, String message) {
        assertThat(change(BROKER_LOGGER, node, op(SET, "io.rowlock.log", "TRACE"), op(operation, logger, level)))
                .startsWith(message);
        assertThat(levels.inForce()).containsEntry("io.rowlock.log", Level.INFO);
    }

    // AlterConfigs

    @Test
    void alterConfigsReplacesAllThatIsSet() {
        create(Map.of("segment.ms", "1", "retention.ms", "2"));
        change(BROKER, "", op(SET, "max.connections", "20"), op(SET, "log.retention.ms", "1"));
        AlterConfigsRequest request = new AlterConfigsRequest()
                .setResources(List.of(
                        replaced(TOPIC, "t", "retention.ms", "3"),
                        replaced(BROKER, "", "max.connections", "30"),
                        replaced(BROKER_LOGGER, "1", "io.rowlock", "DEBUG"),
                        replaced(TOPIC, "u", "retention.ms", null)));
        AlterConfigsResponse response = cluster.connection(2).answer(new AlterConfigsHandler(alterer), request);
        assertThat(response.responses())
                .extracting(AlterConfigsResponse.AlterConfigsResourceResponse::errorMessage)
                .containsExactly(null, null, "Unknown resource type 8", "Null value not supported for : retention.ms");
        assertThat(cluster.topic("t").configs()).isEqualTo(Map.of("retention.ms", "3"));
        assertThat(cluster.image().brokerOverrides().allNodes()).isEqualTo(Map.of("max.connections", "30"));
    }

    private static AlterConfigsRequest.AlterConfigsResource replaced(
            int type, String name, String key, @Nullable String value) {
        return new AlterConfigsRequest.AlterConfigsResource()
                .setResourceType((byte) type)
                .setResourceName(name)
                .setConfigs(List.of(
                        new AlterConfigsRequest.AlterableConfig().setName(key).setValue(value)));
    }
}
