package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.rowlock.systemtest.process.CommandResult;
import io.rowlock.systemtest.process.KafkaTool;
import io.rowlock.systemtest.process.ServerProcess;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings that the stock admin client and {@code kafka-configs} change while a node runs, and what they do then. */
@Timeout(180)
@Proves(
        client = "kafka-clients",
        version = "4.4.0",
        what = "settings of topics and brokers and levels of loggers changed at run time")
class ConfigChangeTest {

    private static final String STATIC_SEGMENT_BYTES = "30000000";
    private static final ConfigResource NODE = new ConfigResource(ConfigResource.Type.BROKER, "1");
    private static final ConfigResource ALL_NODES = new ConfigResource(ConfigResource.Type.BROKER, "");
    private static final ConfigResource LOGGERS = new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "1");

    private static final ServerProcess server = Target.current()
            .create(
                    "config-change",
                    Map.of(
                            "log.retention.check.interval.ms",
                            "200",
                            "log.initial.task.delay.ms",
                            "0",
                            "log.segment.delete.delay.ms",
                            "100",
                            "log.segment.bytes",
                            STATIC_SEGMENT_BYTES,
                            "log.roll.hours",
                            "100"));

    @RegisterExtension
    static final OutputOnFailure OUTPUT = new OutputOnFailure(server);

    @BeforeAll
    static void start() {
        server.start();
    }

    @AfterAll
    static void close() {
        server.close();
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static AlterConfigOp op(OpType type, String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), type);
    }

    private static void change(Admin admin, ConfigResource resource, AlterConfigOp... ops) {
        Clients.done(
                admin.incrementalAlterConfigs(Map.of(resource, List.of(ops))).all());
    }

    private static Throwable refusal(Admin admin, ConfigResource resource, AlterConfigOp... ops) {
        return Clients.failure(admin.incrementalAlterConfigs(Map.of(resource, List.of(ops)))
                .values()
                .get(resource));
    }

    private static Config describe(Admin admin, ConfigResource resource) {
        return Clients.get(admin.describeConfigs(
                        List.of(resource),
                        new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true))
                .values()
                .get(resource));
    }

    private static ConfigEntry entry(Admin admin, ConfigResource resource, String name) {
        return Objects.requireNonNull(describe(admin, resource).get(name), name);
    }

    /** Apache Kafka answers before its brokers have applied a change; Rowlock afterwards. */
    private static void assertSoon(String what, Supplier<Object> actual, Object expected) {
        if (Target.current() == Target.KAFKA) {
            Clients.until(what, () -> expected.equals(actual.get()));
        }
        assertThat(actual.get()).as(what).isEqualTo(expected);
    }

    private static List<String> synonyms(ConfigEntry entry) {
        return entry.synonyms().stream()
                .map(each -> each.name() + "=" + each.value() + " " + each.source())
                .toList();
    }

    // Topics

    @Test
    void aTopicsSettingsAreInForceAtOnceAndSurviveAKill() {
        // The first record is old, and this broker looks for old ones all the time.
        String topic = Clients.topic(server, "changed", 1, Map.of("retention.ms", "-1"));
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = Clients.admin(server);
                Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            Clients.done(producer.send(new ProducerRecord<>(topic, 0, 1_000L, null, new byte[5_000])));
            change(
                    admin,
                    resource(topic),
                    op(OpType.SET, "max.message.bytes", "2000"),
                    op(OpType.SET, "message.timestamp.type", "LogAppendTime"));
            assertSoon(
                    "the size",
                    () -> entry(admin, resource(topic), "max.message.bytes").source(),
                    ConfigSource.DYNAMIC_TOPIC_CONFIG);
            assertThat(Clients.failure(producer.send(new ProducerRecord<>(topic, 0, null, new byte[5_000]))))
                    .isInstanceOf(RecordTooLargeException.class);
            Clients.done(producer.send(new ProducerRecord<>(topic, 0, 1_000L, null, new byte[100])));

            server.kill();
            server.start();
            assertThat(Clients.failure(producer.send(new ProducerRecord<>(topic, 0, null, new byte[5_000]))))
                    .as("after a kill")
                    .isInstanceOf(RecordTooLargeException.class);
        }
        List<ConsumerRecord<byte[], byte[]>> records = Clients.readAll(server, List.of(partition), Map.of());
        assertThat(records).hasSize(2);
        assertThat(records.get(0).timestamp()).isEqualTo(1_000);
        assertThat(records.get(1).timestamp()).as("the time of its append").isGreaterThan(1_000_000_000_000L);
    }

    @Test
    void retentionThatIsSetOnARunningTopicDeletes() {
        String topic = Clients.topic(server, "shrunk", 1, Map.of());
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = Clients.admin(server);
                Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            change(admin, resource(topic), op(OpType.SET, "segment.bytes", "1048576"));
            for (int i = 0; i < 60; i++) {
                Clients.done(producer.send(new ProducerRecord<>(topic, 0, null, new byte[100_000])));
            }
            assertThat(earliest(admin, partition)).isZero();
            change(admin, resource(topic), op(OpType.SET, "retention.bytes", "2000000"));
            Clients.until("old segments are gone", () -> earliest(admin, partition) > 20);
            long kept = earliest(admin, partition);
            change(admin, resource(topic), op(OpType.DELETE, "retention.bytes", ""));
            Clients.done(producer.send(new ProducerRecord<>(topic, 0, null, new byte[100_000])));
            assertThat(earliest(admin, partition)).isGreaterThanOrEqualTo(kept).isLessThan(60);
        }
    }

    private static long earliest(Admin admin, TopicPartition partition) {
        return Clients.get(admin.listOffsets(Map.of(partition, OffsetSpec.earliest()))
                        .partitionResult(partition))
                .offset();
    }

    @Test
    void listsGrowAndShrink() {
        String topic = Clients.topic(server, "list", 1, Map.of());
        try (Admin admin = Clients.admin(server)) {
            change(admin, resource(topic), op(OpType.APPEND, "cleanup.policy", "compact"));
            assertSoon(
                    "appended",
                    () -> entry(admin, resource(topic), "cleanup.policy").value(),
                    "delete,compact");
            change(admin, resource(topic), op(OpType.SUBTRACT, "cleanup.policy", "delete"));
            assertSoon(
                    "subtracted",
                    () -> entry(admin, resource(topic), "cleanup.policy").value(),
                    "compact");
            assertThat(refusal(admin, resource(topic), op(OpType.APPEND, "retention.ms", "1")))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("Can't APPEND to key retention.ms because its type is not LIST.");
            assertThat(refusal(admin, resource(topic), op(OpType.SET, "retention.ms", "soon")))
                    .isInstanceOf(InvalidConfigurationException.class);
            assertThat(refusal(
                            admin,
                            resource(topic),
                            op(OpType.SET, "retention.ms", "1"),
                            op(OpType.SET, "retention.ms", "2")))
                    .isInstanceOf(InvalidRequestException.class);
            assertThat(refusal(admin, resource("never-created"), op(OpType.SET, "retention.ms", "1")))
                    .isInstanceOf(UnknownTopicOrPartitionException.class)
                    .hasMessageContaining("The topic 'never-created' does not exist.");
            Clients.done(admin.incrementalAlterConfigs(
                            Map.of(resource(topic), List.of(op(OpType.SET, "retention.ms", "1"))),
                            new AlterConfigsOptions().validateOnly(true))
                    .all());
            assertThat(entry(admin, resource(topic), "retention.ms").value()).isEqualTo("604800000");
        }
    }

    // Brokers

    @Test
    void whatIsSetAtRunTimeStandsAboveWhatWasSetAtTheStart() {
        String topic = Clients.topic(server, "inherits", 1, Map.of());
        try (Admin admin = Clients.admin(server)) {
            change(admin, ALL_NODES, op(OpType.SET, "log.segment.bytes", "40000000"));
            change(admin, NODE, op(OpType.SET, "log.segment.bytes", "50000000"));
            List<String> all = List.of(
                    "log.segment.bytes=50000000 DYNAMIC_BROKER_CONFIG",
                    "log.segment.bytes=40000000 DYNAMIC_DEFAULT_BROKER_CONFIG",
                    "log.segment.bytes=" + STATIC_SEGMENT_BYTES + " STATIC_BROKER_CONFIG",
                    "log.segment.bytes=1073741824 DEFAULT_CONFIG");
            assertSoon("of the node", () -> synonyms(entry(admin, NODE, "log.segment.bytes")), all);
            assertSoon("of the topic", () -> synonyms(entry(admin, resource(topic), "segment.bytes")), all);
            assertThat(entry(admin, NODE, "log.segment.bytes").isReadOnly()).isFalse();
            assertThat(entry(admin, NODE, "log.segment.bytes").documentation()).isNotBlank();
            // Apache Kafka's cluster begins with min.insync.replicas there, for its eligible leader replicas.
            assertThat(describe(admin, ALL_NODES).entries())
                    .filteredOn(entry -> !entry.name().equals("min.insync.replicas"))
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(entry.name()).isEqualTo("log.segment.bytes");
                        assertThat(entry.source()).isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
                        assertThat(synonyms(entry)).containsExactly(all.get(1));
                    });

            server.kill();
            server.start();
            assertThat(synonyms(entry(admin, NODE, "log.segment.bytes")))
                    .as("after a kill")
                    .isEqualTo(all);
            change(admin, NODE, op(OpType.DELETE, "log.segment.bytes", ""));
            assertSoon(
                    "without the node's",
                    () -> entry(admin, resource(topic), "segment.bytes").value(),
                    "40000000");
            change(admin, ALL_NODES, op(OpType.DELETE, "log.segment.bytes", ""));
            assertSoon(
                    "as at the start",
                    () -> entry(admin, resource(topic), "segment.bytes").value(),
                    STATIC_SEGMENT_BYTES);
        }
    }

    @Test
    void aTopicTellsOfACoarserNameOnlyBehindTheFinest() {
        String topic = Clients.topic(server, "coarse", 1, Map.of());
        try (Admin admin = Clients.admin(server)) {
            ConfigEntry hours = entry(admin, resource(topic), "segment.ms");
            assertThat(hours.value()).isEqualTo("360000000");
            assertThat(hours.source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
            assertThat(synonyms(hours)).isEmpty();
            change(admin, NODE, op(OpType.SET, "log.roll.ms", "7200000"));
            assertSoon(
                    "with the finest",
                    () -> synonyms(entry(admin, resource(topic), "segment.ms")),
                    List.of(
                            "log.roll.ms=7200000 DYNAMIC_BROKER_CONFIG",
                            "log.roll.hours=100 STATIC_BROKER_CONFIG",
                            "log.roll.hours=168 DEFAULT_CONFIG"));
            assertThat(synonyms(entry(admin, NODE, "log.roll.hours")))
                    .containsExactly("log.roll.hours=100 STATIC_BROKER_CONFIG", "log.roll.hours=168 DEFAULT_CONFIG");
            change(admin, NODE, op(OpType.DELETE, "log.roll.ms", ""));
        }
    }

    @Test
    void whatCannotBeChangedAtRunTimeIsRefused() {
        try (Admin admin = Clients.admin(server)) {
            for (ConfigResource resource : List.of(NODE, ALL_NODES)) {
                assertThat(refusal(admin, resource, op(OpType.SET, "num.partitions", "3")))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageContaining("Cannot update these configs dynamically")
                        .hasMessageContaining("num.partitions");
                assertThat(refusal(admin, resource, op(OpType.SET, "log.retention.ms", "soon")))
                        .isInstanceOf(InvalidRequestException.class);
            }
            assertThat(entry(admin, NODE, "num.partitions").isReadOnly()).isTrue();
            assertThat(entry(admin, NODE, "log.cleaner.threads").isReadOnly()).isFalse();
            assertThat(entry(admin, NODE, "log.retention.hours").isReadOnly()).isTrue();
        }
    }

    @Test
    void resourcesAreListed() {
        String topic = Clients.topic(server, "listed", 1, Map.of());
        try (Admin admin = Clients.admin(server)) {
            assertThat(Clients.get(admin.listConfigResources().all()))
                    .contains(resource(topic), NODE, LOGGERS)
                    .noneMatch(each -> each.type() == ConfigResource.Type.CLIENT_METRICS)
                    .noneMatch(each -> each.type() == ConfigResource.Type.GROUP);
            assertThat(Clients.get(admin.listConfigResources(
                                    Set.of(ConfigResource.Type.BROKER), new ListConfigResourcesOptions())
                            .all()))
                    .containsExactly(NODE);
        }
    }

    @Test
    void levelsOfLoggersChange() {
        try (Admin admin = Clients.admin(server)) {
            // One that no configuration gives a level, so that taking the level away brings back what was. Apache
            // Kafka's broker, started here without log4j's configuration, has none but the root.
            boolean named = Target.current() == Target.ROWLOCK;
            String logger = named ? "io.rowlock.broker.LiveSettings" : "root";
            assertThat(entry(admin, LOGGERS, logger).source()).isEqualTo(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG);
            String before = entry(admin, LOGGERS, logger).value();
            change(admin, LOGGERS, op(OpType.SET, logger, "WARN"));
            assertThat(entry(admin, LOGGERS, logger).value()).isEqualTo("WARN");
            change(admin, LOGGERS, named ? op(OpType.DELETE, logger, "") : op(OpType.SET, logger, before));
            assertThat(entry(admin, LOGGERS, logger).value()).isEqualTo(before);
            assertThat(refusal(admin, LOGGERS, op(OpType.DELETE, "root", "")))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("Removing the log level of the root logger is not allowed");
            assertThat(refusal(admin, LOGGERS, op(OpType.SET, logger, "LOUD")))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("not a supported log level");
            assertThat(refusal(admin, LOGGERS, op(OpType.SET, "no.such.logger", "INFO")))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("does not exist");
            assertThat(refusal(admin, LOGGERS, op(OpType.APPEND, logger, "INFO")))
                    .isInstanceOf(InvalidRequestException.class);
        }
    }

    /** A level is not only shown: what the node logs follows it. */
    @Test
    void aFinerLevelShowsInTheOutput() {
        assumeThat(Target.current()).isEqualTo(Target.ROWLOCK);
        try (Admin admin = Clients.admin(server)) {
            String logger = "io.rowlock.broker.LiveSettings";
            change(admin, LOGGERS, op(OpType.SET, logger, "ERROR"));
            change(admin, NODE, op(OpType.SET, "log.retention.bytes", "777777"));
            change(admin, LOGGERS, op(OpType.SET, logger, "INFO"));
            change(admin, NODE, op(OpType.SET, "log.retention.bytes", "888888"));
            Clients.until("the second change is told", () -> server.output().contains("888888"));
            assertThat(server.output()).doesNotContain("777777");
            change(admin, LOGGERS, op(OpType.DELETE, logger, ""));
            change(admin, NODE, op(OpType.DELETE, "log.retention.bytes", ""));
        }
    }

    // The tool

    private static String configs(String... arguments) {
        CommandResult result = KafkaTool.run(
                "kafka.admin.ConfigCommand",
                Stream.concat(Stream.of("--bootstrap-server", server.bootstrap()), Arrays.stream(arguments))
                        .toArray(String[]::new));
        return result.expectSuccess().out();
    }

    @Test
    void theConfigsToolChangesAndDescribes() {
        String topic = Clients.topic(server, "tool", 1, Map.of());
        String[] ofTopic = {"--entity-type", "topics", "--entity-name", topic};
        assertThat(configs(with(ofTopic, "--alter", "--add-config", "retention.ms=86400000,cleanup.policy=compact")))
                .contains("Completed updating config for topic " + topic + ".");
        assertThat(configs(with(ofTopic, "--alter", "--delete-config", "cleanup.policy")))
                .contains("Completed updating config for topic " + topic + ".");
        assertThat(configs(with(ofTopic, "--describe", "--all")).lines().map(String::strip))
                .contains("retention.ms=86400000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=86400000}")
                .contains("cleanup.policy=delete sensitive=false synonyms={DEFAULT_CONFIG:log.cleanup.policy=delete}");

        String[] ofAll = {"--entity-type", "brokers", "--entity-default"};
        assertThat(configs(with(ofAll, "--alter", "--add-config", "log.cleaner.threads=2")))
                .contains("Completed updating default config for brokers in the cluster.");
        String[] ofNode = {"--entity-type", "brokers", "--entity-name", "1"};
        assertThat(configs(with(ofNode, "--describe", "--all")).lines().map(String::strip))
                .contains("log.cleaner.threads=2 sensitive=false synonyms={DYNAMIC_DEFAULT_BROKER_CONFIG:"
                        + "log.cleaner.threads=2, DEFAULT_CONFIG:log.cleaner.threads=1}");
        assertThat(configs(with(ofAll, "--alter", "--delete-config", "log.cleaner.threads")))
                .contains("Completed updating default config for brokers in the cluster.");

        String[] ofLoggers = {"--entity-type", "broker-loggers", "--entity-name", "1"};
        assertThat(configs(with(ofLoggers, "--describe")))
                .contains("root=" + (Target.current() == Target.KAFKA ? "ERROR" : "INFO"));
    }

    private static String[] with(String[] entity, String... arguments) {
        return Stream.concat(Arrays.stream(entity), Arrays.stream(arguments)).toArray(String[]::new);
    }
}
