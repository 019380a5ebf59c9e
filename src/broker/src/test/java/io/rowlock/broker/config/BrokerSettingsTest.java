package io.rowlock.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.broker.config.SettingValue.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerSettingsTest {

    @Test
    void whatIsSetNearerToTheNodeDecides() {
        BrokerSettings start = BrokerSettings.of(Map.of("max.connections", "1", "log.retention.ms", "5"));
        BrokerOverrides overrides =
                new BrokerOverrides(Map.of("max.connections", "2"), Map.of(7, Map.of("max.connections", "3")));
        assertThat(start.with(BrokerOverrides.NONE, 7).maxConnections()).isEqualTo(1);
        assertThat(start.with(overrides, 6).maxConnections()).isEqualTo(2);
        assertThat(start.with(overrides, 7).maxConnections()).isEqualTo(3);
        assertThat(start.with(overrides, 7).with(BrokerOverrides.NONE, 7).maxConnections())
                .isEqualTo(1);
        assertThat(start.with(overrides, 7).topicDefaults().retentionMs()).isEqualTo(5);
        assertThat(BrokerSettings.of(Map.of("log.retention.ms", "5"))
                        .with(BrokerOverrides.NONE.withAllNodes(Map.of("log.retention.ms", "6")), 7)
                        .topicDefaults()
                        .retentionMs())
                .isEqualTo(6);
    }

    @Test
    void overridesThatCannotBeUsedAreLeftOutAndToldOf() {
        BrokerSettings start = BrokerSettings.of(Map.of("log.cleaner.dedupe.buffer.size", "4194304"));
        List<String> told = new ArrayList<>();
        BrokerSettings some = start.inForce(
                BrokerOverrides.NONE.withAllNodes(Map.of(
                        "max.connections", " 2 ", "num.partitions", "3", "nobody.knows", "1", "log.roll.ms", "x")),
                1,
                unusable -> told.add(unusable.settingName()));
        assertThat(some.maxConnections()).isEqualTo(2);
        assertThat(some.numPartitions()).isEqualTo(1);
        assertThat(told).containsExactly("log.roll.ms", "nobody.knows", "num.partitions");
        told.clear();
        BrokerSettings none = start.inForce(
                BrokerOverrides.NONE.withAllNodes(Map.of("max.connections", "2", "log.cleaner.threads", "5")),
                1,
                unusable -> told.add(unusable.settingName()));
        assertThat(none.cleaner().threads()).isEqualTo(1);
        assertThat(told).containsExactly("log.cleaner.dedupe.buffer.size");
    }

    @Test
    void hasKafkasDefaults() {
        BrokerSettings settings = BrokerSettings.DEFAULTS;
        assertThat(settings.numPartitions()).isEqualTo(1);
        assertThat(settings.defaultReplicationFactor()).isEqualTo(1);
        assertThat(settings.autoCreateTopicsEnable()).isTrue();
        assertThat(settings.deleteTopicEnable()).isTrue();
        assertThat(settings.messageMaxBytes()).isEqualTo(1_048_588);
        assertThat(settings.socketRequestMaxBytes()).isEqualTo(100 << 20);
        assertThat(settings.queuedMaxRequestBytes()).isEqualTo(-1);
        assertThat(settings.maxConnections()).isEqualTo(Integer.MAX_VALUE);
        assertThat(settings.connectionsMaxIdleMs()).isEqualTo(600_000);
        assertThat(settings.fetchMaxBytes()).isEqualTo(55 << 20);
        assertThat(settings.maxIncrementalFetchSessionCacheSlots()).isEqualTo(1000);
        assertThat(settings.maxRequestPartitionSizeLimit()).isEqualTo(2000);
        assertThat(settings.producerIdExpirationMs()).isEqualTo(86_400_000);
        assertThat(settings.groups())
                .isEqualTo(new BrokerSettings.GroupValues(
                        3_000, 6_000, 1_800_000, Integer.MAX_VALUE, 5_000, 10_080, 600_000, 4_096));
    }

    @Test
    void takesWhatIsWritten() {
        BrokerSettings settings = BrokerSettings.of(Map.of(
                "num.partitions", "3",
                "auto.create.topics.enable", "FALSE",
                "delete.topic.enable", "false",
                "message.max.bytes", "2000000",
                "connections.max.idle.ms", "-1"));
        assertThat(settings.numPartitions()).isEqualTo(3);
        assertThat(settings.autoCreateTopicsEnable()).isFalse();
        assertThat(settings.deleteTopicEnable()).isFalse();
        assertThat(settings.messageMaxBytes()).isEqualTo(2_000_000);
        assertThat(settings.connectionsMaxIdleMs()).isZero();
    }

    @Test
    void idleTimesFitATimer() {
        long longest = Long.MAX_VALUE / 1_000_000;
        assertThat(BrokerSettings.of(Map.of("connections.max.idle.ms", Long.toString(Long.MAX_VALUE)))
                        .connectionsMaxIdleMs())
                .isEqualTo(longest);
        assertThat(BrokerSettings.of(Map.of("connections.max.idle.ms", "1")).connectionsMaxIdleMs())
                .isEqualTo(1);
    }

    @Test
    void intervalsFitATimerToo() {
        String longest = Long.toString(Long.MAX_VALUE);
        assertThat(BrokerSettings.of(Map.of("offsets.retention.check.interval.ms", longest))
                        .groups()
                        .retentionCheckIntervalMs())
                .isEqualTo(Long.MAX_VALUE / 1_000_000);
    }

    @Test
    void allRequestsTogetherMayTakeNoLessThanOne() {
        Map<String, String> least = Map.of("socket.request.max.bytes", "1000", "queued.max.request.bytes", "1000");
        assertThat(BrokerSettings.of(least).queuedMaxRequestBytes()).isEqualTo(1000);
        assertThatThrownBy(() -> BrokerSettings.of(
                        Map.of("socket.request.max.bytes", "1000", "queued.max.request.bytes", "999")))
                .hasMessage(
                        "queued.max.request.bytes=999 leaves no room for a request of socket.request.max.bytes=1000:"
                                + " write at least as much, or -1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "num.partition|1|Unknown broker setting num.partition; did you mean num.partitions?",
                "num.partitions|0|Invalid value 0 for configuration num.partitions: write a number of at least 1",
                "connections.max.idle.ms|0|Invalid value 0 for configuration connections.max.idle.ms: write -1, or a number"
                        + " from 1 to 9223372036854775807",
                "socket.request.max.bytes|2147482624|Invalid value 2147482624 for configuration socket.request.max.bytes:"
                        + " write a number from 1 to 2147482623",
                "offsets.commit.timeout.ms|0|Invalid value 0 for configuration offsets.commit.timeout.ms: write a number of at"
                        + " least 1",
                "zookeeper.connect|a:1|Kafka's zookeeper.connect means nothing here: there is no controller quorum and no"
                        + " ZooKeeper; metadata lives in PostgreSQL",
                "node.id|1|Kafka's node.id means nothing here: write rowlock.node-id",
                "log.dirs|/data|Kafka's log.dirs means nothing here: write rowlock.data-dir",
                "log.cleaner.threads|0|Invalid value 0 for configuration log.cleaner.threads: write a number from 1 to 1024",
                "log.cleaner.io.buffer.load.factor|0|Invalid value 0 for configuration log.cleaner.io.buffer.load.factor: write"
                        + " a number above 0 and up to 1",
                "log.cleaner.dedupe.buffer.size|1048575|log.cleaner.dedupe.buffer.size=1048575 is too little for"
                        + " log.cleaner.threads=1: write at least 1048576",
                "default.replication.factor|0|Invalid value 0 for configuration default.replication.factor: write a number of"
                        + " at least 1",
            })
    void refusesWithWhatToWriteInstead(String name, String value, String message) {
        assertThatThrownBy(() -> BrokerSettings.of(Map.of(name, value)))
                .isInstanceOfSatisfying(
                        InvalidSettingException.class,
                        refused -> assertThat(refused.settingName()).isEqualTo(name))
                .hasMessage(message);
    }

    @Test
    void describesWhatDoesSomethingWithItsSources() {
        BrokerSettings settings = BrokerSettings.of(Map.of("num.partitions", "3"));
        assertThat(settings.describe()).allMatch(value -> value.setting().effective());
        assertThat(settings.describe())
                .filteredOn(value -> value.setting().name().equals("num.partitions"))
                .singleElement()
                .satisfies(value -> {
                    assertThat(value.value()).isEqualTo("3");
                    assertThat(value.source()).isEqualTo(SettingSource.STATIC_BROKER_CONFIG);
                    assertThat(value.candidates())
                            .containsExactly(
                                    new Candidate("num.partitions", "3", SettingSource.STATIC_BROKER_CONFIG),
                                    new Candidate("num.partitions", "1", SettingSource.DEFAULT_CONFIG));
                });
        assertThat(settings.describe())
                .filteredOn(value -> value.setting().name().equals("log.roll.ms"))
                .singleElement()
                .satisfies(value -> {
                    assertThat(value.value()).isNull();
                    assertThat(value.source()).isEqualTo(SettingSource.DEFAULT_CONFIG);
                });
    }
}
