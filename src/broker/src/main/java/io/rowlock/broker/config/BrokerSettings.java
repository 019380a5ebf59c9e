package io.rowlock.broker.config;

import io.rowlock.broker.config.Setting.BrokerName;
import io.rowlock.broker.config.SettingValue.Candidate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The node's broker settings as they are in force. Immutable. */
public final class BrokerSettings {

    /** Kafka's defaults. */
    public static final BrokerSettings DEFAULTS = new BrokerSettings(Map.of(), Map.of(), Map.of());

    /** The longest time that can still be counted in nanoseconds: 292 years, which is as good as for ever. */
    static final long DURATION_MS_MAX = Long.MAX_VALUE / 1_000_000;

    /** Kafka's bound: with less, each compaction would take in next to nothing of a log. */
    private static final long KEY_BYTES_PER_THREAD_MIN = 1 << 20;

    /**
     * What concerns groups and their committed offsets; times in milliseconds but for what says otherwise.
     *
     * @param offsetMetadataMax characters
     */
    public record GroupValues(
            int initialRebalanceDelayMs,
            int sessionTimeoutMinMs,
            int sessionTimeoutMaxMs,
            int sizeMax,
            int commitTimeoutMs,
            int offsetsRetentionMinutes,
            long retentionCheckIntervalMs,
            int offsetMetadataMax) {}

    /**
     * What concerns compaction, with all threads together; memory in bytes.
     *
     * @param enabled whether there is any
     */
    public record CleanerValues(
            boolean enabled,
            int threads,
            double bytesPerSecondMax,
            long keyBytesMax,
            double keyLoadFactor,
            int bufferBytes,
            long backoffMs) {}

    /**
     * Whether and how often leaderships are brought back.
     *
     * @param interval between two looks
     */
    public record LeaderRebalanceValues(boolean enabled, Duration interval) {}

    /**
     * What concerns replication; sizes in bytes.
     *
     * @param socketTimeout at least as long as {@code fetchWaitMax}
     * @param lagTimeMax at least as long as {@code fetchWaitMax}
     */
    public record ReplicationValues(
            int fetchMinBytes,
            Duration fetchWaitMax,
            int fetchMaxBytes,
            int fetchResponseMaxBytes,
            Duration fetchBackoff,
            Duration socketTimeout,
            Duration lagTimeMax) {}

    /** Values from one place, in canonical form. */
    private record Layer(SettingSource source, Map<String, String> values) {}

    private final Map<String, String> atStart;
    private final Map<String, String> allNodes;
    /** The first that has a value decides. */
    private final List<Layer> layers;

    private final int numPartitions;
    private final int defaultReplicationFactor;
    private final boolean autoCreateTopicsEnable;
    private final boolean deleteTopicEnable;
    private final int socketRequestMaxBytes;
    private final long queuedMaxRequestBytes;
    private final int maxConnections;
    private final long connectionsMaxIdleMs;
    private final int fetchMaxBytes;
    private final int maxIncrementalFetchSessionCacheSlots;
    private final int maxRequestPartitionSizeLimit;
    private final boolean validatesEveryRecord;
    private final int producerIdExpirationMs;
    private final Duration logRetentionCheckInterval;
    private final Duration logInitialTaskDelay;
    private final GroupValues groups;
    private final CleanerValues cleaner;
    private final LeaderRebalanceValues leaderRebalance;
    private final ReplicationValues replication;
    private final TopicSettings topicDefaults;

    private BrokerSettings(Map<String, String> atStart, Map<String, String> allNodes, Map<String, String> thisNode) {
        this.atStart = atStart;
        this.allNodes = allNodes;
        this.layers = List.of(
                new Layer(SettingSource.DYNAMIC_BROKER_CONFIG, thisNode),
                new Layer(SettingSource.DYNAMIC_DEFAULT_BROKER_CONFIG, allNodes),
                new Layer(SettingSource.STATIC_BROKER_CONFIG, atStart));
        numPartitions = intOf(BrokerConfigs.NUM_PARTITIONS);
        defaultReplicationFactor = intOf(BrokerConfigs.DEFAULT_REPLICATION_FACTOR);
        autoCreateTopicsEnable = Boolean.parseBoolean(value(BrokerConfigs.AUTO_CREATE_TOPICS_ENABLE));
        deleteTopicEnable = Boolean.parseBoolean(value(BrokerConfigs.DELETE_TOPIC_ENABLE));
        socketRequestMaxBytes = intOf(BrokerConfigs.SOCKET_REQUEST_MAX_BYTES);
        queuedMaxRequestBytes = Long.parseLong(value(BrokerConfigs.QUEUED_MAX_REQUEST_BYTES));
        maxConnections = intOf(BrokerConfigs.MAX_CONNECTIONS);
        // -1 is the only negative value that the setting takes.
        connectionsMaxIdleMs =
                Math.max(0, Math.min(DURATION_MS_MAX, Long.parseLong(value(BrokerConfigs.CONNECTIONS_MAX_IDLE_MS))));
        fetchMaxBytes = intOf(BrokerConfigs.FETCH_MAX_BYTES);
        maxIncrementalFetchSessionCacheSlots = intOf(BrokerConfigs.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS);
        maxRequestPartitionSizeLimit = intOf(BrokerConfigs.MAX_REQUEST_PARTITION_SIZE_LIMIT);
        validatesEveryRecord = value(BrokerConfigs.RECORD_VALIDATION).equals("full");
        producerIdExpirationMs = intOf(BrokerConfigs.PRODUCER_ID_EXPIRATION_MS);
        logRetentionCheckInterval = durationOf(BrokerConfigs.LOG_RETENTION_CHECK_INTERVAL_MS);
        logInitialTaskDelay = durationOf(BrokerConfigs.LOG_INITIAL_TASK_DELAY_MS);
        groups = new GroupValues(
                intOf(BrokerConfigs.GROUP_INITIAL_REBALANCE_DELAY_MS),
                intOf(BrokerConfigs.GROUP_MIN_SESSION_TIMEOUT_MS),
                intOf(BrokerConfigs.GROUP_MAX_SESSION_TIMEOUT_MS),
                intOf(BrokerConfigs.GROUP_MAX_SIZE),
                intOf(BrokerConfigs.OFFSETS_COMMIT_TIMEOUT_MS),
                intOf(BrokerConfigs.OFFSETS_RETENTION_MINUTES),
                Math.min(DURATION_MS_MAX, Long.parseLong(value(BrokerConfigs.OFFSETS_RETENTION_CHECK_INTERVAL_MS))),
                intOf(BrokerConfigs.OFFSET_METADATA_MAX_BYTES));
        cleaner = new CleanerValues(
                Boolean.parseBoolean(value(BrokerConfigs.LOG_CLEANER_ENABLE)),
                intOf(BrokerConfigs.LOG_CLEANER_THREADS),
                Double.parseDouble(value(BrokerConfigs.LOG_CLEANER_IO_MAX_BYTES_PER_SECOND)),
                Long.parseLong(value(BrokerConfigs.LOG_CLEANER_DEDUPE_BUFFER_SIZE)),
                Double.parseDouble(value(BrokerConfigs.LOG_CLEANER_IO_BUFFER_LOAD_FACTOR)),
                intOf(BrokerConfigs.LOG_CLEANER_IO_BUFFER_SIZE),
                Math.min(DURATION_MS_MAX, Long.parseLong(value(BrokerConfigs.LOG_CLEANER_BACKOFF_MS))));
        leaderRebalance = new LeaderRebalanceValues(
                Boolean.parseBoolean(value(LeadershipConfigs.AUTO_LEADER_REBALANCE_ENABLE)),
                Duration.ofSeconds(Math.min(
                        DURATION_MS_MAX / 1000,
                        Long.parseLong(value(LeadershipConfigs.LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS)))));
        replication = new ReplicationValues(
                intOf(ReplicationConfigs.FETCH_MIN_BYTES),
                durationOf(ReplicationConfigs.FETCH_WAIT_MAX_MS),
                intOf(ReplicationConfigs.FETCH_MAX_BYTES),
                intOf(ReplicationConfigs.FETCH_RESPONSE_MAX_BYTES),
                durationOf(ReplicationConfigs.FETCH_BACKOFF_MS),
                durationOf(ReplicationConfigs.SOCKET_TIMEOUT_MS),
                durationOf(ReplicationConfigs.LAG_TIME_MAX_MS));
        topicDefaults = new TopicSettings(this::topicDefault);
    }

    /**
     * The settings with these values, under Kafka's names without any prefix, and the defaults for the rest.
     *
     * @throws InvalidSettingException naming the first, in alphabetical order, that is unknown, means nothing here, or has
     *     a value it does not take
     */
    public static BrokerSettings of(Map<String, String> values) {
        Map<String, String> explicit = new TreeMap<>();
        new TreeMap<>(values).forEach((name, value) -> explicit.put(name, BrokerConfigs.accept(name, value)));
        BrokerSettings settings = new BrokerSettings(explicit, Map.of(), Map.of());
        settings.checkTogether();
        return settings;
    }

    /**
     * What was set at the start, with other values set at run time. What is set for this node decides, else what is set for
     * all, else the start.
     *
     * @param overrides in canonical form ({@link BrokerOverrides#understood})
     * @throws InvalidSettingException if values do not go together
     */
    public BrokerSettings with(BrokerOverrides overrides, int thisNode) {
        BrokerSettings settings = new BrokerSettings(atStart, overrides.allNodes(), overrides.ofNode(thisNode));
        settings.checkTogether();
        return settings;
    }

    /**
     * As {@link #with}, but of what cannot be used nothing is: a value that this version does not take, and all of them if they
     * do not go together.
     *
     * @param unusable hears of that
     */
    public BrokerSettings inForce(BrokerOverrides overrides, int thisNode, Consumer<InvalidSettingException> unusable) {
        try {
            return with(overrides.understood(unusable), thisNode);
        } catch (InvalidSettingException e) {
            unusable.accept(e);
            return with(BrokerOverrides.NONE, thisNode);
        }
    }

    private void checkTogether() {
        checkWait(ReplicationConfigs.SOCKET_TIMEOUT_MS, replication.socketTimeout());
        checkWait(ReplicationConfigs.LAG_TIME_MAX_MS, replication.lagTimeMax());
        if (cleaner.keyBytesMax() / cleaner.threads() < KEY_BYTES_PER_THREAD_MIN) {
            String name = BrokerConfigs.LOG_CLEANER_DEDUPE_BUFFER_SIZE.name();
            throw new InvalidSettingException(
                    name,
                    name + "=" + cleaner.keyBytesMax() + " is too little for "
                            + BrokerConfigs.LOG_CLEANER_THREADS.name() + "=" + cleaner.threads() + ": write at least "
                            + cleaner.threads() * KEY_BYTES_PER_THREAD_MIN);
        }
        if (queuedMaxRequestBytes != -1 && queuedMaxRequestBytes < socketRequestMaxBytes) {
            String name = BrokerConfigs.QUEUED_MAX_REQUEST_BYTES.name();
            throw new InvalidSettingException(
                    name,
                    name + "=" + queuedMaxRequestBytes + " leaves no room for a request of "
                            + BrokerConfigs.SOCKET_REQUEST_MAX_BYTES.name() + "=" + socketRequestMaxBytes
                            + ": write at least as much, or -1");
        }
    }

    /** A follower that waits for news for so long must not be taken for one that is gone. */
    private void checkWait(Setting limit, Duration value) {
        Duration wait = replication.fetchWaitMax();
        if (value.compareTo(wait) < 0) {
            throw new InvalidSettingException(
                    limit.name(),
                    limit.name() + "=" + value.toMillis() + " is less than "
                            + ReplicationConfigs.FETCH_WAIT_MAX_MS.name() + "=" + wait.toMillis()
                            + ": write at least as much");
        }
    }

    /** Partitions of a topic whose creation does not say how many. */
    public int numPartitions() {
        return numPartitions;
    }

    /** Replicas of a topic whose creation does not say how many. */
    public int defaultReplicationFactor() {
        return defaultReplicationFactor;
    }

    public boolean autoCreateTopicsEnable() {
        return autoCreateTopicsEnable;
    }

    public boolean deleteTopicEnable() {
        return deleteTopicEnable;
    }

    /** The largest batch, in bytes, for topics that do not set {@code max.message.bytes}. */
    public int messageMaxBytes() {
        return topicDefaults.maxMessageBytes();
    }

    /** Bytes of the largest request, 1 or more. */
    public int socketRequestMaxBytes() {
        return socketRequestMaxBytes;
    }

    /** Bytes of requests under way in the whole node; -1 leaves it to the node. */
    public long queuedMaxRequestBytes() {
        return queuedMaxRequestBytes;
    }

    public int maxConnections() {
        return maxConnections;
    }

    /** Milliseconds, which fit a duration in nanoseconds; 0 is never. */
    public long connectionsMaxIdleMs() {
        return connectionsMaxIdleMs;
    }

    public int fetchMaxBytes() {
        return fetchMaxBytes;
    }

    /** 0 means that there are no sessions. */
    public int maxIncrementalFetchSessionCacheSlots() {
        return maxIncrementalFetchSessionCacheSlots;
    }

    /** Partitions in one answer to DescribeTopicPartitions, 1 or more. */
    public int maxRequestPartitionSizeLimit() {
        return maxRequestPartitionSizeLimit;
    }

    /** Whether every record of a produced batch is checked, and not only the batch's header and checksum. */
    public boolean validatesEveryRecord() {
        return validatesEveryRecord;
    }

    public int producerIdExpirationMs() {
        return producerIdExpirationMs;
    }

    /** Between two looks for segments to delete. */
    public Duration logRetentionCheckInterval() {
        return logRetentionCheckInterval;
    }

    /** Before the first look for segments to delete. */
    public Duration logInitialTaskDelay() {
        return logInitialTaskDelay;
    }

    public GroupValues groups() {
        return groups;
    }

    public CleanerValues cleaner() {
        return cleaner;
    }

    public LeaderRebalanceValues leaderRebalance() {
        return leaderRebalance;
    }

    public ReplicationValues replication() {
        return replication;
    }

    /** What a topic has that sets nothing itself. */
    public TopicSettings topicDefaults() {
        return topicDefaults;
    }

    /** All settings that do something in this version, by name, with their values. */
    public List<SettingValue> describe() {
        return BrokerConfigs.all().stream()
                .filter(Setting::effective)
                .map(setting -> new SettingValue(setting, valueOrNull(setting), candidates(setting.name())))
                .toList();
    }

    /** What is set at run time for all nodes, by name, each with that value alone. */
    public List<SettingValue> describeAllNodes() {
        List<SettingValue> values = new ArrayList<>();
        new TreeMap<>(allNodes).forEach((name, value) -> {
            Setting setting = BrokerConfigs.find(name);
            if (setting != null) {
                Candidate only = new Candidate(name, value, SettingSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
                values.add(new SettingValue(setting, value, List.of(only)));
            }
        });
        return values;
    }

    /**
     * What there is for a topic setting on the node: as Kafka tells it, what there is for the finest of the broker settings
     * behind it, and so nothing where only a coarser one has a value.
     */
    List<Candidate> topicCandidates(Setting topicSetting) {
        List<BrokerName> names = topicSetting.brokerNames();
        return names.isEmpty() ? List.of() : candidates(names.get(0).name());
    }

    /**
     * What there is for a broker setting, the place that decides first, the default last. It begins with the setting's own
     * name, because a value under another one, as {@code log.retention.ms} for {@code log.retention.hours}, is not its value,
     * even if it decides.
     */
    private List<Candidate> candidates(String name) {
        return allCandidates(BrokerConfigs.synonyms(name)).stream()
                .dropWhile(candidate -> !candidate.name().equals(name))
                .toList();
    }

    private List<Candidate> allCandidates(List<String> names) {
        List<Candidate> candidates = new ArrayList<>();
        for (Layer layer : layers) {
            for (String name : names) {
                String value = layer.values().get(name);
                if (value != null) {
                    candidates.add(new Candidate(name, value, layer.source()));
                }
            }
        }
        for (String name : names) {
            Setting setting = BrokerConfigs.find(name);
            if (setting != null && setting.defaultValue() != null) {
                candidates.add(new Candidate(name, setting.defaultValue(), SettingSource.DEFAULT_CONFIG));
            }
        }
        return candidates;
    }

    /**
     * The value that a topic gets from the node for one of its settings. Of several names for it, one that is set nearer to
     * the node decides, whichever is finer: {@code log.retention.ms} at run time over {@code log.retention.hours} at the start.
     */
    String topicDefault(Setting topicSetting) {
        for (Layer layer : layers) {
            for (BrokerName name : topicSetting.brokerNames()) {
                String value = layer.values().get(name.name());
                if (value != null) {
                    return inTopicUnits(value, name.unit());
                }
            }
        }
        if (topicSetting.defaultValue() == null) {
            throw new IllegalStateException("topic setting " + topicSetting.name() + " has no default");
        }
        return topicSetting.defaultValue();
    }

    private static String inTopicUnits(String value, long unit) {
        if (unit == 1 || value.startsWith("-")) {
            return value;
        }
        return Long.toString(Math.multiplyExact(Long.parseLong(value), unit));
    }

    private @Nullable String valueOrNull(Setting setting) {
        for (Layer layer : layers) {
            String value = layer.values().get(setting.name());
            if (value != null) {
                return value;
            }
        }
        return setting.defaultValue();
    }

    private String value(Setting setting) {
        String value = valueOrNull(setting);
        if (value == null) {
            throw new IllegalStateException("broker setting " + setting.name() + " has no value");
        }
        return value;
    }

    private Duration durationOf(Setting millis) {
        return Duration.ofMillis(Math.min(DURATION_MS_MAX, Long.parseLong(value(millis))));
    }

    private int intOf(Setting setting) {
        return Integer.parseInt(value(setting));
    }
}
