package io.rowlock.broker.config;

import io.rowlock.broker.config.SettingValue.Candidate;
import io.rowlock.protocol.record.Compression;
import io.rowlock.protocol.record.TimestampType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The settings of one topic as they are in force: its own, else the node's, else Kafka's defaults. Immutable. */
public final class TopicSettings {

    private final int segmentBytes;
    private final long segmentMs;
    private final long segmentJitterMs;
    private final int segmentIndexBytes;
    private final int indexIntervalBytes;
    private final int maxMessageBytes;
    private final TimestampType messageTimestampType;
    private final long messageTimestampBeforeMaxMs;
    private final long messageTimestampAfterMaxMs;
    private final @Nullable Compression compression;
    private final int minInsyncReplicas;
    private final boolean uncleanLeaderElectionEnable;
    private final long flushMessages;
    private final long flushMs;
    private final Set<String> cleanupPolicy;
    private final double minCleanableDirtyRatio;
    private final long minCompactionLagMs;
    private final long maxCompactionLagMs;
    private final long deleteRetentionMs;
    private final long retentionMs;
    private final long retentionBytes;
    private final long fileDeleteDelayMs;

    /** From canonical values. */
    TopicSettings(Function<Setting, String> values) {
        segmentBytes = Integer.parseInt(values.apply(TopicConfigs.SEGMENT_BYTES));
        segmentMs = Long.parseLong(values.apply(TopicConfigs.SEGMENT_MS));
        segmentJitterMs = Long.parseLong(values.apply(TopicConfigs.SEGMENT_JITTER_MS));
        segmentIndexBytes = Integer.parseInt(values.apply(TopicConfigs.SEGMENT_INDEX_BYTES));
        indexIntervalBytes = Integer.parseInt(values.apply(TopicConfigs.INDEX_INTERVAL_BYTES));
        maxMessageBytes = Integer.parseInt(values.apply(TopicConfigs.MAX_MESSAGE_BYTES));
        messageTimestampType = timestampType(values.apply(TopicConfigs.MESSAGE_TIMESTAMP_TYPE));
        messageTimestampBeforeMaxMs = Long.parseLong(values.apply(TopicConfigs.MESSAGE_TIMESTAMP_BEFORE_MAX_MS));
        messageTimestampAfterMaxMs = Long.parseLong(values.apply(TopicConfigs.MESSAGE_TIMESTAMP_AFTER_MAX_MS));
        compression = CompressionChoice.of(values.apply(TopicConfigs.COMPRESSION_TYPE))
                .compression(values);
        minInsyncReplicas = Integer.parseInt(values.apply(TopicConfigs.MIN_INSYNC_REPLICAS));
        uncleanLeaderElectionEnable = Boolean.parseBoolean(values.apply(TopicConfigs.UNCLEAN_LEADER_ELECTION_ENABLE));
        flushMessages = Long.parseLong(values.apply(TopicConfigs.FLUSH_MESSAGES));
        long flush = Long.parseLong(values.apply(TopicConfigs.FLUSH_MS));
        flushMs = flush > BrokerSettings.DURATION_MS_MAX ? Long.MAX_VALUE : flush;
        cleanupPolicy = Set.of(values.apply(TopicConfigs.CLEANUP_POLICY).split(","));
        minCleanableDirtyRatio = Double.parseDouble(values.apply(TopicConfigs.MIN_CLEANABLE_DIRTY_RATIO));
        minCompactionLagMs = Long.parseLong(values.apply(TopicConfigs.MIN_COMPACTION_LAG_MS));
        maxCompactionLagMs = Long.parseLong(values.apply(TopicConfigs.MAX_COMPACTION_LAG_MS));
        deleteRetentionMs = Long.parseLong(values.apply(TopicConfigs.DELETE_RETENTION_MS));
        retentionMs = Long.parseLong(values.apply(TopicConfigs.RETENTION_MS));
        retentionBytes = Long.parseLong(values.apply(TopicConfigs.RETENTION_BYTES));
        fileDeleteDelayMs = Math.min(
                BrokerSettings.DURATION_MS_MAX, Long.parseLong(values.apply(TopicConfigs.FILE_DELETE_DELAY_MS)));
    }

    /**
     * The settings of a topic.
     *
     * @param own what the topic sets itself, under Kafka's names
     * @throws InvalidSettingException if one of them is unknown or has a value it does not take
     */
    public static TopicSettings resolve(Map<String, String> own, BrokerSettings broker) {
        if (own.isEmpty()) {
            return broker.topicDefaults();
        }
        Map<String, String> accepted = accepted(own);
        return new TopicSettings(setting -> {
            String value = accepted.get(setting.name());
            return value != null ? value : broker.topicDefault(setting);
        });
    }

    /**
     * Checks that settings of a topic go together.
     *
     * @param own what the topic sets itself, in canonical form
     * @throws InvalidSettingException if they do not
     */
    public static void checkTogether(Map<String, String> own, BrokerSettings broker) {
        TopicSettings settings = resolve(own, broker);
        if (settings.minCompactionLagMs() > settings.maxCompactionLagMs()) {
            String name = TopicConfigs.MIN_COMPACTION_LAG_MS.name();
            throw new InvalidSettingException(
                    name,
                    "conflict topic config setting " + name + " (" + settings.minCompactionLagMs() + ") > "
                            + TopicConfigs.MAX_COMPACTION_LAG_MS.name() + " (" + settings.maxCompactionLagMs() + ")");
        }
    }

    /**
     * All settings of a topic by name, with their values and where they come from.
     *
     * @throws InvalidSettingException as {@link #resolve}
     */
    public static List<SettingValue> describe(Map<String, String> own, BrokerSettings broker) {
        Map<String, String> accepted = accepted(own);
        return TopicConfigs.all().stream()
                .map(setting -> describe(setting, accepted, broker))
                .toList();
    }

    private static SettingValue describe(Setting setting, Map<String, String> own, BrokerSettings broker) {
        List<Candidate> candidates = new ArrayList<>();
        String value = own.get(setting.name());
        if (value != null) {
            candidates.add(new Candidate(setting.name(), value, SettingSource.DYNAMIC_TOPIC_CONFIG));
        }
        candidates.addAll(broker.topicCandidates(setting));
        return new SettingValue(setting, value != null ? value : broker.topicDefault(setting), candidates);
    }

    private static Map<String, String> accepted(Map<String, String> own) {
        Map<String, String> accepted = new TreeMap<>();
        own.forEach((name, value) -> accepted.put(name, TopicConfigs.accept(name, value)));
        return accepted;
    }

    public int segmentBytes() {
        return segmentBytes;
    }

    public long segmentMs() {
        return segmentMs;
    }

    public long segmentJitterMs() {
        return segmentJitterMs;
    }

    public int segmentIndexBytes() {
        return segmentIndexBytes;
    }

    public int indexIntervalBytes() {
        return indexIntervalBytes;
    }

    /** Bytes of the largest batch. */
    public int maxMessageBytes() {
        return maxMessageBytes;
    }

    public TimestampType messageTimestampType() {
        return messageTimestampType;
    }

    public long messageTimestampBeforeMaxMs() {
        return messageTimestampBeforeMaxMs;
    }

    public long messageTimestampAfterMaxMs() {
        return messageTimestampAfterMaxMs;
    }

    /** How batches are compressed in the log; null to keep them as they come. */
    public @Nullable Compression compression() {
        return compression;
    }

    public int minInsyncReplicas() {
        return minInsyncReplicas;
    }

    public boolean uncleanLeaderElectionEnable() {
        return uncleanLeaderElectionEnable;
    }

    /** Records between two syncs; {@link Long#MAX_VALUE} leaves it to the node's durability policy. */
    public long flushMessages() {
        return flushMessages;
    }

    /**
     * Milliseconds between two syncs, which fit a duration in nanoseconds; {@link Long#MAX_VALUE} leaves it to the node's
     * durability policy.
     */
    public long flushMs() {
        return flushMs;
    }

    /** Whether old segments are deleted. */
    public boolean cleanupDelete() {
        return cleanupPolicy.contains("delete");
    }

    /** Whether only the last record of each key is kept. */
    public boolean cleanupCompact() {
        return cleanupPolicy.contains("compact");
    }

    /** Which share of a log must be dirty for it to be compacted, from 0 to 1. */
    public double minCleanableDirtyRatio() {
        return minCleanableDirtyRatio;
    }

    /** Milliseconds for which a record is at least kept from compaction. */
    public long minCompactionLagMs() {
        return minCompactionLagMs;
    }

    /** Milliseconds after which a dirty record is compacted in any case. */
    public long maxCompactionLagMs() {
        return maxCompactionLagMs;
    }

    /** Milliseconds for which tombstones stay after they were first compacted. */
    public long deleteRetentionMs() {
        return deleteRetentionMs;
    }

    /** Milliseconds; -1 is no limit. */
    public long retentionMs() {
        return retentionMs;
    }

    /** Bytes of a partition; -1 is no limit. */
    public long retentionBytes() {
        return retentionBytes;
    }

    /** Milliseconds, which fit a duration in nanoseconds, for which files that left a log stay on disk. */
    public long fileDeleteDelayMs() {
        return fileDeleteDelayMs;
    }

    private static TimestampType timestampType(String configValue) {
        return switch (configValue) {
            case "CreateTime" -> TimestampType.CREATE_TIME;
            case "LogAppendTime" -> TimestampType.LOG_APPEND_TIME;
            default -> throw new IllegalArgumentException(configValue);
        };
    }
}
