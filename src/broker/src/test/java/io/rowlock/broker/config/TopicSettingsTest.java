package io.rowlock.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rowlock.broker.config.SettingValue.Candidate;
import io.rowlock.protocol.record.Compression;
import io.rowlock.protocol.record.CompressionType;
import io.rowlock.protocol.record.TimestampType;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicSettingsTest {

    /** As in Kafka since 4.2 (KIP-1161). */
    @Test
    void withoutACleanupPolicyNothingIsCleanedUp() {
        TopicSettings settings = TopicSettings.resolve(Map.of("cleanup.policy", ""), BrokerSettings.DEFAULTS);
        assertThat(settings.cleanupDelete()).isFalse();
        assertThat(settings.cleanupCompact()).isFalse();
    }

    @Test
    void aTopicThatSetsNothingHasKafkasDefaults() {
        TopicSettings settings = TopicSettings.resolve(Map.of(), BrokerSettings.DEFAULTS);
        assertThat(settings.segmentBytes()).isEqualTo(1 << 30);
        assertThat(settings.segmentMs()).isEqualTo(604_800_000);
        assertThat(settings.segmentJitterMs()).isZero();
        assertThat(settings.segmentIndexBytes()).isEqualTo(10 << 20);
        assertThat(settings.indexIntervalBytes()).isEqualTo(4096);
        assertThat(settings.maxMessageBytes()).isEqualTo(1_048_588);
        assertThat(settings.messageTimestampType()).isEqualTo(TimestampType.CREATE_TIME);
        assertThat(settings.messageTimestampBeforeMaxMs()).isEqualTo(Long.MAX_VALUE);
        assertThat(settings.messageTimestampAfterMaxMs()).isEqualTo(3_600_000);
        assertThat(settings.compression()).isNull();
        assertThat(settings.minInsyncReplicas()).isEqualTo(1);
        assertThat(settings.uncleanLeaderElectionEnable()).isFalse();
        assertThat(settings.flushMessages()).isEqualTo(Long.MAX_VALUE);
        assertThat(settings.flushMs()).isEqualTo(Long.MAX_VALUE);
        assertThat(settings.cleanupDelete()).isTrue();
        assertThat(settings.cleanupCompact()).isFalse();
        assertThat(settings.retentionMs()).isEqualTo(604_800_000);
        assertThat(settings.retentionBytes()).isEqualTo(-1);
    }

    @Test
    void theTopicsOwnValueWinsOverTheNodesAndTheNodesOverTheDefault() {
        BrokerSettings broker = BrokerSettings.of(Map.of("log.segment.bytes", "2000000", "message.max.bytes", "3000"));
        TopicSettings settings = TopicSettings.resolve(Map.of("segment.bytes", " 1500000 "), broker);
        assertThat(settings.segmentBytes()).isEqualTo(1_500_000);
        assertThat(settings.maxMessageBytes()).isEqualTo(3000);
        assertThat(settings.indexIntervalBytes()).isEqualTo(4096);
    }

    @Test
    void theFinerOfTwoBrokerSettingsWins() {
        assertThat(TopicSettings.resolve(Map.of(), BrokerSettings.of(Map.of("log.roll.hours", "2")))
                        .segmentMs())
                .isEqualTo(7_200_000);
        assertThat(TopicSettings.resolve(
                                Map.of(), BrokerSettings.of(Map.of("log.roll.hours", "2", "log.roll.ms", "5000")))
                        .segmentMs())
                .isEqualTo(5000);
        assertThat(BrokerSettings.of(Map.of("log.retention.hours", "-1"))
                        .topicDefaults()
                        .retentionMs())
                .isEqualTo(-1);
        assertThat(BrokerSettings.of(Map.of("log.roll.hours", "2147483647"))
                        .topicDefaults()
                        .segmentMs())
                .isEqualTo(2147483647L * 3_600_000);
    }

    @Test
    void aFlushIntervalLongerThanATimerCanCountIsNever() {
        long longest = Long.MAX_VALUE / 1_000_000;
        assertThat(flushMs(longest)).isEqualTo(longest);
        assertThat(flushMs(longest + 1)).isEqualTo(Long.MAX_VALUE);
        assertThat(flushMs(Long.MAX_VALUE - 1)).isEqualTo(Long.MAX_VALUE);
    }

    private static long flushMs(long written) {
        return TopicSettings.resolve(Map.of("flush.ms", Long.toString(written)), BrokerSettings.DEFAULTS)
                .flushMs();
    }

    @Test
    void saysWhereEachValueComesFrom() {
        BrokerSettings broker = BrokerSettings.of(Map.of("log.segment.bytes", "2000000"));
        SettingValue own = described("segment.bytes", Map.of("segment.bytes", "1500000"), broker);
        assertThat(own.value()).isEqualTo("1500000");
        assertThat(own.source()).isEqualTo(SettingSource.DYNAMIC_TOPIC_CONFIG);
        assertThat(own.candidates())
                .containsExactly(
                        new Candidate("segment.bytes", "1500000", SettingSource.DYNAMIC_TOPIC_CONFIG),
                        new Candidate("log.segment.bytes", "2000000", SettingSource.STATIC_BROKER_CONFIG),
                        new Candidate("log.segment.bytes", "1073741824", SettingSource.DEFAULT_CONFIG));

        SettingValue nodes = described("segment.bytes", Map.of(), broker);
        assertThat(nodes.value()).isEqualTo("2000000");
        assertThat(nodes.source()).isEqualTo(SettingSource.STATIC_BROKER_CONFIG);

        SettingValue usual = described("segment.ms", Map.of(), broker);
        assertThat(usual.value()).isEqualTo("604800000");
        assertThat(usual.source()).isEqualTo(SettingSource.DEFAULT_CONFIG);
        assertThat(usual.candidates())
                .as("nothing is set under the finest name")
                .isEmpty();
    }

    /** Coarser names are told behind the finest, and only there. */
    @Test
    void saysNothingOfACoarserNameAlone() {
        SettingValue hours = described("segment.ms", Map.of(), BrokerSettings.of(Map.of("log.roll.hours", "2")));
        assertThat(hours.value()).isEqualTo("7200000");
        assertThat(hours.source()).isEqualTo(SettingSource.DEFAULT_CONFIG);
        assertThat(hours.candidates()).isEmpty();
        SettingValue both =
                described("segment.ms", Map.of(), BrokerSettings.of(Map.of("log.roll.hours", "2", "log.roll.ms", "5")));
        assertThat(both.value()).isEqualTo("5");
        assertThat(both.candidates())
                .containsExactly(
                        new Candidate("log.roll.ms", "5", SettingSource.STATIC_BROKER_CONFIG),
                        new Candidate("log.roll.hours", "2", SettingSource.STATIC_BROKER_CONFIG),
                        new Candidate("log.roll.hours", "168", SettingSource.DEFAULT_CONFIG));
    }

    @ParameterizedTest
    @CsvSource({
        "segment.bytes,1048576",
        "segment.ms,1",
        "segment.index.bytes,24",
        "segment.jitter.ms,0",
        "max.message.bytes,0",
        "min.insync.replicas,1",
        "message.timestamp.after.max.ms,0"
    })
    void lowestNumbersAreTakenAndOneLessIsNot(String name, long least) {
        assertThat(TopicConfigs.accept(name, Long.toString(least + 1))).isEqualTo(Long.toString(least + 1));
        assertThat(TopicConfigs.accept(name, Long.toString(least))).isEqualTo(Long.toString(least));
        assertThatThrownBy(() -> TopicConfigs.accept(name, Long.toString(least - 1)))
                .hasMessage("Invalid value " + (least - 1) + " for configuration " + name
                        + ": write a number of at least " + least);
    }

    @ParameterizedTest
    @CsvSource({
        "segment.bytes,many,'Invalid value many for configuration segment.bytes: write a whole number from -2147483648 to"
                + " 2147483647'",
        "segment.bytes,2147483648,'Invalid value 2147483648 for configuration segment.bytes: write a whole number from"
                + " -2147483648 to 2147483647'",
        "preallocate,yes,'Invalid value yes for configuration preallocate: write true or false'",
        "message.timestamp.type,createtime,'Invalid value createtime for configuration message.timestamp.type: write one of"
                + " CreateTime, LogAppendTime'",
        "cleanup.policy,'delete,delete','Invalid value delete,delete for configuration cleanup.policy: write one or more of"
                + " delete, compact, each once, separated by commas'",
        "min.cleanable.dirty.ratio,1.01,'Invalid value 1.01 for configuration min.cleanable.dirty.ratio: write a number from"
                + " 0 to 1'",
        "min.cleanable.dirty.ratio,NaN,'Invalid value NaN for configuration min.cleanable.dirty.ratio: write a number such"
                + " as 0.5'",
        "compression.gzip.level,0,'Invalid value 0 for configuration compression.gzip.level: write -1, or a number from 1 to"
                + " 9'",
        "segmet.bytes,1,'Unknown topic config name: segmet.bytes; did you mean segment.bytes?'",
        "purpose,1,'Unknown topic config name: purpose'",
    })
    void saysWhatToWriteInstead(String name, String value, String message) {
        assertThatThrownBy(() -> TopicConfigs.accept(name, value))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "preallocate,true,'preallocate=true is not supported by this version: segment files are not allocated in advance; leave"
                + " it out, or write false'",
        "leader.replication.throttled.replicas,*,'leader.replication.throttled.replicas=* is not supported by this version:"
                + " replication is not throttled; leave it out'",
        "remote.storage.enable,true,'Topic config remote.storage.enable is not supported: there is no tiered storage'"
    })
    void refusesByNameWhatItWouldNotDo(String name, String value, String message) {
        assertThatThrownBy(() -> TopicConfigs.accept(name, value)).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "uncompressed,,NONE,0",
        "snappy,,SNAPPY,0",
        "gzip,,GZIP,-1",
        "gzip,9,GZIP,9",
        "lz4,,LZ4,9",
        "lz4,17,LZ4,17",
        "zstd,,ZSTD,3",
        "zstd,-131072,ZSTD,-131072"
    })
    void knowsHowToCompress(String type, @Nullable String level, CompressionType expected, int expectedLevel) {
        Map<String, String> own = new HashMap<>(Map.of("compression.type", type));
        if (level != null) {
            own.put("compression." + type + ".level", level);
        }
        assertThat(TopicSettings.resolve(own, BrokerSettings.DEFAULTS).compression())
                .isEqualTo(new Compression(expected, expectedLevel));
    }

    @Test
    void refusesANullValue() {
        assertThatThrownBy(() -> TopicConfigs.accept("segment.bytes", null))
                .hasMessage(
                        "Null value not supported for topic config segment.bytes: leave it out to have the default");
    }

    private static SettingValue described(String name, Map<String, String> own, BrokerSettings broker) {
        return TopicSettings.describe(own, broker).stream()
                .filter(value -> value.setting().name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
