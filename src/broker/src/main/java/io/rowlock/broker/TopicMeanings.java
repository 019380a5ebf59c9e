package io.rowlock.broker;

import io.rowlock.broker.cluster.TopicInfo;
import io.rowlock.broker.config.BrokerSettings;
import io.rowlock.broker.config.TopicSettings;
import io.rowlock.broker.partition.Durability;
import io.rowlock.broker.partition.FlushPolicy;
import io.rowlock.broker.partition.PartitionSettings;
import io.rowlock.log.LogConfig;
import io.rowlock.log.RetentionConfig;
import io.rowlock.log.compaction.CompactionConfig;
import io.rowlock.protocol.record.RecordBatchValidator;
import io.rowlock.protocol.record.RecordsValidator;
import io.rowlock.protocol.record.TimestampBounds;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a topic's settings, under Kafka's names, mean for its partitions and their logs. */
final class TopicMeanings {

    private final Supplier<BrokerSettings> broker;
    private final Durability durability;

    /** @param broker in force at the moment */
    TopicMeanings(Supplier<BrokerSettings> broker, Durability durability) {
        this.broker = broker;
        this.durability = durability;
    }

    PartitionSettings partitionSettings(TopicInfo topic) {
        TopicSettings settings = TopicSettings.resolve(topic.configs(), broker.get());
        return new PartitionSettings(
                new RecordBatchValidator(settings.maxMessageBytes()),
                new RecordsValidator(
                        settings.maxMessageBytes(),
                        new TimestampBounds(
                                settings.messageTimestampType(),
                                settings.messageTimestampBeforeMaxMs(),
                                settings.messageTimestampAfterMaxMs()),
                        settings.cleanupCompact(),
                        settings.compression()),
                settings.minInsyncReplicas(),
                FlushPolicy.of(durability, settings.flushMessages(), settings.flushMs()),
                logConfig(settings),
                compaction(settings));
    }

    private static @Nullable CompactionConfig compaction(TopicSettings settings) {
        return settings.cleanupCompact()
                ? new CompactionConfig(
                        settings.minCleanableDirtyRatio(),
                        settings.minCompactionLagMs(),
                        settings.maxCompactionLagMs(),
                        settings.deleteRetentionMs())
                : null;
    }

    /** A segment that is written to is not compacted: it must end in time for what its records were promised. */
    private static long segmentMs(TopicSettings settings) {
        return settings.cleanupCompact()
                ? Math.min(settings.segmentMs(), settings.maxCompactionLagMs())
                : settings.segmentMs();
    }

    private static LogConfig logConfig(TopicSettings settings) {
        return new LogConfig(
                settings.segmentBytes(),
                segmentMs(settings),
                settings.segmentJitterMs(),
                settings.indexIntervalBytes(),
                settings.segmentIndexBytes(),
                settings.messageTimestampType(),
                new RetentionConfig(
                        settings.cleanupDelete(),
                        settings.retentionMs(),
                        settings.retentionBytes(),
                        settings.fileDeleteDelayMs()));
    }
}
