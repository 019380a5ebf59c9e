package io.rowlock.broker.config;

import static io.rowlock.broker.config.Importance.HIGH;
import static io.rowlock.broker.config.Importance.LOW;
import static io.rowlock.broker.config.SettingType.BOOLEAN;
import static io.rowlock.broker.config.SettingType.DOUBLE;
import static io.rowlock.broker.config.SettingType.INT;
import static io.rowlock.broker.config.SettingType.LONG;
import static io.rowlock.broker.config.SettingType.STRING;
import static io.rowlock.broker.config.ValueRule.atLeast;
import static io.rowlock.broker.config.ValueRule.between;
import static io.rowlock.broker.config.ValueRule.oneOf;
import static io.rowlock.broker.config.ValueRule.specialOrBetween;

import io.rowlock.broker.config.Setting.BrokerName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every broker setting of Kafka 4.4 that means something here: written under {@code rowlock.broker.} and Kafka's name. */
public final class BrokerConfigs {

    // Topics

    public static final Setting NUM_PARTITIONS = Setting.named("num.partitions", INT, "1")
            .taking(atLeast(1))
            .saying("How many partitions a topic gets whose creation does not say.");

    public static final Setting DEFAULT_REPLICATION_FACTOR = Setting.named("default.replication.factor", INT, "1")
            .taking(atLeast(1))
            .saying("How many replicas each partition gets of a topic whose creation does not say.");

    public static final Setting AUTO_CREATE_TOPICS_ENABLE = Setting.named("auto.create.topics.enable", BOOLEAN, "true")
            .importance(HIGH)
            .saying("Whether asking for a topic that does not exist creates it, if the client wants that too.");

    public static final Setting DELETE_TOPIC_ENABLE = Setting.named("delete.topic.enable", BOOLEAN, "true")
            .importance(HIGH)
            .saying("Whether topics can be deleted.");

    // Requests and connections

    /** What a buffer can be, less some room for what goes with a request. */
    private static final int REQUEST_BYTES_LIMIT = Integer.MAX_VALUE - 1024;

    public static final Setting SOCKET_REQUEST_MAX_BYTES = Setting.named("socket.request.max.bytes", INT, "104857600")
            .taking(between(1, REQUEST_BYTES_LIMIT))
            .importance(HIGH)
            .saying("The largest request that is read, in bytes; a connection that announces more is closed.");

    public static final Setting QUEUED_MAX_REQUEST_BYTES = Setting.named("queued.max.request.bytes", LONG, "-1")
            .taking(specialOrBetween(-1, 1, Long.MAX_VALUE))
            .saying("How many bytes of requests may be under way in the whole node before it stops reading; -1 lets the"
                    + " node choose by its memory.");

    public static final Setting MAX_CONNECTIONS = Setting.named("max.connections", INT, "2147483647")
            .taking(atLeast(0))
            .saying("How many connections the node keeps at once; further ones are closed as they come.");

    public static final Setting CONNECTIONS_MAX_IDLE_MS = Setting.named("connections.max.idle.ms", LONG, "600000")
            .taking(specialOrBetween(-1, 1, Long.MAX_VALUE))
            .saying("After how many milliseconds without a request a connection is closed; -1 is never.");

    // Reading

    public static final Setting FETCH_MAX_BYTES = Setting.named("fetch.max.bytes", INT, "57671680")
            .taking(atLeast(1024))
            .saying("How many bytes of records one fetch returns at most, whatever the client allows.");

    public static final Setting MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS = Setting.named(
                    "max.incremental.fetch.session.cache.slots", INT, "1000")
            .taking(atLeast(0))
            .saying("How many incremental fetch sessions the node keeps.");

    public static final Setting MAX_REQUEST_PARTITION_SIZE_LIMIT = Setting.named(
                    "max.request.partition.size.limit", INT, "2000")
            .taking(atLeast(1))
            .saying("How many partitions one answer to DescribeTopicPartitions holds at most.");

    // Producers

    /** Rowlock's own. */
    public static final Setting RECORD_VALIDATION = Setting.named("record.validation", STRING, "header")
            .taking(oneOf("header", "full"))
            .saying("How much of a produced batch is checked: its header and checksum, or every record in it too.");

    public static final Setting PRODUCER_ID_EXPIRATION_MS = Setting.named("producer.id.expiration.ms", INT, "86400000")
            .taking(atLeast(1))
            .importance(LOW)
            .saying("After how many milliseconds without a record an idempotent producer is forgotten.");

    // Groups

    public static final Setting OFFSETS_RETENTION_MINUTES = Setting.named("offsets.retention.minutes", INT, "10080")
            .taking(atLeast(1))
            .importance(HIGH)
            .saying("How many minutes the committed offsets of a group without members are kept.");

    public static final Setting OFFSETS_RETENTION_CHECK_INTERVAL_MS = Setting.named(
                    "offsets.retention.check.interval.ms", LONG, "600000")
            .taking(atLeast(1))
            .importance(HIGH)
            .saying("How often, in milliseconds, the node looks for committed offsets to delete.");

    public static final Setting OFFSETS_COMMIT_TIMEOUT_MS = Setting.named("offsets.commit.timeout.ms", INT, "5000")
            .taking(atLeast(1))
            .importance(HIGH)
            .saying(
                    "How many milliseconds a commit of offsets waits for PostgreSQL before the client is told to try again.");

    public static final Setting OFFSET_METADATA_MAX_BYTES = Setting.named("offset.metadata.max.bytes", INT, "4096")
            .importance(HIGH)
            .saying("How much metadata a committed offset may carry, in characters, which are bytes in plain text.");

    public static final Setting GROUP_INITIAL_REBALANCE_DELAY_MS = Setting.named(
                    "group.initial.rebalance.delay.ms", INT, "3000")
            .saying("How many milliseconds a new group waits for more members.");

    public static final Setting GROUP_MIN_SESSION_TIMEOUT_MS = Setting.named(
                    "group.min.session.timeout.ms", INT, "6000")
            .saying("The shortest session timeout, in milliseconds, that a member may ask for.");

    public static final Setting GROUP_MAX_SESSION_TIMEOUT_MS = Setting.named(
                    "group.max.session.timeout.ms", INT, "1800000")
            .saying("The longest session timeout, in milliseconds, that a member may ask for.");

    public static final Setting GROUP_MAX_SIZE = Setting.named("group.max.size", INT, "2147483647")
            .taking(atLeast(1))
            .saying("How many members a group may have.");

    // Compaction

    public static final Setting LOG_CLEANER_ENABLE =
            Setting.named("log.cleaner.enable", BOOLEAN, "true").saying("Whether logs are compacted at all.");

    public static final Setting LOG_CLEANER_THREADS = Setting.named("log.cleaner.threads", INT, "1")
            .taking(between(1, 1024))
            .saying("How many logs are compacted at once.");

    public static final Setting LOG_CLEANER_IO_MAX_BYTES_PER_SECOND = Setting.named(
                    "log.cleaner.io.max.bytes.per.second", DOUBLE, Double.toString(Double.MAX_VALUE))
            .taking(value -> Double.parseDouble(value) >= 1 ? null : "a number of at least 1")
            .saying("How many bytes per second compaction reads and writes at most, with all its threads.");

    public static final Setting LOG_CLEANER_DEDUPE_BUFFER_SIZE = Setting.named(
                    "log.cleaner.dedupe.buffer.size", LONG, "134217728")
            .taking(atLeast(1))
            .saying(
                    "How much memory compaction takes at most for the keys it has seen, in bytes, with all its threads; it"
                            + " takes 24 bytes for a key, and only while it runs.");

    public static final Setting LOG_CLEANER_IO_BUFFER_SIZE = Setting.named("log.cleaner.io.buffer.size", INT, "524288")
            .taking(atLeast(0))
            .saying(
                    "How much memory compaction takes to read and write, in bytes, with all its threads; more where a batch"
                            + " is larger.");

    public static final Setting LOG_CLEANER_IO_BUFFER_LOAD_FACTOR = Setting.named(
                    "log.cleaner.io.buffer.load.factor", DOUBLE, "0.9")
            .taking(value -> {
                double factor = Double.parseDouble(value);
                return factor > 0 && factor <= 1 ? null : "a number above 0 and up to 1";
            })
            .saying("How full the memory for keys may become: fuller takes in more of a log at once, and is slower.");

    public static final Setting LOG_CLEANER_BACKOFF_MS = Setting.named("log.cleaner.backoff.ms", LONG, "15000")
            .taking(atLeast(0))
            .saying("After how many milliseconds the node looks again for logs to compact where there were none.");

    // Known, and coming

    public static final Setting LOG_RETENTION_CHECK_INTERVAL_MS = Setting.named(
                    "log.retention.check.interval.ms", LONG, "300000")
            .taking(atLeast(1))
            .importance(HIGH)
            .saying("How often, in milliseconds, the node looks for segments to delete.");

    public static final Setting LOG_INITIAL_TASK_DELAY_MS = Setting.named("log.initial.task.delay.ms", LONG, "30000")
            .taking(atLeast(0))
            .importance(LOW)
            .saying("How long after its start, in milliseconds, the node first looks for segments to delete.");

    public static final Setting NUM_RECOVERY_THREADS_PER_DATA_DIR = Setting.named(
                    "num.recovery.threads.per.data.dir", INT, "2")
            .taking(atLeast(1))
            .importance(HIGH)
            .notEffective("logs are recovered by the threads that own them", "2")
            .saying("How many threads recover logs at the start.");

    private static final List<Setting> OWN = List.of(
            NUM_PARTITIONS,
            DEFAULT_REPLICATION_FACTOR,
            AUTO_CREATE_TOPICS_ENABLE,
            DELETE_TOPIC_ENABLE,
            SOCKET_REQUEST_MAX_BYTES,
            QUEUED_MAX_REQUEST_BYTES,
            MAX_CONNECTIONS,
            CONNECTIONS_MAX_IDLE_MS,
            FETCH_MAX_BYTES,
            MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS,
            MAX_REQUEST_PARTITION_SIZE_LIMIT,
            RECORD_VALIDATION,
            PRODUCER_ID_EXPIRATION_MS,
            LOG_RETENTION_CHECK_INTERVAL_MS,
            LOG_INITIAL_TASK_DELAY_MS,
            NUM_RECOVERY_THREADS_PER_DATA_DIR,
            LOG_CLEANER_ENABLE,
            LOG_CLEANER_THREADS,
            LOG_CLEANER_IO_MAX_BYTES_PER_SECOND,
            LOG_CLEANER_DEDUPE_BUFFER_SIZE,
            LOG_CLEANER_IO_BUFFER_SIZE,
            LOG_CLEANER_IO_BUFFER_LOAD_FACTOR,
            LOG_CLEANER_BACKOFF_MS,
            OFFSETS_RETENTION_MINUTES,
            OFFSETS_RETENTION_CHECK_INTERVAL_MS,
            OFFSETS_COMMIT_TIMEOUT_MS,
            OFFSET_METADATA_MAX_BYTES,
            GROUP_INITIAL_REBALANCE_DELAY_MS,
            GROUP_MIN_SESSION_TIMEOUT_MS,
            GROUP_MAX_SESSION_TIMEOUT_MS,
            GROUP_MAX_SIZE);

    private static final Map<String, Setting> ALL = TopicConfigs.byName(withTopicDefaults());

    private BrokerConfigs() {}

    /** All of them, by name. */
    public static Collection<Setting> all() {
        return ALL.values();
    }

    public static @Nullable Setting find(String name) {
        return ALL.get(name);
    }

    /**
     * The canonical form of a value that someone wrote for the node.
     *
     * @throws InvalidSettingException if there is no such setting, or it means nothing here, or it does not take the value
     */
    public static String accept(String name, String value) {
        Setting setting = ALL.get(name);
        if (setting != null) {
            return setting.accept(value);
        }
        String reason = KafkaNames.brokerConfigRefusal(name);
        if (reason != null) {
            throw new InvalidSettingException(name, "Kafka's " + name + " means nothing here: " + reason);
        }
        throw new InvalidSettingException(name, "Unknown broker setting " + name + DidYouMean.hint(name, ALL.keySet()));
    }

    /** All names of what the setting of that name says, itself among them: the finest unit first. */
    static List<String> synonyms(String name) {
        for (Setting topicSetting : TopicConfigs.all()) {
            List<String> names =
                    topicSetting.brokerNames().stream().map(BrokerName::name).toList();
            if (names.contains(name)) {
                return names;
            }
        }
        return List.of(name);
    }

    /** Whether the setting of that name changes while nodes run. */
    public static boolean isDynamic(String name) {
        return DynamicSettings.contains(name);
    }

    private static List<Setting> withTopicDefaults() {
        List<Setting> all = new ArrayList<>(OWN);
        all.addAll(LeadershipConfigs.ALL);
        all.addAll(ReplicationConfigs.ALL);
        for (Setting topicSetting : TopicConfigs.all()) {
            List<BrokerName> names = topicSetting.brokerNames();
            for (BrokerName name : names) {
                all.add(twin(topicSetting, name, name.equals(names.get(names.size() - 1))));
            }
        }
        return all;
    }

    /** Of several broker settings for one topic setting, only the last has a default; the others override it. */
    private static Setting twin(Setting topicSetting, BrokerName name, boolean hasDefault) {
        if (name.unit() == 1) {
            return topicSetting.brokerTwin(name, topicSetting.type(), hasDefault ? topicSetting.defaultValue() : null);
        }
        String inUnit = Setting.inUnits(String.valueOf(topicSetting.defaultValue()), name.unit());
        return topicSetting.brokerTwin(name, INT, hasDefault ? inUnit : null);
    }
}
