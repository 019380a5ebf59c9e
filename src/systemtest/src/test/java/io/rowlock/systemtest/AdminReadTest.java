package io.rowlock.systemtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.rowlock.systemtest.process.ServerProcess;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the stock admin client reads of a cluster: nodes, configurations, offsets. */
@ExtendWith(SharedBroker.class)
class AdminReadTest {
    @Test
    void theClusterIsOneNodeWithALastingId(ServerProcess server) {
        try (Admin admin = Clients.admin(server)) {
            DescribeClusterResult cluster = admin.describeCluster();
            assertThat(Clients.get(cluster.nodes())).singleElement().satisfies(node -> {
                assertThat(node.id()).isEqualTo(1);
                assertThat(node.host()).isEqualTo("127.0.0.1");
                assertThat(node.port()).isEqualTo(server.clientPort());
            });
            assertThat(Clients.get(cluster.controller()).id()).isEqualTo(1);
            String id = Clients.get(cluster.clusterId());
            assertThat(id).hasSize(22);
            assertThat(Clients.get(admin.describeCluster().clusterId())).isEqualTo(id);
        }
    }

    @Test
    void aTopicsConfigurationSaysWhereEveryValueIsFrom(ServerProcess server) {
        String topic = Clients.topic(
                server, "configured", 1, Map.of("segment.ms", "12345000", "message.timestamp.type", "LogAppendTime"));
        Config config = config(server, new ConfigResource(ConfigResource.Type.TOPIC, topic));

        assertThat(entry(config, "segment.ms").value()).isEqualTo("12345000");
        assertThat(entry(config, "segment.ms").source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
        assertThat(entry(config, "message.timestamp.type").value()).isEqualTo("LogAppendTime");
        assertThat(entry(config, "segment.bytes").value()).isEqualTo("1073741824");
        assertThat(entry(config, "segment.bytes").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
        assertThat(config.entries())
                .extracting(ConfigEntry::name)
                .contains(
                        "compression.type",
                        "flush.messages",
                        "flush.ms",
                        "index.interval.bytes",
                        "max.message.bytes",
                        "message.timestamp.type",
                        "min.insync.replicas",
                        "retention.bytes",
                        "segment.ms");
        assertThat(config.entries()).allSatisfy(e -> assertThat(e.isSensitive()).isFalse());
    }

    @Test
    void theBrokersConfigurationStandsUnderKafkasNames(ServerProcess server) {
        Config config = config(server, new ConfigResource(ConfigResource.Type.BROKER, "1"));
        assertThat(entry(config, "num.partitions").value()).isEqualTo("1");
        assertThat(entry(config, "auto.create.topics.enable").value()).isEqualTo("true");
        assertThat(entry(config, "message.max.bytes").value()).isEqualTo("1048588");
        assertThat(entry(config, "socket.request.max.bytes").value()).isEqualTo("104857600");
    }

    @Test
    void synonymsAndDocumentationComeWhenAskedFor(ServerProcess server) {
        String topic = Clients.topic(server, "synonyms", 1, Map.of("segment.ms", "7770000"));
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = Clients.admin(server)) {
            Config config = Clients.get(admin.describeConfigs(
                            List.of(resource),
                            new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true))
                    .values()
                    .get(resource));
            ConfigEntry segment = entry(config, "segment.ms");
            assertThat(segment.type()).isEqualTo(ConfigEntry.ConfigType.LONG);
            assertThat(segment.documentation()).isNotBlank();
            assertThat(segment.synonyms()).first().satisfies(s -> {
                assertThat(s.name()).isEqualTo("segment.ms");
                assertThat(s.value()).isEqualTo("7770000");
                assertThat(s.source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
            });
        }
    }

    @Test
    void theConfigurationOfAnUnknownTopicIsRefused(ServerProcess server) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "never-created");
        try (Admin admin = Clients.admin(server)) {
            assertThat(Clients.failure(
                            admin.describeConfigs(List.of(resource)).values().get(resource)))
                    .isInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    private static Config config(ServerProcess server, ConfigResource resource) {
        try (Admin admin = Clients.admin(server)) {
            return Clients.get(admin.describeConfigs(List.of(resource)).values().get(resource));
        }
    }

    /** One value of a topic's configuration. */
    static String topicConfig(Admin admin, String topic, String name) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return entry(
                        Clients.get(admin.describeConfigs(List.of(resource))
                                .values()
                                .get(resource)),
                        name)
                .value();
    }

    private static ConfigEntry entry(Config config, String name) {
        return Objects.requireNonNull(config.get(name), name);
    }

    @Test
    void everyKindOfOffsetIsAnswered(ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "specs", 1, Map.of()), 0);
        try (Producer<byte[], byte[]> producer = Clients.producer(server, Map.of())) {
            for (long time : new long[] {1_000, 5_000, 3_000}) {
                Clients.done(producer.send(new ProducerRecord<>(partition.topic(), 0, time, null, new byte[1])));
            }
        }

        assertOffset(server, partition, OffsetSpec.earliest(), 0);
        assertOffset(server, partition, OffsetSpec.latest(), 3);
        assertOffset(server, partition, OffsetSpec.maxTimestamp(), 1);
        assertOffset(server, partition, OffsetSpec.forTimestamp(1_001), 1);
        assertOffset(server, partition, OffsetSpec.forTimestamp(5_001), -1);
        assertOffset(server, partition, OffsetSpec.earliestLocal(), 0);
        assertOffset(server, partition, OffsetSpec.latestTiered(), -1);
        assertOffset(server, partition, OffsetSpec.earliestPendingUpload(), -1);
    }

    @Test
    void theOffsetsOfAnEmptyPartition(ServerProcess server) {
        TopicPartition partition = new TopicPartition(Clients.topic(server, "empty", 1, Map.of()), 0);
        assertOffset(server, partition, OffsetSpec.earliest(), 0);
        assertOffset(server, partition, OffsetSpec.latest(), 0);
        assertOffset(server, partition, OffsetSpec.maxTimestamp(), -1);
        assertOffset(server, partition, OffsetSpec.forTimestamp(0), -1);
    }

    private static void assertOffset(ServerProcess server, TopicPartition partition, OffsetSpec spec, long offset) {
        try (Admin admin = Clients.admin(server)) {
            ListOffsetsResultInfo found =
                    Clients.get(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition));
            assertThat(found.offset()).as(spec.getClass().getSimpleName()).isEqualTo(offset);
        }
    }

    @Test
    void theOffsetOfAnUnknownPartitionIsRefused(ServerProcess server) {
        String topic = Clients.topic(server, "one-only", 1, Map.of());
        TopicPartition unknown = new TopicPartition(topic, 5);
        try (Admin admin = Admin.create(Map.of(
                "bootstrap.servers",
                server.bootstrap(),
                "default.api.timeout.ms",
                3_000,
                "request.timeout.ms",
                2_000))) {
            assertThat(Clients.failure(admin.listOffsets(Map.of(unknown, OffsetSpec.latest()))
                            .partitionResult(unknown)))
                    .isInstanceOf(org.apache.kafka.common.errors.ApiException.class);
        }
    }
}
