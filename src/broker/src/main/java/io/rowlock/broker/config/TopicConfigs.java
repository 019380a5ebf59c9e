package io.rowlock.broker.config;

import static io.rowlock.broker.config.Importance.HIGH;
import static io.rowlock.broker.config.Importance.LOW;
import static io.rowlock.broker.config.SettingType.BOOLEAN;
import static io.rowlock.broker.config.SettingType.DOUBLE;
import static io.rowlock.broker.config.SettingType.INT;
import static io.rowlock.broker.config.SettingType.LIST;
import static io.rowlock.broker.config.SettingType.LONG;
import static io.rowlock.broker.config.SettingType.STRING;
import static io.rowlock.broker.config.ValueRule.atLeast;
import static io.rowlock.broker.config.ValueRule.between;
import static io.rowlock.broker.config.ValueRule.oneOf;
import static io.rowlock.broker.config.ValueRule.ratio;
import static io.rowlock.broker.config.ValueRule.someOf;
import static io.rowlock.broker.config.ValueRule.specialOrBetween;

import io.rowlock.broker.config.Setting.BrokerName;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Every topic setting of Kafka 4.4 that means something here. */
public final class TopicConfigs {

    static final long MINUTE_MS = 60_000;
    static final long HOUR_MS = 60 * MINUTE_MS;
    private static final String UNBOUNDED = Long.toString(Long.MAX_VALUE);
    private static final String NO_THROTTLE = "replication is not throttled";

    // Segments and indexes

    public static final Setting SEGMENT_BYTES = Setting.named("segment.bytes", INT, "1073741824")
            .taking(atLeast(1 << 20))
            .importance(HIGH)
            .brokerName("log.segment.bytes")
            .saying("How large a segment file may grow, in bytes, before the next one is started.");

    public static final Setting SEGMENT_MS = Setting.named("segment.ms", LONG, "604800000")
            .taking(atLeast(1))
            .brokerNames(new BrokerName("log.roll.ms", 1), new BrokerName("log.roll.hours", HOUR_MS))
            .saying(
                    "How much later than a segment's first record one may be, in milliseconds, before the next segment is"
                            + " started, even if it is not full.");

    public static final Setting SEGMENT_JITTER_MS = Setting.named("segment.jitter.ms", LONG, "0")
            .taking(atLeast(0))
            .importance(LOW)
            .brokerNames(new BrokerName("log.roll.jitter.ms", 1), new BrokerName("log.roll.jitter.hours", HOUR_MS))
            .saying(
                    "By how much, chosen at random up to this many milliseconds, a segment is rolled earlier, so that many"
                            + " partitions do not roll at once.");

    public static final Setting SEGMENT_INDEX_BYTES = Setting.named("segment.index.bytes", INT, "10485760")
            // An index holds two entries of 12 bytes at least. Kafka takes less, down to 4, for an index of none.
            .taking(atLeast(24))
            .importance(LOW)
            .brokerName("log.index.size.max.bytes")
            .saying("How large each index of a segment may grow, in bytes, before the next segment is started.");

    public static final Setting INDEX_INTERVAL_BYTES = Setting.named("index.interval.bytes", INT, "4096")
            .taking(atLeast(0))
            .importance(LOW)
            .brokerName("log.index.interval.bytes")
            .saying("After how many bytes of log another entry goes into the indexes.");

    public static final Setting PREALLOCATE = Setting.named("preallocate", BOOLEAN, "false")
            .importance(LOW)
            .notEffective("segment files are not allocated in advance", "false")
            .brokerName("log.preallocate")
            .saying("Whether a segment file gets its whole size when it is created.");

    // What is accepted

    public static final Setting MAX_MESSAGE_BYTES = Setting.named("max.message.bytes", INT, "1048588")
            .taking(atLeast(0))
            .importance(HIGH)
            .brokerName("message.max.bytes")
            .saying("The largest record batch that is taken, in bytes, compressed as it comes.");

    public static final Setting MESSAGE_TIMESTAMP_TYPE = Setting.named("message.timestamp.type", STRING, "CreateTime")
            .taking(oneOf("CreateTime", "LogAppendTime"))
            .brokerName("log.message.timestamp.type")
            .saying("Whether a record keeps the time its producer gave it or gets the time at which it was appended.");

    public static final Setting MESSAGE_TIMESTAMP_BEFORE_MAX_MS = Setting.named(
                    "message.timestamp.before.max.ms", LONG, UNBOUNDED)
            .taking(atLeast(0))
            .brokerName("log.message.timestamp.before.max.ms")
            .saying(
                    "How far in the past a record's own timestamp may lie, in milliseconds; older records are refused.");

    public static final Setting MESSAGE_TIMESTAMP_AFTER_MAX_MS = Setting.named(
                    "message.timestamp.after.max.ms", LONG, "3600000")
            .taking(atLeast(0))
            .brokerName("log.message.timestamp.after.max.ms")
            .saying(
                    "How far in the future a record's own timestamp may lie, in milliseconds; later records are refused.");

    public static final Setting MIN_INSYNC_REPLICAS = Setting.named("min.insync.replicas", INT, "1")
            .taking(atLeast(1))
            .importance(HIGH)
            .brokerName("min.insync.replicas")
            .saying("How many replicas must be in sync for records to be taken with acks=all.");

    public static final Setting UNCLEAN_LEADER_ELECTION_ENABLE = Setting.named(
                    "unclean.leader.election.enable", BOOLEAN, "false")
            .notEffective("who lacks records is elected only on request, by ElectLeaders", "false")
            .brokerName("unclean.leader.election.enable")
            .saying("Whether a replica that is not in sync may become leader if no other is left, losing records.");

    // Compression

    public static final Setting COMPRESSION_TYPE = Setting.named("compression.type", STRING, "producer")
            .taking(oneOf("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"))
            .brokerName("compression.type")
            .saying(
                    "How record batches are compressed in the log; producer keeps them as they come. A batch that comes with another"
                            + " codec is opened and compressed anew before it is appended.");

    public static final Setting COMPRESSION_GZIP_LEVEL = Setting.named("compression.gzip.level", INT, "-1")
            .taking(specialOrBetween(-1, 1, 9))
            .importance(LOW)
            .brokerName("compression.gzip.level")
            .saying("The effort of gzip where compression.type is gzip; -1 is its own default.");

    public static final Setting COMPRESSION_LZ4_LEVEL = Setting.named("compression.lz4.level", INT, "9")
            .taking(between(1, 17))
            .importance(LOW)
            .brokerName("compression.lz4.level")
            .saying("The effort of lz4 where compression.type is lz4; 9 is its fast mode.");

    public static final Setting COMPRESSION_ZSTD_LEVEL = Setting.named("compression.zstd.level", INT, "3")
            .taking(between(-131_072, 22))
            .importance(LOW)
            .brokerName("compression.zstd.level")
            .saying("The effort of zstd where compression.type is zstd.");

    // Syncing

    public static final Setting FLUSH_MESSAGES = Setting.named("flush.messages", LONG, UNBOUNDED)
            .taking(atLeast(1))
            .brokerName("log.flush.interval.messages")
            .saying("After how many records the log is synced to disk, instead of by the node's durability policy.");

    public static final Setting FLUSH_MS = Setting.named("flush.ms", LONG, UNBOUNDED)
            .taking(atLeast(0))
            .brokerNames(
                    new BrokerName("log.flush.interval.ms", 1), new BrokerName("log.flush.scheduler.interval.ms", 1))
            .saying(
                    "After how many milliseconds the log is synced to disk, instead of by the node's durability policy.");

    // What is kept

    public static final Setting CLEANUP_POLICY = Setting.named("cleanup.policy", LIST, "delete")
            .taking(someOf("delete", "compact"))
            .importance(HIGH)
            .brokerName("log.cleanup.policy")
            .saying(
                    "What becomes of old records: delete removes old segments, compact keeps the last record of each key; with"
                            + " neither they stay for ever.");

    public static final Setting RETENTION_MS = Setting.named("retention.ms", LONG, "604800000")
            .taking(atLeast(-1))
            .importance(HIGH)
            .brokerNames(
                    new BrokerName("log.retention.ms", 1),
                    new BrokerName("log.retention.minutes", MINUTE_MS),
                    new BrokerName("log.retention.hours", HOUR_MS))
            .saying("How old a segment's newest record may be, in milliseconds, before the segment is deleted; -1 is no"
                    + " limit.");

    public static final Setting RETENTION_BYTES = Setting.named("retention.bytes", LONG, "-1")
            .taking(atLeast(-1))
            .importance(HIGH)
            .brokerName("log.retention.bytes")
            .saying("How large a partition may be, in bytes, before its oldest segments are deleted; -1 is no limit.");

    public static final Setting FILE_DELETE_DELAY_MS = Setting.named("file.delete.delay.ms", LONG, "60000")
            .taking(atLeast(0))
            .importance(LOW)
            .brokerName("log.segment.delete.delay.ms")
            .saying("How long a file that no longer belongs to the log stays on disk, in milliseconds.");

    public static final Setting DELETE_RETENTION_MS = Setting.named("delete.retention.ms", LONG, "86400000")
            .taking(atLeast(0))
            .brokerName("log.cleaner.delete.retention.ms")
            .saying("How long compaction keeps the marks of deleted keys, in milliseconds.");

    public static final Setting MIN_COMPACTION_LAG_MS = Setting.named("min.compaction.lag.ms", LONG, "0")
            .taking(atLeast(0))
            .brokerName("log.cleaner.min.compaction.lag.ms")
            .saying("How long a record is at least kept from compaction, in milliseconds.");

    public static final Setting MAX_COMPACTION_LAG_MS = Setting.named("max.compaction.lag.ms", LONG, UNBOUNDED)
            .taking(atLeast(1))
            .brokerName("log.cleaner.max.compaction.lag.ms")
            .saying("How long a record may at most wait for compaction, in milliseconds.");

    public static final Setting MIN_CLEANABLE_DIRTY_RATIO = Setting.named("min.cleanable.dirty.ratio", DOUBLE, "0.5")
            .taking(ratio())
            .brokerName("log.cleaner.min.cleanable.ratio")
            .saying("Which share of the log must be new before it is compacted again.");

    // Replication

    public static final Setting LEADER_REPLICATION_THROTTLED_REPLICAS = Setting.named(
                    "leader.replication.throttled.replicas", LIST, "")
            .notEffective(NO_THROTTLE, "")
            .saying("The replicas whose reading by followers is throttled, as partition:node, or * for all.");

    public static final Setting FOLLOWER_REPLICATION_THROTTLED_REPLICAS = Setting.named(
                    "follower.replication.throttled.replicas", LIST, "")
            .notEffective(NO_THROTTLE, "")
            .saying("The replicas whose following is throttled, as partition:node, or * for all.");

    private static final Map<String, Setting> ALL = byName(List.of(
            SEGMENT_BYTES,
            SEGMENT_MS,
            SEGMENT_JITTER_MS,
            SEGMENT_INDEX_BYTES,
            INDEX_INTERVAL_BYTES,
            PREALLOCATE,
            MAX_MESSAGE_BYTES,
            MESSAGE_TIMESTAMP_TYPE,
            MESSAGE_TIMESTAMP_BEFORE_MAX_MS,
            MESSAGE_TIMESTAMP_AFTER_MAX_MS,
            MIN_INSYNC_REPLICAS,
            UNCLEAN_LEADER_ELECTION_ENABLE,
            COMPRESSION_TYPE,
            COMPRESSION_GZIP_LEVEL,
            COMPRESSION_LZ4_LEVEL,
            COMPRESSION_ZSTD_LEVEL,
            FLUSH_MESSAGES,
            FLUSH_MS,
            CLEANUP_POLICY,
            RETENTION_MS,
            RETENTION_BYTES,
            FILE_DELETE_DELAY_MS,
            DELETE_RETENTION_MS,
            MIN_COMPACTION_LAG_MS,
            MAX_COMPACTION_LAG_MS,
            MIN_CLEANABLE_DIRTY_RATIO,
            LEADER_REPLICATION_THROTTLED_REPLICAS,
            FOLLOWER_REPLICATION_THROTTLED_REPLICAS));

    private TopicConfigs() {}

    /** All of them, by name. */
    public static Collection<Setting> all() {
        return ALL.values();
    }

    public static @Nullable Setting find(String name) {
        return ALL.get(name);
    }

    /**
     * The canonical form of a value that someone wants a topic to have.
     *
     * @throws InvalidSettingException if there is no such setting, or it does not take the value, or this version does not
     *     do what the value asks for
     */
    public static String accept(String name, @Nullable String value) {
        Setting setting = ALL.get(name);
        if (setting == null) {
            throw new InvalidSettingException(name, unknown(name));
        }
        if (value == null) {
            throw new InvalidSettingException(
                    name, "Null value not supported for topic config " + name + ": leave it out to have the default");
        }
        return setting.accept(value);
    }

    private static String unknown(String name) {
        String reason = KafkaNames.topicConfigRefusal(name);
        return reason != null
                ? "Topic config " + name + " is not supported: " + reason
                : "Unknown topic config name: " + name + DidYouMean.hint(name, ALL.keySet());
    }

    static Map<String, Setting> byName(Collection<Setting> settings) {
        Map<String, Setting> byName = new TreeMap<>();
        for (Setting setting : settings) {
            if (byName.put(setting.name(), setting) != null) {
                throw new IllegalStateException(setting.name() + " is defined twice");
            }
        }
        return Collections.unmodifiableMap(byName);
    }
}
